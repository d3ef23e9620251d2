"""Where the binaries are found."""

from pathlib import Path

from egress.proof.toolchain.tools import TOOLS, cache_folder, cached, charts_folder, installed, locate


def binary(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    path.chmod(0o755)
    return path


def test_the_cache_is_outside_the_source_tree_and_can_be_named() -> None:
    assert cache_folder({"EGRESS_PROOF_CACHE": "/c"}) == Path("/c")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/secure-egress-gke")
    assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/secure-egress-gke")


def test_a_variable_wins_over_cache_and_path(tmp_path: Path) -> None:
    helm = next(tool for tool in TOOLS if tool.name == "helm")
    environ = {"EGRESS_PROOF_CACHE": str(tmp_path / "cache"), "PATH": str(tmp_path / "bin")}
    on_path = binary(tmp_path / "bin" / "helm")
    assert locate(environ)["helm"] == on_path.resolve()

    kept = binary(cached(helm, tmp_path / "cache"))
    assert locate(environ)["helm"] == kept.resolve()

    own = binary(tmp_path / "own-helm")
    assert locate({**environ, "HELM": str(own)})["helm"] == own.resolve()


def test_a_variable_that_names_nothing_is_not_replaced_by_another_binary(tmp_path: Path) -> None:
    binary(tmp_path / "bin" / "helm")

    assert "helm" not in locate(
        {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), "HELM": "/nowhere/helm"}
    )


def test_the_toolchain_is_complete_only_with_every_binary_and_the_charts(tmp_path: Path) -> None:
    environ = {"EGRESS_PROOF_CACHE": str(tmp_path), "PATH": ""}
    for tool in TOOLS:
        assert installed(environ) is None
        binary(cached(tool, tmp_path))
    assert installed(environ) is None

    charts_folder(tmp_path).mkdir()
    tools = installed(environ)
    assert tools is not None
    assert tools.kube_apiserver.name == "kube-apiserver"
