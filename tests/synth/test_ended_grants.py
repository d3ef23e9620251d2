"""A grant whose last day is over: it is not synthesized, its namespace says so, and the review finds it."""

import shutil
from pathlib import Path

import yaml

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.findings.registry import find
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.synth.conftest import Synthesize
from tests.synth.variations import COMMITTED


def test_an_ended_grant_is_refused_and_found(synthesize: Synthesize, tmp_path: Path) -> None:
    folder = tmp_path / "production"
    shutil.copytree(COMMITTED["production"], folder)
    team = folder / "teams" / "team-x.yaml"
    host = yaml.safe_load(team.read_text())["grants"][0]["to"]
    team.write_text(team.read_text().replace(f"  - to: {host}\n", f"  - to: {host}\n    until: 2020-02-29\n"))

    states = [Cluster(read([synthesize(each).out])) for each in (COMMITTED["production"], folder)]
    request = parse_request(source="team-x/test", url=f"http://{host}/")
    assert [evaluate(state, request).verdict for state in states] == [Verdict.ALLOWED, Verdict.REFUSED]

    found = [[each.message for each in find(state) if each.kind.code == "EG221"] for state in states]
    assert found == [[], [f"the grant of team-x for {host} ended on 2020-02-29 and is not synthesized"]]
