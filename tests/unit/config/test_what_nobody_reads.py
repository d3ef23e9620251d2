"""A file, a path or a quote that is not what its writer thinks is named."""

import pytest

from egress.config.http_paths import path_problem


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("destinaton.yaml", "did you mean destinations.yaml?"),
        ("destinations.yml", "rename it to destinations.yaml"),
        ("platform.YAML", "rename it to platform.yaml"),
        ("accepted.yml", "rename it to accepted.yaml"),
        ("team-z.yaml", "Rename it, or remove it"),
    ],
)
def test_a_file_beside_the_known_ones_is_not_passed_over(name, told, folder):
    folder.write(name, "x: 1\n")

    (problem,) = folder.problems()
    assert problem.startswith(f"{name}: this file is not read")
    assert told in problem


def test_a_folder_with_yaml_beside_the_teams_is_not_passed_over(folder):
    folder.write("team/z.yaml", "x: 1\n")

    assert folder.problems() == ["team: this folder is not read: did you mean teams?"]


@pytest.mark.parametrize(
    "name", ["accepted.yaml", "README.md", ".platform.yaml.swp", "notes/why.txt", ".hidden.yaml"]
)
def test_what_is_no_configuration_is_left_alone(name, folder):
    folder.write(name, "")

    assert folder.problems() == []


@pytest.mark.parametrize(
    "path",
    ["^/v1", "/v1$", "/v1/.*", "/v1/.+", "/v1/[0-9]", "/v1/[a-z]+", "/a(?:b)", "/a(b)*", r"/\d+", r"/a\.b"],
)
def test_a_path_that_looks_like_a_regular_expression_is_told(path):
    assert "not a regular expression" in (path_problem(path) or "")


@pytest.mark.parametrize(
    "path",
    ["/$metadata", "/Products(1)", "/a.b", "/v1/*", "*.json", "/a+b", "/a/$", "/.well-known/a"],
)
def test_a_path_that_clients_send_is_none(path):
    assert path_problem(path) is None


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('a: "open\nb: c\n', 1, "not closed"),
        ("a: 'open\nb: c\n\n\n", 1, "not closed"),
        ('x: 1\na: "open\nb: c\nd: "e"\n', 2, "is closed on line 4 only"),
    ],
)
def test_an_unclosed_quote_is_told_where_it_opens(text, line, told, folder):
    folder.write("destinations.yaml", text)

    assert any(
        problem.startswith(f"destinations.yaml:{line}: the file is not YAML") and told in problem
        for problem in folder.problems()
    ), folder.problems()


@pytest.mark.parametrize("path", ["/a(b|c)", "/x|/y", "/v(1|2)/items", "/x|y", "|/a", "/a|*"])
def test_alternatives_are_no_path(path: str) -> None:
    assert "not a regular expression" in (path_problem(path) or "")


@pytest.mark.parametrize(
    ("written", "meant"), [("https://x/y", "/y"), ("http://x.example:80/a/b*", "/a/b*"), ("HTTPS://x", "/")]
)
def test_an_address_in_place_of_a_path_leads_to_its_path(written: str, meant: str) -> None:
    assert (path_problem(written) or "").endswith(f"did you mean {meant}?")


def test_an_entry_under_the_wrong_key_is_told_once_and_where_it_belongs(folder):
    stray = "google_apis:\n  api.github.com:\n    http: originate-tls\n"
    folder.edit("destinations.yaml", "google_apis:\n", stray)

    [problem] = folder.problems()
    assert (
        "google_apis.api.github.com: this looks like an entry of `destinations`: move it there (line "
        in problem
    )
