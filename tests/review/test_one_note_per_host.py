"""A host that many identities see and may not ask is one note, not one for each of them."""

from collections import Counter
from pathlib import Path

from egress.review.cluster import Cluster
from egress.review.findings.evidence import Evidence
from egress.review.findings.registry import find_in
from egress.review.inputs.reading import read
from tests.review.many_teams import write
from tests.review.reviewed import tutorial

TEAMS, HOSTS = 100, 40


def test_a_host_is_noted_once_however_many_see_it(tmp_path: Path) -> None:
    import json

    file = write(tmp_path, teams=TEAMS, grants=5, hosts=HOSTS) / "stacks" / "egress" / "cdk.tf.json"
    document = json.loads(file.read_text())
    manifests = document["resource"]["kubernetes_manifest"]
    for resource in manifests.values():
        manifest = resource["manifest"]
        if manifest["kind"] == "VirtualService" or manifest["kind"] == "ServiceEntry":
            manifest["spec"]["exportTo"] = ["*"]
    file.write_text(json.dumps(document))
    found = [one for one in find_in(Evidence(Cluster(read([tmp_path])))) if one.kind.code == "EG205"]
    subjects = Counter(one.subject for one in found)
    assert subjects
    assert set(subjects.values()) == {1}
    assert len(found) <= HOSTS
    assert sum(len(one.cells) for one in found) > TEAMS


def test_the_note_names_some_who_are_refused_and_has_all_their_cells() -> None:
    found = [one for one in find_in(Evidence(tutorial("4-policies").review())) if one.kind.code == "EG205"]
    assert found
    for one in found:
        assert one.subject in one.message
        assert one.cells[0].identity in one.message
        assert {cell.host for cell in one.cells} == {one.subject}
