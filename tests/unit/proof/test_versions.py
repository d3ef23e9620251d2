"""Which Istio the proof runs, and what it says where the stacks deploy another."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from egress.config.istio_releases import DEFAULT, MODULES
from egress.proof.asking import report
from egress.proof.asking.prove import Proof
from egress.proof.cluster import envoy as proxies
from egress.proof.errors import ProofError
from egress.proof.toolchain import installation, versions
from egress.proof.toolchain.tools import (
    ENVOY,
    ISTIO,
    ISTIO_MODULES,
    Tools,
    cached,
    charts_folder,
    installed,
    tools_with,
)

OLDER = ISTIO_MODULES[1]


def complete(cache: Path, istio: str) -> None:
    for tool in tools_with(istio):
        path = cached(tool, cache)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(0o755)
    charts_folder(cache, istio).mkdir(exist_ok=True)


def of(cache: Path) -> Tools:
    tools = installed({"EGRESS_PROOF_CACHE": str(cache), "PATH": ""})
    assert tools is not None
    return tools


def test_the_proof_runs_the_release_that_is_deployed() -> None:
    assert MODULES[DEFAULT] == ISTIO
    assert {tool.version for tool in tools_with(ISTIO) if tool.name in {"pilot-discovery", "istioctl"}} == {
        ISTIO
    }
    assert proxies._ISTIO_VERSION == DEFAULT


@pytest.mark.parametrize(("release", "module"), MODULES.items())
def test_a_cached_control_plane_is_named_by_its_release(tmp_path: Path, release: str, module: str) -> None:
    complete(tmp_path, module)

    assert versions.istio(of(tmp_path)) == release
    assert versions.envoy(of(tmp_path)) == ENVOY


def test_the_deployed_release_comes_before_an_older_one(tmp_path: Path) -> None:
    complete(tmp_path, OLDER)
    complete(tmp_path, ISTIO)

    assert versions.istio(of(tmp_path)) == DEFAULT
    assert of(tmp_path).charts == charts_folder(tmp_path, ISTIO)


def test_a_binary_from_elsewhere_is_named_by_its_path(tmp_path: Path) -> None:
    complete(tmp_path, ISTIO)
    own = tmp_path / "pilot-discovery"
    own.write_text("")
    own.chmod(0o755)
    tools = installed({"EGRESS_PROOF_CACHE": str(tmp_path), "PATH": "", "PILOT_DISCOVERY": str(own)})

    assert tools is not None
    assert versions.istio(tools) == f"an unknown version ({own})"


def test_a_release_of_another_istio_is_named_with_its_address(tmp_path: Path) -> None:
    complete(tmp_path, ISTIO)
    deployed = {"helm_release.istiod": "1.30.5", "helm_release.base": DEFAULT}

    assert versions.mismatches(deployed, of(tmp_path)) == [
        f"the stacks deploy Istio 1.30.5 (helm_release.istiod), and this proof ran {DEFAULT}"
    ]


def refusing(monkeypatch: pytest.MonkeyPatch, *refused: str) -> None:
    def download(_go: Path, _module: str, istio: str) -> dict[str, str]:
        if istio in refused:
            raise ProofError("403 Forbidden")
        return {"Dir": "/module"}

    monkeypatch.setattr(installation, "_download", download)
    monkeypatch.setattr(installation, "find_go", lambda *_: Path("go"))


def test_where_the_deployed_release_is_not_served_the_next_one_is_taken_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    refusing(monkeypatch, ISTIO)

    assert installation._served_istio(tmp_path, {"PATH": ""}, said.append) == OLDER
    (line,) = said
    assert line.startswith(
        f"not to be had here, so that the proof runs {versions._RELEASES[OLDER]}: Istio {DEFAULT}"
    )
    assert "403 Forbidden" in line


def test_where_it_is_served_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    refusing(monkeypatch)

    assert installation._served_istio(tmp_path, {"PATH": ""}, said.append) == ISTIO
    assert said == []


def test_where_no_release_is_served_each_refusal_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, *ISTIO_MODULES)

    with pytest.raises(ProofError) as error:
        installation._served_istio(tmp_path, {"PATH": ""}, lambda _: None)
    assert len(str(error.value).splitlines()) == len(ISTIO_MODULES)


def test_an_older_release_that_is_there_serves_without_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(tmp_path, OLDER)
    refusing(monkeypatch, *ISTIO_MODULES)

    environ = {"PATH": "", "EGRESS_PROOF_CACHE": str(tmp_path)}
    assert installation._served_istio(tmp_path, environ, lambda _: None) == OLDER


def test_a_refused_download_says_what_the_module_proxy_says(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = '{"Path": "istio.io/istio", "Error": "reading it: 403 Forbidden\\n\\tnot available"}'
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, stdout=answer, stderr="")
    )

    with pytest.raises(ProofError, match=r"^reading it: 403 Forbidden not available$"):
        installation._download(Path("go"), installation.ISTIO_MODULE, ISTIO)


def test_a_report_names_what_ran_and_what_the_stacks_deploy_instead(tmp_path: Path) -> None:
    complete(tmp_path, ISTIO)
    said: list[str] = []
    proof = object.__new__(Proof)
    proof.figures = {}
    proof.mesh = SimpleNamespace(tools=of(tmp_path))  # type: ignore[assignment]
    proof.progress = SimpleNamespace(say=said.append)  # type: ignore[assignment]
    for version in (DEFAULT, "1.30.5", "1.30.5"):
        proof.note_versions(SimpleNamespace(charts={"helm_release.istiod": version}))  # type: ignore[arg-type]

    shown = report.text([], proof.figures)
    assert f"istio: {DEFAULT}" in shown
    assert f"envoy: {ENVOY}" in shown
    assert len(said) == 1
    assert said[0] in shown
    assert "1.30.5 (helm_release.istiod)" in said[0]


def test_a_report_says_that_the_stacks_deploy_nothing_else(tmp_path: Path) -> None:
    complete(tmp_path, ISTIO)
    proof = object.__new__(Proof)
    proof.figures = {}
    proof.mesh = SimpleNamespace(tools=of(tmp_path))  # type: ignore[assignment]
    proof.note_versions(SimpleNamespace(charts={"helm_release.istiod": DEFAULT}))  # type: ignore[arg-type]

    assert "deploys_another_istio: none" in report.text([], proof.figures)
