"""What a single value may be: each mistake of values.yaml, with the message that names the fix."""

from pathlib import Path

import pytest
import yaml

TABLE = yaml.safe_load(Path(__file__).with_name("values.yaml").read_text(encoding="utf-8"))
ROWS = [
    pytest.param(file, row["old"], row["new"], row["says"], id=row["says"].partition(":")[2].strip()[:60])
    for file, rows in TABLE.items()
    for row in rows
]


@pytest.mark.parametrize(("file", "old", "new", "says"), ROWS)
def test_a_wrong_value_is_named_with_its_place_and_its_fix(folder, file, old, new, says):
    folder.edit(file, old, new)

    assert f"{file}:{says}" in folder.problems()


@pytest.mark.parametrize(
    "path", ["/", "/a/", "/a*", "*.json", "/status/418", "/a%20b", "/.well-known/x", "/a..b/...", "/~me"]
)
def test_a_path_that_a_request_can_match_is_taken(folder, path):
    folder.edit("teams/team-x.yaml", "[/get]", f"['{path}']")

    assert folder.problems() == []


def test_a_long_value_is_shown_shortened(folder):
    folder.edit("platform.yaml", "id: some-project", f"id: {'x' * 500}")

    assert all(len(problem) < 250 for problem in folder.problems())
    assert len(folder.problems()) == 1


def test_a_long_label_of_a_host_is_named(folder):
    host = f"{'a' * 64}.com"
    folder.edit("destinations.yaml", "example.com:", f"{host}:")

    assert any(
        problem.endswith("each part between dots has at most 63 characters, aaaaaaaaaaaa... has 64")
        for problem in folder.problems()
    )


def test_a_host_longer_than_dns_allows_is_refused(folder):
    host = ".".join(["a" * 49] * 5 + ["com"])
    folder.edit("destinations.yaml", "example.com:", f"{host}:")

    assert (
        any("a DNS name has at most 253 characters, this one has 253" in p for p in folder.problems())
        is False
    )

    folder.edit("destinations.yaml", f"{host}:", f"a{host}:")
    assert any(
        p.endswith("a DNS name has at most 253 characters, this one has 254") for p in folder.problems()
    )
