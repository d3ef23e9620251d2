"""Nothing of an input is a command to whoever shows it: a terminal, a page, a table, a spreadsheet."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.cli import main
from egress.review.output import escapes
from egress.review.output.formats import registry
from egress.review.output.formats.registry import DRAWN, FORMATS

ROOT = Path(__file__).parents[2]

HOSTILE = (
    "=cmd|calc \x1b]0;owned\x07\x1b[2J\u202e\u009b1m\nINJECTED | @everyone ` "
    "<img src=x onerror=alert(1)> [here](javascript:alert) ![x](javascript:alert)"
)
HOST = "a" + HOSTILE.lower().replace(" ", "") + ".example"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def item(group: str, kind: str, namespace: str, spec: Any, **metadata: Any) -> dict[str, Any]:
    named = {"name": HOSTILE, "namespace": namespace, **metadata}
    return {"apiVersion": group, "kind": kind, "metadata": named, "spec": spec}


def state(*, old: bool) -> list[dict[str, Any]]:
    """A state with the hostile text wherever a name, a host, a path, a key or a value stands."""
    istio, security = "networking.istio.io/v1", "security.istio.io/v1"
    pod = {
        "metadata": {"labels": {"app": HOSTILE}},
        "spec": {"serviceAccountName": HOSTILE, "containers": []},
    }
    gateway = {
        "metadata": {"labels": {"istio": "exit"}, "annotations": {"inject.istio.io/templates": "gateway"}},
        "spec": {"containers": []},
    }
    rules = [{"to": [{"operation": {"paths": [f"/{HOSTILE}"], "hosts": [HOST]}}]}]
    found = [
        item("v1", "Namespace", "", {}, name=HOSTILE, labels={"istio-injection": "enabled"}),
        item("apps/v1", "Deployment", HOSTILE, {"template": pod}),
        item("apps/v1", "Deployment", "edge", {"template": gateway}),
        item(
            "v1", "Service", "edge", {"selector": {"istio": "exit"}, "ports": [{"port": 80, "name": "http"}]}
        ),
        item(
            istio,
            "ServiceEntry",
            HOSTILE,
            {
                "hosts": [HOST],
                "ports": [{"number": 80, "protocol": "HTTP"}, {"number": 443, "protocol": "TLS"}],
                "resolution": "DNS",
            },
        ),
        item(istio, "EnvoyFilter", HOSTILE, {"configPatches": [{HOSTILE: 1}]}),
        item(
            istio, "VirtualService", "edge", {"hosts": [HOST], "gateways": [HOSTILE], "http": [{HOSTILE: 1}]}
        ),
        item(istio, "Gateway", "edge", {"selector": {"istio": "exit"}, "servers": []}),
        item(security, "AuthorizationPolicy", "edge", {"rules": rules}),
        item(
            "networking.k8s.io/v1", "NetworkPolicy", HOSTILE, {"podSelector": {}, "policyTypes": ["Egress"]}
        ),
    ]
    return [one for one in found if not old or one["kind"] not in ("ServiceEntry", "NetworkPolicy")]


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("old", "new"):
        folder = tmp_path / name
        folder.mkdir()
        file = folder / "state \x1b]0;owned\x07 | <b> .yaml"
        file.write_text(yaml.safe_dump_all(state(old=name == "old")), encoding="utf-8")
    return tmp_path / "old", tmp_path / "new"


def run(verb: str, format_: str, folders: tuple[Path, Path], out: Path) -> list[str]:
    old, new = map(str, folders)
    match verb:
        case "diff":
            return [verb, old, new, "--format", format_]
        case "summary":
            return [verb, old, new, "--format", format_, "--sarif", str(out / "sarif.json")]
        case "report":
            return [verb, "--input", new, "--base", old, "--output", str(out / "page.html")]
        case "evaluate":
            asked = ["--from", f"{HOSTILE}/{HOSTILE}", "--to", "http://a.example"]
            return [verb, "--input", new, *asked, "--explain", "--format", format_]
        case "replay":
            log = out / "edge.log"
            line = json.loads((ROOT / "tests/logs/production.gateway.json.log").read_text().splitlines()[0])
            hostile = {key: HOSTILE if isinstance(value, str) else value for key, value in line.items()}
            log.write_text(
                "".join(f"{json.dumps(one)}\n" for one in (hostile, line | {"path": f"/{HOSTILE}"}))
            )
            return [verb, str(log), "--base", old, new, "--format", format_]
        case "why":
            who = f"{HOSTILE}/{HOSTILE}"
            return [verb, "http://a.example", "--from", who, "--input", new, "--format", format_]
    return [verb, "--input", new, "--format", format_]


OF_A_CONFIGURATION = {"due", "evidence"}
"""They read a configuration, whose texts hold none of this (source/text.py refuses it)."""

CASES = [
    (verb, format_)
    for verb, formats in FORMATS.items()
    if verb not in OF_A_CONFIGURATION
    for format_ in formats
]


@pytest.mark.parametrize(("verb", "format_"), CASES)
def test_nothing_of_an_input_reaches_an_output_unescaped(
    verb: str, format_: str, folders: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(run(verb, format_, folders, tmp_path))
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert not CONTROLS.search(text)
        assert not [line for line in text.split("\n") if line.startswith("INJECTED")]
    assert "INJECTED" in shown.err + shown.out, "the input is there"
    CHECKS.get(format_, lambda _: None)(
        shown.out if verb != "report" else (tmp_path / "page.html").read_text()
    )
    if verb == "summary":
        of_json((tmp_path / "sarif.json").read_text())


@pytest.mark.parametrize("verb", sorted(DRAWN))
def test_nothing_of_an_input_reaches_a_terminal_unescaped(
    verb: str,
    folders: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "on_terminal", lambda: True)
    main(run(verb, "text", folders, tmp_path))
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert not CONTROLS.search(COLOURS.sub("", text))


def of_markdown(text: str) -> None:
    for line in text.split("\n"):
        bare = re.sub(r"`[^`]*`", "", line)
        assert "@" not in bare
        assert "<img" not in bare
        assert "](java" not in bare
    rows = [line for line in text.split("\n") if line.startswith("| ")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 2


def of_csv(text: str) -> None:
    for row in csv.reader(io.StringIO(text)):
        assert len(row) == 6
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def of_html(text: str) -> None:
    assert "<img src=x" not in text
    assert not CONTROLS.search(text.replace("\t", ""))


def of_json(text: str) -> None:
    json.loads(text)


CHECKS: dict[str, Any] = {
    "markdown": of_markdown,
    "csv": of_csv,
    "html": of_html,
    "json": of_json,
    "sarif": of_json,
}


def test_a_name_stays_readable() -> None:
    assert escapes.plain("a\x1b[2J\nb") == r"a\x1b[2J\x0ab"
    assert escapes.lines("a\nb\x07") == "a\nb\\x07"
    assert escapes.markdown("a|b <c> @d [e](f)") == r"a\|b &lt;c> &#64;d [e]\(f)"
    assert escapes.cell("=1+1") == "'=1+1"
    assert escapes.code("a`b") == "`a'b`"
