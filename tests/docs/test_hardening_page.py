"""docs/hardening.md: every hole once, and nothing it leans on is missing."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| D\d+ \|", line)]
TABLES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "tests/proof/production").glob("*/expected.table")
)


def test_every_hole_of_the_tutorial_stands_on_the_page_once() -> None:
    assert [line.split("|")[1].strip() for line in ROWS] == [f"D{number}" for number in range(1, 33)]


@pytest.mark.parametrize("row", ROWS, ids=[line.split("|")[1].strip() for line in ROWS])
def test_every_hole_names_a_test_or_a_proof_row(row: str) -> None:
    evidence = row.split("|")[4]
    assert re.search(r"`(test_|tests/|team-|to gateway|20-)|rows with 200", evidence)
    for identity, request in re.findall(r"`(team-[\w-]+/\w+) ([A-Z]+ http[^`]+)`", evidence):
        wanted = re.compile(rf"^{re.escape(identity)} *\| {re.escape(request)} *\|", re.MULTILINE)
        assert wanted.search(TABLES), f"{identity} {request}"


WAYS = [
    [field.strip() for field in line.strip("|").split("|")]
    for line in PAGE.partition("## Every way out")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| Way out", "|---"))
]


def test_the_ways_out_are_those_that_were_found() -> None:
    """Each of these words was a way out that somebody used or measured; none may leave the page unnoticed."""
    ways = " ".join(way for way, *_ in WAYS).lower()
    found = (
        "dns names",
        "headers",
        "google api",
        "bucket",
        "gateway node",
        "exec",
        "serviceaccount",
        "sidecar",
    )
    assert [word for word in found if word not in ways] == []
    assert len(WAYS) == len({way for way, *_ in WAYS})


@pytest.mark.parametrize("way", WAYS, ids=[way[0][:40] for way in WAYS])
def test_every_way_out_is_closed_by_something_that_is_held_or_open_for_a_reason(way: list[str]) -> None:
    _, state, closed_by, held_by = way
    assert state.startswith(("closed", "open")), state
    assert len(closed_by) > 10
    rows = re.findall(r"row `(team-[\w-]+/[\w-]+) ([A-Z]+ http[^`]+)`", held_by)
    tests = re.findall(r"`(test_\w+)`", held_by)
    assert rows or tests
    for identity, request in rows:
        wanted = re.compile(rf"^{re.escape(identity)} *\| {re.escape(request)} *\|", re.MULTILINE)
        assert wanted.search(TABLES), f"{identity} {request}"


STAGES = sorted(path for path in (ROOT / "tests/proof/production").iterdir() if path.is_dir())[1:]
OFF = {
    fields[0].strip("`"): fields[1]
    for line in PAGE.partition("### One control off")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| `")
    for fields in [[field.strip() for field in line.strip("|").split("|")]]
}


def options(settings: dict[str, object], above: str = "") -> list[str]:
    """Each option that a stage switches, as the page writes it."""
    found = []
    for key, value in settings.items():
        name = f"{above}.{key}" if above else key
        found += options(value, name) if isinstance(value, dict) else [f"`{name}: {value}`"]
    return found


def test_every_folder_that_switches_a_control_off_stands_on_the_page() -> None:
    assert list(OFF) == [stage.name for stage in STAGES]


@pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
def test_the_page_names_each_option_that_a_folder_switches(stage: Path) -> None:
    file = stage / "settings.yaml"
    switched = options(yaml.safe_load(file.read_text(encoding="utf-8"))) if file.exists() else []
    said = OFF[stage.name]
    said += "".join(text for name, text in OFF.items() if f"`{name}`" in OFF[stage.name])
    assert [option for option in switched if option not in said] == []
    assert switched or (stage / "patch.yaml").exists()


def test_every_finding_that_a_hole_names_exists() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "findings").glob("EG*.md")}
    assert set(re.findall(r"\bEG\d{3}\b", PAGE)) <= pages
