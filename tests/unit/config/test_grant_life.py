"""Grants with a life: what they say for people, and the day on which they end."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from egress.checks.notices import notices
from egress.derived.grant_notes import ENDED, namespace_notes
from egress.derived.istio.routing import shared_objects, team_objects
from tests.unit.config.conftest import Folder

DAY = date(2027, 6, 30)
LIFE = """\
    reason: weather reports
    owner: team-x@example.com
    ticket: https://tickets.example.com/7
    until: 2027-06-30
"""


def on(day: str) -> dict[str, str]:
    """An environment in which it is that day, at noon."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return {"SOURCE_DATE_EPOCH": str(int(noon.astimezone(UTC).timestamp()))}


@pytest.fixture
def dated(identity_folder: Folder) -> Folder:
    identity_folder.edit("teams/team-x.yaml", "    methods: [GET]\n", f"    methods: [GET]\n{LIFE}")
    return identity_folder


def policies(folder: Folder, day: str) -> dict[str, dict[str, str] | None]:
    """The annotations of the team's policies."""
    objects = [cast("dict[str, Any]", each) for each in team_objects(folder.load(on(day)), "team-x")]
    return {
        each["metadata"]["name"]: each["metadata"].get("annotations")
        for each in objects
        if each["kind"] == "AuthorizationPolicy"
    }


def test_on_its_last_day_a_grant_counts_and_the_policy_says_why(dated: Folder) -> None:
    assert policies(dated, "2027-06-30") == {
        "egress-team-x": {
            "secure-egress/reason": "example.com: weather reports",
            "secure-egress/owner": "example.com: team-x@example.com",
            "secure-egress/ticket": "example.com: https://tickets.example.com/7",
            "secure-egress/until": "example.com: 2027-06-30",
        }
    }
    assert namespace_notes(dated.load(on("2027-06-30")), "team-x") == {}


def test_on_the_day_after_it_is_gone_and_the_namespace_and_a_notice_say_so(dated: Folder) -> None:
    configuration = dated.load(on("2027-07-01"))

    assert policies(dated, "2027-07-01") == {}
    assert namespace_notes(configuration, "team-x") == {ENDED: "example.com until 2027-06-30"}
    kept = [grant.to for grant in configuration.teams["team-x"].grants]
    assert kept == ["api.example.net", "www.example.org"]
    assert "'example.com'" not in str(list(shared_objects(configuration))), "no route is left for it"
    *_, notice = notices(configuration, DAY)
    assert notice.endswith(
        "teams/team-x.yaml:6: team-x's grant for example.com ended on 2027-06-30 and is not synthesized: "
        "remove it, or state a later `until`."
    )


def test_an_ended_grant_is_still_judged(dated: Folder) -> None:
    dated.edit("teams/team-x.yaml", "to: example.com", "to: example.co")
    assert len(dated.problems(on("2030-01-01"))) == 1


def test_what_no_policy_carries_stands_on_the_namespace(dated: Folder) -> None:
    dated.edit("teams/team-x.yaml", "    scheme: https\n", "    scheme: https\n    owner: x@example.com\n")
    configuration = dated.load(on("2027-01-01"))

    assert namespace_notes(configuration, "team-x") == {
        "secure-egress/owner": "www.example.org: x@example.com"
    }


def test_by_namespace_each_policy_says_its_own(folder: Folder) -> None:
    folder.edit("teams/team-x.yaml", "  - to: example.com\n", f"  - to: example.com\n{LIFE}")
    found = policies(folder, "2027-01-01")
    of_example = found["egress-team-x-to-example-com"]
    assert of_example is not None
    assert of_example["secure-egress/owner"] == "example.com: team-x@example.com"
    assert found["egress-team-x-to-httpbin-org"] is None

    folder.edit("destinations.yaml", "authorization: by-namespace", "authorization: open")
    folder.edit("teams/team-x.yaml", "    paths: [/get]\n", "")
    configuration = folder.load(on("2027-01-01"))
    assert namespace_notes(configuration, "team-x")["secure-egress/reason"] == "example.com: weather reports"


def test_the_last_grant_of_all_may_end(folder: Folder) -> None:
    """Nothing that was sound becomes a problem, and no policy is left, when every grant has ended."""
    for name in ("team-x", "team-y"):
        text = (folder.path / f"teams/{name}.yaml").read_text()
        folder.write(f"teams/{name}.yaml", text.replace("  - to: ", "  - until: 2027-06-30\n    to: "))

    assert len(folder.load(on("2027-07-01")).ended) == 3
    assert policies(folder, "2027-07-01") == {}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("until: 2027-02-30", "the calendar has no such day"),
        ("until: soon", "this is no date"),
        ("until: 20270630", "this is no date"),
        ("reason: ''", "there is no value here"),
        ("reason: 'ä'", "this is not one line of printable ASCII"),
        (f"reason: {'a' * 201}", "200"),
        ("owner: [a]", "text"),
        ("til: soon", "there is no such key here: did you mean until?"),
    ],
)
def test_what_is_no_note_and_no_day_is_told(identity_folder: Folder, line: str, says: str) -> None:
    identity_folder.edit("teams/team-x.yaml", "    methods: [GET]\n", f"    methods: [GET]\n    {line}\n")
    (problem,) = identity_folder.problems()
    assert problem.startswith("teams/team-x.yaml:9: grants[0].")
    assert says in problem
