"""Reporting an error costs what pydantic and the models cost, and nothing of cdktf."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
from pathlib import Path
from egress.checks.loading import load
from egress.source.problem import ConfigurationError
try:
    load(Path(sys.argv[1]), {})
except ConfigurationError as error:
    str(error)
heavy = {"cdktf", "jsii", "constructs", "jsonschema", "hypothesis", "yaml.cyaml"}
print(sorted(heavy.intersection(sys.modules)))
"""


def test_an_error_is_reported_without_cdktf_and_with_the_fast_parser(folder):
    folder.edit("teams/team-x.yaml", "to: example.com", "to: exmple.com")

    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder.path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == "['yaml.cyaml']\n"


def test_the_program_exits_with_2_and_leaves_an_earlier_synth_alone(folder, tmp_path):
    folder.edit("teams/team-x.yaml", "to: example.com", "to: exmple.com")
    out = tmp_path / "cdktf.out"
    out.mkdir()
    (out / "manifest.json").write_text("earlier", encoding="utf-8")

    run = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--config", str(folder.path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr == (
        f"error: {folder.path}/teams/team-x.yaml:5: grants[0].to: 'exmple.com': "
        "there is no such destination: did you mean example.com?\n"
        "1 problem in the configuration; nothing was written.\n"
    )
    assert [path.name for path in out.iterdir()] == ["manifest.json"]
    assert (out / "manifest.json").read_text(encoding="utf-8") == "earlier"
