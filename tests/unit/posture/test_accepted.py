"""What checkov found against what is accepted."""

from pathlib import Path

import pytest

from posture.accepted import Acceptance, Failure, not_accepted, not_needed, read_accepted

CLUSTER = Failure(check="CKV_GCP_12", title="Network Policy", resource="cluster/cluster_A4C38409")
BUCKET = Failure(
    check="CKV_GCP_78", title="Versioning", resource="egress/teams_team-x_buckets_bucket_2CB707FB"
)
CLUSTER_MAY = Acceptance(check="CKV_GCP_12", resources=("cluster/cluster_*",), reason="because")


def test_a_failure_that_nobody_accepted_is_left() -> None:
    assert not_accepted([CLUSTER, BUCKET], [CLUSTER_MAY]) == (BUCKET,)


def test_an_acceptance_holds_for_its_resources_alone() -> None:
    other = Failure(check="CKV_GCP_12", title="Network Policy", resource="mesh/cluster_A4C38409")

    assert not_accepted([other], [CLUSTER_MAY]) == (other,)


def test_an_acceptance_that_covers_nothing_is_stale() -> None:
    assert not_needed([BUCKET], [CLUSTER_MAY]) == (CLUSTER_MAY,)
    assert not_needed([CLUSTER], [CLUSTER_MAY]) == ()


@pytest.mark.parametrize(
    "entry",
    ["- { checks: [CKV_GCP_12], resources: [a], reason: '' }", "- { checks: [CKV_GCP_12], resources: [a] }"],
)
def test_an_acceptance_without_a_reason_is_refused(entry: str, tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(entry, encoding="utf-8")

    with pytest.raises(ValueError, match=r"accepted\.yaml: an entry has"):
        read_accepted(file)


def test_every_committed_acceptance_says_why() -> None:
    assert all(len(each.reason) > 40 for each in read_accepted())
