"""The package without an extra: every verb but synthesis, in any folder, on any input, and no cdktf."""

import json
from pathlib import Path

import pytest

from egress import __version__, cli
from egress.exit_codes import CANNOT
from tests.docs.conftest import Run
from tests.docs.conftest import synthesize as synthesize_in
from tests.docs.markdown import ROOT
from tests.package.conftest import Installation

pytestmark = pytest.mark.package

OWN_EXTRA = {"synth": "[stacks]", "prove": "[proof]", "prove-deep": "[proof]", "completion": "[completion]"}
INIT = (
    *(
        "init",
        "acme",
        "--project",
        "acme-prod",
        "--project-number",
        "123456789013",
        "--region",
        "europe-west1",
    ),
    *("--zones", "europe-west1-b,europe-west1-c", "--team", "shop", "--host", "api.github.com"),
)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """config/production, synthesized by the checkout."""
    return synthesize_in(ROOT / "config" / "production", tmp_path_factory.mktemp("production"))


def test_it_has_no_cdktf_and_says_its_version(core: Installation, tmp_path: Path) -> None:
    there = core.run(tmp_path, "python", "-c", "import importlib.util as u; print(u.find_spec('cdktf'))")

    assert there.stdout == "None\n"
    assert core.run(tmp_path, "egress", "--version").stdout == f"egress {__version__}\n"


@pytest.mark.parametrize("verb", sorted(cli._VERBS))
def test_every_verb_is_there_or_names_the_extra_that_it_needs(
    verb: str, core: Installation, tmp_path: Path
) -> None:
    arguments = {"completion": ("bash",), "synth": ("--config", "./acme")}.get(verb, ("--help",))
    (tmp_path / "acme").mkdir()
    if verb == "synth":
        core.run(tmp_path, "egress", *INIT)
        arguments = ("--config", "acme")

    done = core.run(tmp_path, "egress", verb, *arguments)

    if verb in OWN_EXTRA and done.returncode:
        assert done.returncode == CANNOT
        assert f"CHECKOUT_OR_WHEEL{OWN_EXTRA[verb]}" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_the_review_answers_as_in_the_checkout(core: Installation, production: Run, tmp_path: Path) -> None:
    listed = core.run(tmp_path, "egress", "list", "--input", str(production.out), "--format", "json")
    found = core.run(tmp_path, "egress", "findings", "--input", str(production.out))
    page = core.run(tmp_path, "egress", "report", "--input", str(production.out))

    assert json.loads(listed.stdout)["rows"]
    assert listed.stderr.startswith("environment production (")
    assert found.returncode == 0, "the environment's own accepted.yaml counts"
    assert page.returncode == 0, page.stderr
    assert "Egress review of production" in (tmp_path / "report.html").read_text()


def test_kubernetes_yaml_of_somebody_else_is_read(core: Installation, tmp_path: Path) -> None:
    (tmp_path / "objects.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n")

    done = core.run(tmp_path, "egress", "list", "--input", "objects.yaml")

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_an_environment_is_made_and_checked(core: Installation, tmp_path: Path) -> None:
    assert core.run(tmp_path, "egress", *INIT).returncode == 0
    done = core.run(tmp_path, "egress", "check", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["environments"] == [
        {"environment": "acme", "folder": "config/acme", "problems": []}
    ]
