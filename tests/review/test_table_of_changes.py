"""A table of changes, each with its page, its exit code and its golden file."""

import datetime
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from syrupy.assertion import SnapshotAssertion

import egress
from egress.review.changes.change import NOT_JUDGED
from egress.review.judgement import utc_today
from egress.source import version
from egress.source.version import VERSION
from tests.review.conftest import ROOT, Markdown, synthesize_here

Run = Callable[..., "CompletedProcess[str]"]
PRODUCTION = ROOT / "config" / "production"

PAST, NEAR, LATER = (utc_today() + datetime.timedelta(days=days) for days in (-1, 100, 200))
"""Days by which acceptances end, told as words in the golden files."""
WORDS = {str(PAST): "YESTERDAY", str(NEAR): "SOON", str(LATER): "LATER"}


@dataclass
class Side:
    """A configuration that a test may change: its files, and what the stacks hold besides."""

    folder: Path
    extra: list[dict[str, object]] = field(default_factory=list)

    def replace(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, (file, old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def accept(self, code: str, subject: str, leans_on: str, until: datetime.date = NEAR) -> None:
        path = self.folder / "accepted.yaml"
        entry = (
            f"  - code: {code}\n    subject: {subject}\n    leans_on: [{leans_on}]\n"
            f"    reason: Agreed.\n    until: {until}\n"
        )
        path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")


@dataclass(frozen=True)
class Example:
    """What a change does to the head, and before it to both sides; what it must say and its exit code."""

    code: int
    head: Callable[[Side], None] = lambda _: None
    both: Callable[[Side], None] = lambda _: None
    base: Callable[[Side], None] = lambda _: None
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def gain(side: Side) -> None:
    side.replace(
        "teams/team-y.yaml", "grants:\n", "grants:\n  - to: example.com\n    service_accounts: [test]\n"
    )


def loss(side: Side) -> None:
    side.replace("teams/team-x.yaml", "  - to: api.github.com\n    service_accounts: [test, batch]\n", "")


def pass_through(side: Side) -> None:
    side.replace(
        "destinations.yaml",
        "    also: [github.com]\n    http: closed\n    https: identity",
        "    also: [github.com]\n    http: closed\n    https: pass-through",
    )
    side.replace(
        "teams/team-x.yaml",
        "  - to: api.github.com\n    service_accounts: [test, batch]",
        "  - to: api.github.com\n    service_accounts: [test, batch]\n    scheme: https",
    )


def other_port(side: Side) -> None:
    side.replace("platform.yaml", "egress_ports: [80, 443]", "egress_ports: [80, 443, 8443]")
    side.replace(
        "destinations.yaml",
        "    also: [github.com]\n    http: closed\n    https: identity",
        "    also: [github.com]\n    http: closed\n    https: identity\n    https_port: 8443",
    )


def hardening_off(side: Side) -> None:
    side.replace(
        "platform.yaml",
        "control_plane_access: dns-endpoint # guarded by IAM: no address to call",
        "control_plane_access: authorized-networks\n  authorized_networks: [93.0.0.0/8]\n"
        "  deletion_protection: false",
    )
    side.replace(
        "platform.yaml", "egress_ports: [80, 443]", "egress_ports: [80, 443, 8000, 9000]\n    log: false"
    )
    side.replace("platform.yaml", "    gateway: fqdn", "    gateway: ports")
    side.replace(
        "platform.yaml",
        "    images: listed\n    allowed_images: [gcr.io/google.com/cloudsdktool/**]\n",
        "    nodes: false\n",
    )


def admission_off(side: Side) -> None:
    path = side.folder / "platform.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\ntenants:\n  admission: none\n", encoding="utf-8")
    for team in ("team-x", "team-y"):
        side.replace(f"teams/{team}.yaml", f"groups: [{team}@example.com]\n", "")


def another_api(side: Side) -> None:
    """A Google API past the gateway, beside the metadata server."""
    path = side.folder / "destinations.yaml"
    entry = "  googleapis-com:\n    hosts: [bigquery.googleapis.com]\n    visible_to: [team-x]\n"
    path.write_text(path.read_text(encoding="utf-8").rstrip() + "\n" + entry, encoding="utf-8")


def accepts_its_own(side: Side) -> None:
    another_api(side)
    side.accept("EG126", "bigquery.googleapis.com", "restricted-google-apis")


def accepts_nothing(side: Side) -> None:
    side.accept("EG121", "team-x/test", "vpc-firewall")


def ended(side: Side) -> None:
    side.replace("accepted.yaml", "2027-06-30", str(PAST))


def all_soon(side: Side) -> None:
    side.replace("accepted.yaml", "2027-06-30", str(NEAR))


def extended(side: Side) -> None:
    side.replace("accepted.yaml", str(NEAR), str(LATER))


def removed(side: Side) -> None:
    text = (side.folder / "accepted.yaml").read_text(encoding="utf-8")
    start = text.index("  - code: EG101")
    end = text.index("  - code: EG205")
    (side.folder / "accepted.yaml").write_text(text[:start] + text[end:], encoding="utf-8")


def rename(side: Side) -> None:
    side.replace("teams/team-x.yaml", "  batch:\n", "  worker:\n")
    side.replace("teams/team-x.yaml", "[test, batch]", "[test, worker]")
    side.replace("teams/team-x.yaml", "[batch]", "[worker]")


def reorder(side: Side) -> None:
    path = side.folder / "destinations.yaml"
    text = path.read_text(encoding="utf-8")
    start, middle, end = (
        text.index("  # HTTPS stays"),
        text.index("  # Plain HTTP"),
        text.index("  # The stated"),
    )
    path.write_text(text[:start] + text[middle:end] + text[start:middle] + text[end:], encoding="utf-8")


def no_team_y(side: Side) -> None:
    text = (side.folder / "accepted.yaml").read_text(encoding="utf-8")
    start, end = (
        text.index("  - code: EG205\n    subject: httpbin"),
        text.index("  - code: EG205\n    subject: storage"),
    )
    (side.folder / "accepted.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    (side.folder / "teams" / "team-y.yaml").unlink()
    side.replace("teams/team-x.yaml", "  to_teams: [team-y]\n", "")
    side.replace(
        "destinations.yaml",
        "  # Plain HTTP all the way, and HTTPS by identity beside it.\n"
        "  httpbin.org:\n    http: plain\n    https: identity\n\n",
        "",
    )


def unmodelled(side: Side) -> None:
    side.extra.append(
        {
            "apiVersion": "networking.istio.io/v1alpha3",
            "kind": "EnvoyFilter",
            "metadata": {"name": "any", "namespace": "istio-egress"},
            "spec": {"configPatches": [{"applyTo": "CLUSTER"}]},
        }
    )


def unjudged(side: Side) -> None:
    side.replace(
        "platform.yaml",
        "machine_type: e2-standard-4\n    nodes: 1",
        "machine_type: e2-highcpu-8\n    nodes: 2",
    )
    side.replace("teams/team-x.yaml", 'hello: "Hello, World!\\n"', 'hello: "Hello, again!\\n"')


def no_such_day(side: Side) -> None:
    side.replace("accepted.yaml", "2027-06-30", "2027-06-31")


def wildcard(side: Side) -> None:
    side.accept("EG121", "'*'", "nothing", datetime.date(2099, 1, 1))


EXAMPLES = {
    "identical": Example(
        0, says=("Nobody has to agree", "Nothing changes"), never=("Fixed", "ewly accepted")
    ),
    "gain": Example(
        1, gain, says=("## Gained", "**team-y (test)** gains `http://example.com` (`teams/team-y.yaml:13`)")
    ),
    "loss": Example(0, loss, says=("## Lost", "`teams/team-x.yaml:17`, removed")),
    "loosened-to-pass-through": Example(
        1, pass_through, says=("EG101", "concern more than before", "destinations.yaml:")
    ),
    "another-port": Example(1, other_port, says=("a guard is weakened", "tcp 8443")),
    "hardening-off": Example(
        1,
        hardening_off,
        says=(
            *("93.0.0.0/8", "Binary Authorization", "secure_boot", "deletion_protection", "log_config"),
            *("tcp 8000", "## Changed, and not judged"),
            # Each at the line of its own key.
            *("(`platform.yaml:33`)", "(`platform.yaml:51`)", "(`platform.yaml:49`, removed)"),
        ),
    ),
    "admission-off": Example(
        1,
        admission_off,
        says=(
            *("EG403", "leans on sidecar-admission"),
            "Admission refuses the ways around. The resource that does this is removed.",
        ),
    ),
    "a-new-warning": Example(1, another_api, says=("EG126", "## New findings", "a finding is new")),
    "accepts-its-own-warning": Example(
        1,
        accepts_its_own,
        says=(
            "## Newly accepted",
            "**warning** [EG126](docs/findings/EG126.md) bigquery",
            "a finding is newly accepted",
        ),
    ),
    "an-ended-acceptance": Example(1, both=ended, says=("## Acceptances that ended", "YESTERDAY")),
    "an-extended-acceptance": Example(
        1, extended, both=all_soon, says=("## Acceptances that are extended", "Before:", "LATER")
    ),
    "a-removed-acceptance": Example(
        1, removed, says=("## Acceptances removed", "EG101", "## Findings open again")
    ),
    "an-acceptance-of-nothing": Example(1, accepts_nothing, says=("EG402", "a finding is new")),
    "a-renamed-workload": Example(
        1,
        rename,
        says=("team-x (worker) takes the place of team-x (batch)", "a workload takes another's place"),
        never=("## Gained", "## Lost", "Fixed", "ewly accepted", "more than before"),
    ),
    "reordered": Example(
        0, reorder, says=("Nobody has to agree", "Nothing changes in what any workload reaches by name.")
    ),
    "a-removed-team": Example(
        1, no_team_y, says=("## Lost", "team-y (test)", "`teams/team-y.yaml:", "Namespace are removed")
    ),
    "changes-that-nobody-judges": Example(
        1,
        unjudged,
        says=(NOT_JUDGED, "node_config.machine_type", "google_storage_bucket_object"),
        never=("Nobody has to agree",),
    ),
    "a-repaired-acceptance": Example(
        1, base=no_such_day, says=("## Newly accepted", "its file is faulty", "the calendar has no such day")
    ),
}


def test_the_page_of_the_docs_lists_every_example_with_its_exit_code() -> None:
    text = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| ([01]) \| `([a-z-]+)` \|$", text, re.MULTILINE)
    assert {name: int(code) for code, name in rows} == {name: one.code for name, one in EXAMPLES.items()}


REFUSED = {
    "an-unmodelled-resource": (unmodelled, "EnvoyFilter"),
    "a-day-that-is-none": (no_such_day, "accepted.yaml:10: accepted[0].until: '2027-06-31'"),
    "a-wildcard-to-2099": (wildcard, "a wildcard is not read"),
}


def written(
    example: str, name: str, changes: list[Callable[[Side], None]], tmp_path: Path
) -> tuple[Path, Path]:
    """A changed configuration and its stacks."""
    folder = tmp_path / example / name / "production"
    shutil.copytree(PRODUCTION, folder)
    side = Side(folder)
    for change in changes:
        change(side)
    out = synthesize_here(folder, folder.parent / "cdktf.out")
    if side.extra:
        path = out / "stacks" / "egress" / "cdk.tf.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        for number, manifest in enumerate(side.extra):
            document["resource"]["kubernetes_manifest"][f"extra-{number}"] = {"manifest": manifest}
        path.write_text(json.dumps(document), encoding="utf-8")
    return folder, out


@pytest.fixture(scope="module")
def both_sides(
    production: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Example], list[str]]:
    """The arguments of `summary` for an example; a side that only its acceptances change is not synthesized again."""
    folder = tmp_path_factory.mktemp("changes")

    known: dict[str, list[str]] = {}

    def arguments(name: str, example: Example) -> list[str]:
        if name in known:
            return known[name]
        sides = {}
        for side, changes in (("base", [example.both, example.base]), ("head", [example.both, example.head])):
            config = folder / name / side / "production"
            shutil.copytree(PRODUCTION, config)
            changed = Side(config)
            for change in changes:
                change(changed)
            stacks = production if _same(config) else synthesize_here(config, config.parent / "cdktf.out")
            sides[side] = (config / "accepted.yaml", stacks)
        known[name] = [
            *(str(sides["base"][1]), str(sides["head"][1])),
            *("--base-accepted", str(sides["base"][0]), "--accepted", str(sides["head"][0])),
        ]
        return known[name]

    return arguments


def _same(config: Path) -> bool:
    """True where nothing but the acceptances differs from production."""
    files = {path.relative_to(config) for path in config.rglob("*.yaml")} | {
        path.relative_to(PRODUCTION) for path in PRODUCTION.rglob("*.yaml")
    }
    return all(
        (config / file).is_file() and (config / file).read_bytes() == (PRODUCTION / file).read_bytes()
        for file in files
        if file.name != "accepted.yaml"
    )


def told(text: str) -> str:
    """A page without what differs from day to day and from folder to folder."""
    for day, word in WORDS.items():
        text = text.replace(day, word)
    text = re.sub(r"[Rr]eviewed 20[-0-9]* [0-9:]* UTC, version [0-9.]*", "Reviewed TODAY, version N", text)
    lines = text.splitlines()
    return "\n".join("FAULTY" if "its file is faulty" in line else line for line in lines) + "\n"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_change_has_its_page_and_its_exit_code(
    name: str,
    both_sides: Callable[[str, Example], list[str]],
    here: Run,
    snapshot: SnapshotAssertion,
) -> None:
    example = EXAMPLES[name]
    done = here("summary", *both_sides(name, example))
    assert (done.returncode, done.stderr) == (example.code, "")
    for text in example.says:
        assert text in done.stdout or text in told(done.stdout), text
    for text in example.never:
        assert text not in done.stdout, text
    for side in both_sides(name, example)[:2]:
        assert str(Path(side).parents[1]) not in told(done.stdout), "a page names no folder of the machine"
    assert told(done.stdout) == snapshot(extension_class=Markdown)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_judged_is_exit_code_2_and_no_page(
    name: str, production: Path, here: Run, tmp_path: Path
) -> None:
    change, message = REFUSED[name]
    config, out = written(name, "head", [change], tmp_path)
    accepted = (
        "--accepted",
        str(config / "accepted.yaml"),
        "--base-accepted",
        str(PRODUCTION / "accepted.yaml"),
    )
    sarif = tmp_path / "review.sarif"
    done = here("summary", str(production), str(out), *accepted, "--strict", "--sarif", str(sarif))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not sarif.exists()


def test_what_is_not_understood_is_named_on_the_page_and_asks_for_agreement(
    production: Path, here: Run, tmp_path: Path
) -> None:
    config, out = written("not-understood", "head", [unmodelled], tmp_path)
    accepted = ("--accepted", str(config / "accepted.yaml"))
    base = ("--base-accepted", str(PRODUCTION / "accepted.yaml"))
    done = here("summary", str(production), str(out), *accepted, *base)
    assert done.returncode == 1
    assert "something is not understood" in done.stdout
    assert "EnvoyFilter" in done.stdout.partition("## Not understood")[2]


def test_a_new_environment_compares_with_nothing_and_shows_all(
    production: Path, here: Run, snapshot: SnapshotAssertion
) -> None:
    done = here("summary", "none", str(production), "--accepted", str(PRODUCTION / "accepted.yaml"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "## Newly accepted" in done.stdout.partition("## Gained")[0]
    assert told(done.stdout) == snapshot(extension_class=Markdown)


def test_an_environment_that_goes_shows_what_is_lost(production: Path, here: Run) -> None:
    done = here("summary", str(production), "none", "--base-accepted", str(PRODUCTION / "accepted.yaml"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "**A reviewer has to agree:** the whole environment goes, with everything in it." in done.stdout
    assert "## Lost" in done.stdout
    assert "## Gained" not in done.stdout


def test_two_states_that_are_not_there_are_refused(here: Run) -> None:
    assert here("summary", "none", "none").returncode == 2


def test_without_the_bases_acceptances_every_one_counts_as_new_and_the_page_says_so(
    production: Path, here: Run
) -> None:
    done = here("summary", *[str(production)] * 2, "--accepted", str(PRODUCTION / "accepted.yaml"))
    assert done.returncode == 1
    assert "what the base accepts (--base-accepted): every acceptance counts as new" in done.stdout
    assert "Fixed" not in done.stdout


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("note", 1)])
def test_the_threshold_says_which_findings_set_the_exit_code(
    threshold: str, code: int, both_sides: Callable[[str, Example], list[str]], here: Run
) -> None:
    arguments = both_sides("an-acceptance-of-nothing", EXAMPLES["an-acceptance-of-nothing"])
    assert here("summary", *arguments, "--failure-threshold", threshold).returncode == code


def options_of(production: Path, page: Path) -> tuple[str, ...]:
    accepted = str(PRODUCTION / "accepted.yaml")
    options = ("--input", str(production), "--base", str(production), "--output", str(page))
    return (*options, "--accepted", accepted, "--base-accepted", accepted)


def test_the_report_compares_before_acceptance_too(production: Path, here: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert here("report", *options_of(production, page)).returncode == 0
    text = page.read_text()
    assert "Fixed by the change" not in text
    assert "Newly accepted by the change" not in text
    assert "Nothing: no answer, no guard and no finding." in text
    assert str(tmp_path) not in text
    assert str(production) not in text


def test_an_accepted_way_around_is_counted_as_one(production: Path, here: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    options = ("--input", str(production), "--output", str(page))
    assert here("report", *options, "--accepted", str(PRODUCTION / "accepted.yaml")).returncode == 0
    assert re.search(
        r"<p><a href=.#findings-title.>\d ways around the gateway, accepted</a></p>", page.read_text()
    )
    assert here("report", *options, "--accepted", "none").returncode == 0
    assert re.search(r"<p class=.alarm.><a [^>]*>\d ways around the gateway, none of them", page.read_text())


def test_the_report_compares_checkovs_checks_too(production: Path, here: Run, tmp_path: Path) -> None:
    before, after, page = (tmp_path / name for name in ("before", "after", "report.html"))
    before.write_text('{"failures": []}')
    failure = {"check": "CKV_3", "resource": "cluster/cluster", "title": "a check"}
    after.write_text(json.dumps({"failures": [failure]}))
    options = options_of(production, page)
    assert here("report", *options).returncode == 0
    assert "checkov&#x27;s checks of both sides" in page.read_text()
    posture = ("--base-posture", str(before), "--head-posture", str(after))
    assert here("report", *options, *posture).returncode == 0
    assert "checkov&#x27;s checks of both sides" not in page.read_text()
    assert "CKV_<wbr>3 fails for cluster/" in page.read_text()
    assert "<strong>1</strong> guard weakened" in page.read_text()


@pytest.mark.parametrize("option", ["--head-posture", "--base-posture", "--base-accepted", "--base-artifact"])
def test_what_is_said_of_a_base_needs_one(option: str, production: Path, here: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = here("report", "--input", str(production), "--output", str(page), option, str(PRODUCTION))
    assert (done.returncode, page.exists()) == (2, False)
    assert f"{option}: this is about a comparison; name the state to compare with (--base)" in done.stderr


def test_checkovs_failures_of_one_side_are_refused(production: Path, here: Run, tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"failures": []}')
    done = here("summary", *[str(production)] * 2, "--head-posture", str(tmp_path / "a"))
    assert done.returncode == 2
    assert "--base-posture is missing" in done.stderr


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_diff_shows_weakened_guards_and_ends_with_1(
    format_: str, both_sides: Callable[[str, Example], list[str]], here: Run
) -> None:
    old, new = both_sides("hardening-off", EXAMPLES["hardening-off"])[:2]
    done = here("diff", old, new, "--format", format_)
    assert done.returncode == 1
    assert "deletion_protection was true, and is now false" in done.stdout
    assert "google_container_node_pool.gateway-pool" in done.stdout


def test_diff_tells_a_workload_with_another_name_in_one_line(
    both_sides: Callable[[str, Example], list[str]], here: Run
) -> None:
    old, new = both_sides("a-renamed-workload", EXAMPLES["a-renamed-workload"])[:2]
    lines = here("diff", old, new).stdout.splitlines()
    assert len([line for line in lines if "team-x/worker" in line]) == 1
    document = json.loads(here("diff", old, new, "--format", "json").stdout)
    assert document["takes_the_place"] == [{"before": "team-x/batch", "after": "team-x/worker", "reaches": 4}]
    assert len(document["changes"]) == 8


def test_the_version_that_the_page_names_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    attribute = project["tool"]["setuptools"]["dynamic"]["version"]["attr"]
    assert attribute == f"{version.__name__}.VERSION"
    assert egress.__version__ == VERSION


def test_a_page_says_what_was_reviewed_when_and_by_which_version(production: Path, here: Run) -> None:
    commits = ("--base-commit", "1" * 40, "--head-commit", "2" * 40 + "-dirty")
    page = here("summary", *[str(production)] * 2, "--environment", "production", *commits).stdout
    assert page.startswith(
        "# Egress review of production\n\nFrom 111111111111 to 222222222222 and the work tree, "
    )
    assert re.search(rf"reviewed {utc_today()} \d\d:\d\d UTC, version {re.escape(VERSION)}, read ", page)


def test_the_json_holds_what_the_page_leaves_out(production: Path, here: Run, tmp_path: Path) -> None:
    file = tmp_path / "review.json"
    done = here("summary", "none", str(production), "--json", str(file))
    document = json.loads(file.read_text())
    assert re.search(r"`egress\.[^`]*` and \d+ more", done.stdout)
    assert len(document["not_shown_by_a_cell"]) > 50
    assert document["asks"]
