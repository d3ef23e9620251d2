"""Where findings are shown: a line that a person wrote and can change."""

import ast
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from egress.review.cell import Cell
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.acceptance import judge
from egress.review.findings.acceptance_file import read_acceptances
from egress.review.findings.finding import Finding, Subjects, some
from egress.review.findings.registry import ACCEPTABLE, KINDS, OF_CHANGES, find
from egress.review.inputs.reading import read
from egress.review.inventory import Inventory
from egress.review.locations.location import Place, relative
from egress.review.locations.locations import places
from egress.review.locations.stated import STATEMENTS
from tests.builders.findings import EXAMPLES, TODAY, found
from tests.review.conftest import ROOT

Run = Callable[..., "CompletedProcess[str]"]
TUTORIAL = ROOT / "config" / "tutorial"


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def stands(place: Place) -> str:
    """What stands at a place, with the file of the configuration."""
    path = ROOT / place.file
    assert path.is_file()
    line = path.read_text().splitlines()[place.line - 1]
    return f"{place.file.removeprefix('config/')}: {line.partition('#')[0].strip()}"


def shown(inventory: Inventory, findings: list[Finding], config: str) -> set[tuple[str, str, str]]:
    where = places(inventory, [], ROOT / "config" / config)
    return {(finding.kind.code, finding.subject, stands(where.of(finding))) for finding in findings}


GATEWAY = "istio-egress/istio-egressgateway"
ADMISSION = "tutorial/platform.yaml: admission: none"
AS_STATED = "tutorial/platform.yaml: network: as-stated"
EVERY_MACHINE = (
    "allow-egress-gcp-apis",
    "allow-egress-kubelet-readonly",
    "allow-egress-pods-and-services",
    "allow-egress-to-api-server",
    "allow-egress-to-nodes",
    "allow-ingress-api-server-to-webhook",
    "allow-ingress-gcp-health-checker",
)


def test_every_finding_of_the_tutorial_is_shown_at_the_statement_behind_it(synthesized: Path) -> None:
    inventory = read([synthesized])
    assert shown(inventory, find(Cluster(inventory)), "tutorial") == {
        ("EG101", GATEWAY, "tutorial/destinations.yaml: https: pass-through"),
        ("EG102", GATEWAY, "tutorial/destinations.yaml: https: pass-through"),
        ("EG103", "httpbin.org", "tutorial/destinations.yaml: https: pass-through"),
        ("EG111", "team-y", AS_STATED),
        ("EG112", GATEWAY, AS_STATED),
        ("EG116", "gateway", ADMISSION),
        ("EG124", "DestinationRule", ADMISSION),
        ("EG124", "Gateway", ADMISSION),
        ("EG124", "VirtualService", ADMISSION),
        ("EG125", "example.com", "tutorial/destinations.yaml: http: originate-tls"),
        ("EG126", "private.googleapis.com", "tutorial/destinations.yaml: private-googleapis-com:"),
        ("EG126", "storage.googleapis.com", "tutorial/destinations.yaml: private-googleapis-com:"),
        ("EG127", "any name", "tutorial/platform.yaml: dns: open"),
        ("EG205", "httpbin.org", "tutorial/destinations.yaml: visible_to: [team-x, team-y]"),
        ("EG206", "example.com", "tutorial/teams/team-x.yaml: - to: example.com"),
        ("EG206", "httpbin.org", "tutorial/teams/team-y.yaml: - to: httpbin.org"),
        *(("EG303", name, "tutorial/platform.yaml: scope: network") for name in EVERY_MACHINE),
        ("EG304", "team-x/allow-egress-to-google-apis", "tutorial/teams/team-x.yaml: network_policies:"),
        ("EG305", GATEWAY, "tutorial/platform.yaml: gateway: { headers: as-proxies-add }"),
        ("EG306", "gateway", "tutorial/platform.yaml: firewall:"),
    }


def test_every_finding_of_production_is_shown_at_the_statement_behind_it(production: Path) -> None:
    inventory = read([production])
    findings = find(Cluster(inventory))
    assert shown(inventory, findings, "production") == {
        ("EG101", GATEWAY, "production/destinations.yaml: https: pass-through"),
        ("EG128", "storage.googleapis.com", "production/teams/team-x.yaml: - to: storage.googleapis.com"),
        ("EG205", "storage.googleapis.com", "production/teams/team-x.yaml: - to: storage.googleapis.com"),
        ("EG205", "example.com", "production/teams/team-x.yaml: - to: example.com"),
        ("EG205", "httpbin.org", "production/teams/team-y.yaml: - to: httpbin.org"),
    }
    # Of two grants of one host, the one that names an account which is refused.
    where = places(inventory, [], ROOT / "config/production")
    (found,) = (finding for finding in findings if finding.subject == "httpbin.org")
    text = (ROOT / "config/production/teams/team-y.yaml").read_text().splitlines()
    grants = [number for number, line in enumerate(text, 1) if line.startswith("  - to:")]
    assert {cell.identity for cell in found.cells} == {"team-y/test", "team-y-jobs/sa/nightly"}
    assert where.of(found).line in grants


EXPECTED = {
    "EG101": "tutorial/destinations.yaml: https: pass-through",
    "EG102": "tutorial/destinations.yaml: https: pass-through",
    "EG103": "tutorial/destinations.yaml: https: pass-through",
    "EG104": "tutorial/destinations.yaml: example.com:",
    "EG111": "tutorial/teams/team-x.yaml: network_policies:",
    "EG112": AS_STATED,
    "EG113": "tutorial/platform.yaml: outbound: allow-any",
    "EG114": "tutorial/teams/team-x.yaml: bare:",
    "EG115": "tutorial/teams/team-x.yaml: squatter:",
    "EG116": ADMISSION,
    "EG117": "tutorial/teams/team-x.yaml: bare:",
    "EG118": "tutorial/teams/team-x.yaml: ",
    "EG121": "tutorial/platform.yaml: firewall:",
    "EG122": "tutorial/destinations.yaml: visible_to: [team-x]",
    "EG119": "tutorial/teams/team-x.yaml: ",
    "EG123": "tutorial/teams/team-x.yaml: ",
    "EG129": "tutorial/teams/team-x.yaml: ",
    "EG207": "tutorial/destinations.yaml: authorization: by-namespace",
    "EG215": "tutorial/destinations.yaml: example.com:",
    "EG216": "tutorial/destinations.yaml: destinations:",
    "EG217": "tutorial/platform.yaml: outbound: allow-any",
    "EG222": "tutorial/destinations.yaml: example.com:",
    "EG223": "tutorial/platform.yaml: outbound: allow-any",
    "EG218": "tutorial/teams/team-x.yaml: ",
    "EG219": "tutorial/teams/team-x.yaml: ",
    "EG220": "tutorial/destinations.yaml: destinations:",
    "EG124": ADMISSION,
    "EG125": "tutorial/destinations.yaml: http: originate-tls",
    "EG126": "tutorial/destinations.yaml: private-googleapis-com:",
    "EG127": "tutorial/platform.yaml: dns: open",
    "EG128": "tutorial/destinations.yaml: private-googleapis-com:",
    "EG201": "tutorial/destinations.yaml: authorization: by-namespace",
    "EG202": "tutorial/teams/team-x.yaml: - to: other.net",
    "EG203": "tutorial/destinations.yaml: authorization: by-namespace",
    "EG204": "tutorial/teams/team-x.yaml: - to: other.net",
    "EG205": "tutorial/destinations.yaml: visible_to: [team-x, team-y]",
    "EG206": "tutorial/teams/team-x.yaml: - to: example.com",
    "EG211": "tutorial/destinations.yaml: destinations:",
    "EG212": "tutorial/destinations.yaml: example.com:",
    "EG213": "tutorial/platform.yaml: firewall:",
    "EG214": "tutorial/teams/team-x.yaml: network_policies:",
    "EG221": "tutorial/teams/team-x.yaml: - to: other.net",
    "EG301": "tutorial/destinations.yaml: visible_to: [team-x]",
    "EG302": "tutorial/platform.yaml: firewall:",
    "EG303": "tutorial/platform.yaml: scope: network",
    "EG304": "tutorial/teams/team-x.yaml: network_policies:",
    "EG305": "tutorial/platform.yaml: gateway: { headers: as-proxies-add }",
    "EG306": "tutorial/platform.yaml: firewall:",
    "EG307": "tutorial/platform.yaml: tenants:",
}
"""For the first instance of each kind's example, in the tutorial's configuration with what the example adds."""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's configuration, with the workloads and the host that the examples of findings add."""
    folder = tmp_path_factory.mktemp("config") / "tutorial"
    shutil.copytree(TUTORIAL, folder)
    team = folder / "teams" / "team-x.yaml"
    text = team.read_text().replace(
        "grants:\n", "  bare:\n    image: a/b\n  squatter:\n    image: a/b\n\ngrants:\n"
    )
    team.write_text(text.replace("  - to: example.com\n", "  - to: example.com\n  - to: other.net\n"))
    hosts = folder / "destinations.yaml"
    hosts.write_text(hosts.read_text().replace("  httpbin.org:\n", "  other.net: {}\n  httpbin.org:\n"))
    return folder


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_every_kind_of_finding_is_shown_at_a_line_that_says_so(
    code: str, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(configuration.parent)
    state = EXAMPLES[code][0]()
    first = found(state, code)[0]
    place = places(state.inventory(), [], Path("tutorial")).of(first)
    text = (configuration.parent / place.file).read_text().splitlines()[place.line - 1]
    assert f"{place.file}: {text.partition('#')[0].strip()}" == EXPECTED[code]


def test_every_statement_belongs_to_a_registered_kind() -> None:
    assert set(STATEMENTS) <= {kind.code for kind in KINDS}


def test_a_default_that_nobody_wrote_is_shown_at_the_first_line_of_the_platforms_file(
    production: Path,
) -> None:
    finding = found(EXAMPLES["EG124"][0](), "EG124")[0]
    place = places(read([production]), [], ROOT / "config/production").of(finding)
    assert place == Place("config/production/platform.yaml")


def test_a_further_host_of_a_service_is_shown_where_it_is_named(production: Path) -> None:
    dead = found(EXAMPLES["EG212"][0](), "EG212")[0]
    moved = replace(
        dead,
        about=replace(dead.about, hosts=("github.com",)),
        cells=(Cell("team-x/test", "https", "github.com"),),
    )
    place = places(read([production]), [], ROOT / "config/production").of(moved)
    assert stands(place) == "production/destinations.yaml: also: [github.com]"


def test_the_configuration_decides_on_no_verdict(egress: Run, synthesized: Path, tmp_path: Path) -> None:
    # Without the note of the synth, with which another configuration than its own is refused.
    stacks = shutil.copytree(synthesized / "stacks", tmp_path / "stacks").parent

    def told(config: str) -> list[dict[str, Any]]:
        arguments = ("--input", str(stacks), "--format", "json", "--artifact", f"config/{config}")
        findings = json.loads(egress("findings", *arguments).stdout)["findings"]
        return [{key: value for key, value in finding.items() if key != "place"} for finding in findings]

    assert told("tutorial") == told("production")


def test_acceptances_that_ended_or_accept_nothing_are_shown_at_their_line(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(
        "accepted:\n"
        "  - code: EG124\n    subject: Gateway\n    leans_on: [nothing]\n    reason: agreed\n    until: 2026-01-01\n"
        "  - code: EG303\n    subject: nothing\n    reason: agreed\n    until: 2027-01-01\n"
    )
    entries = read_acceptances(file, ACCEPTABLE, TODAY)
    state = EXAMPLES["EG124"][0]()
    judged = judge(find(state.review()), entries, TODAY)
    where = places(state.inventory(), [], TUTORIAL)
    assert {f.kind.code: where.of(f) for f in judged.open if f.kind.code.startswith("EG4")} == {
        "EG401": Place(str(file), 2),
        "EG402": Place(str(file), 7),
    }


def test_without_a_configuration_terraform_is_shown_at_the_resource(synthesized: Path) -> None:
    inventory = read([synthesized])
    finding = next(f for f in find(Cluster(inventory)) if f.kind.code == "EG125")
    place = places(inventory, [synthesized], None).of(finding)
    line = Path(place.file).read_text().splitlines()[place.line - 1]
    assert finding.addresses[0].rpartition(".")[2] in line


def test_a_file_is_named_from_the_current_folder_on(tmp_path: Path) -> None:
    assert relative(ROOT / "config/tutorial/platform.yaml") == "config/tutorial/platform.yaml"
    assert relative(Path("README.md")) == "README.md"
    assert relative(tmp_path / "a.yaml") == str(tmp_path / "a.yaml")


def test_a_folder_that_is_no_configuration_is_refused(synthesized: Path) -> None:
    with pytest.raises(ReviewError, match=r"--artifact .*no platform\.yaml"):
        places(read([synthesized]), [synthesized], ROOT / "config")


def test_text_names_the_line_of_each_finding(egress: Run, synthesized: Path) -> None:
    text = egress("findings", "--input", str(synthesized), "--artifact", "config/tutorial").stdout
    lines = text.splitlines()
    told = next(number for number, line in enumerate(lines) if "EG125" in line)
    where = lines[told + 1].strip()
    assert where.startswith("at config/tutorial/destinations.yaml:")
    assert (
        "http: originate-tls"
        in (ROOT / "config/tutorial/destinations.yaml")
        .read_text()
        .splitlines()[int(where.rpartition(":")[2]) - 1]
    )


def test_the_folder_of_the_acceptances_is_the_configuration(egress: Run, production: Path) -> None:
    arguments = (
        "--input",
        str(production),
        "--format",
        "sarif",
        "--accepted",
        "config/production/accepted.yaml",
    )
    results = json.loads(egress("findings", *arguments).stdout)["runs"][0]["results"]
    files = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert files
    assert all((ROOT / file).is_file() and file.startswith("config/production/") for file in files)


def test_the_pull_requests_sarif_shows_findings_beside_the_configuration(
    egress: Run, synthesized: Path, tmp_path: Path
) -> None:
    script = (ROOT / ".ci/review").read_text()
    assert '--artifact "config/$name" --sarif "$out/$name/review.sarif"' in script
    log = tmp_path / "review.sarif"
    same = (str(synthesized), str(synthesized))
    egress("summary", *same, "--sarif", str(log), "--artifact", "config/tutorial")
    results = json.loads(log.read_text())["runs"][0]["results"]
    found = {result["ruleId"]: result["locations"][0]["physicalLocation"] for result in results}
    assert found["EG125"]["artifactLocation"]["uri"] == "config/tutorial/destinations.yaml"
    assert found["EG125"]["region"]["startLine"] > 1


WITHOUT_AN_OBJECT = {
    "EG124": "it speaks of a kind of object that nobody has written yet: admission is the statement",
    "EG401": "its place is the entry of accepted.yaml",
    "EG402": "its place is the entry of accepted.yaml",
    "EG403": "its place is the entry of accepted.yaml",
}
"""The codes whose findings name no object, with the reason."""


@pytest.mark.parametrize("code", sorted({kind.code for kind in KINDS} - {kind.code for kind in OF_CHANGES}))
def test_a_finding_is_located_by_data(code: str) -> None:
    findings = found(EXAMPLES[code][0](), code) if code in EXAMPLES else []
    if code in WITHOUT_AN_OBJECT:
        assert code in STATEMENTS or not findings
        assert not any(finding.addresses or finding.about != Subjects() for finding in findings)
        return
    assert findings
    for finding in findings:
        about = finding.about
        assert finding.addresses or about.hosts or about.identities or about.namespaces
        for name in (*about.hosts, *about.namespaces):
            assert not set(" ,/") & set(name), name
        for identity in about.identities:
            assert not set(" ,") & set(identity), identity


def test_no_location_is_read_from_a_message() -> None:
    for module in sorted((ROOT / "egress/review/locations").glob("*.py")):
        names = {
            node.attr for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Attribute)
        }
        assert not names & {"facts", "message", "subject", "fix"}, module.name


def test_a_host_among_many_is_found_whatever_the_message_leaves_out(configuration: Path) -> None:
    """`a.com, b.com, c.com and 1 more` is no list of hosts: the fourth one counts as well."""
    dead = found(EXAMPLES["EG212"][0](), "EG212")[0]
    hosts = ("a.com", "b.com", "c.com", "httpbin.org")
    many = replace(
        dead,
        facts={**dead.facts, "subject": some(hosts)},
        about=Subjects(hosts=hosts),
        addresses=(),
        cells=(),
    )
    place = places(EXAMPLES["EG212"][0]().inventory(), [], configuration).of(many)
    assert Path(place.file).name == "destinations.yaml"
    assert "httpbin.org" in Path(place.file).read_text().splitlines()[place.line - 1]
