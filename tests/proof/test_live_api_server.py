"""`--context` against a real API server: the toolchain's, read by a real kubectl."""

import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.proof.cluster.api_server import _service_account_key
from egress.proof.network.certificates import Authority
from egress.proof.toolchain.tools import cache_folder, installed
from tests.proof.conftest import ROOT
from tests.review.reviewed import tutorial

pytestmark = pytest.mark.proof
SECONDS = 120


def free_ports(count: int) -> list[int]:
    found = [socket.socket() for _ in range(count)]
    for one in found:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in found]
    for one in found:
        one.close()
    return ports


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An API server of this machine's own, with Istio's kinds; its kubeconfig."""
    if shutil.which("kubectl") is None:
        pytest.skip("no kubectl on PATH: --context was tried with a stand-in alone")
    tools = installed(os.environ)
    assert tools is not None
    folder = tmp_path_factory.mktemp("api")
    authority = Authority("kubernetes")
    pair = authority.issue(hosts=("127.0.0.1",))
    (folder / "server.crt").write_bytes(pair.certificate)
    (folder / "server.key").write_bytes(pair.key)
    (folder / "ca.crt").write_bytes(authority.root.certificate)
    (folder / "tokens.csv").write_text('proof,proof,proof,"system:masters"\n')
    _service_account_key(folder)
    client, peer, port = free_ports(3)
    etcd = [
        str(tools.etcd),
        *("--data-dir", str(folder / "etcd"), "--unsafe-no-fsync", "--log-level", "error"),
        *("--listen-client-urls", f"http://127.0.0.1:{client}"),
        *("--advertise-client-urls", f"http://127.0.0.1:{client}"),
        *("--listen-peer-urls", f"http://127.0.0.1:{peer}"),
    ]
    server = [
        str(tools.kube_apiserver),
        f"--etcd-servers=http://127.0.0.1:{client}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={folder / 'server.crt'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        "--service-cluster-ip-range=10.96.0.0/20",
        "--endpoint-reconciler-type=none",
        "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true",
    ]
    config = folder / "kubeconfig"
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "ca.crt")}
    config.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": cluster}],
                "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
                "users": [{"name": "u", "user": {"token": "proof"}}],
            }
        )
    )
    with (folder / "log").open("wb") as log:
        running = [subprocess.Popen(argv, stdout=log, stderr=log) for argv in (etcd, server)]
        try:
            end = time.monotonic() + SECONDS
            while kubectl(config, "get", "--raw", "/readyz").returncode:
                assert time.monotonic() < end, (folder / "log").read_text()[-2000:]
                time.sleep(0.5)
            crds = next(cache_folder(os.environ).glob("charts@*/base/files/crd-all.gen.yaml"))
            apply(config, crds)
            done = kubectl(config, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
            assert done.returncode == 0, done.stderr
            yield config
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait(30)


def kubectl(config: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["kubectl", "--kubeconfig", str(config), "--context", "here", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)


def apply(config: Path, file: Path) -> None:
    done = kubectl(config, "apply", "--server-side", "--filename", str(file))
    assert done.returncode == 0, done.stderr


def egress(config: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "egress", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KUBECONFIG": str(config)},
    )


def test_a_live_cluster_has_the_answers_of_the_files_that_were_applied_to_it(
    kubeconfig: Path, tmp_path: Path
) -> None:
    documents = [complete(one) for one in tutorial("4-policies").objects.values()]
    spaces = [one for one in documents if one["kind"] == "Namespace"]
    others = [one for one in documents if one["kind"] != "Namespace"]
    for number, part in enumerate((spaces, others)):
        # As JSON: kubectl reads the plain text `y` of YAML as true.
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": part}))
        apply(kubeconfig, file)

    live = egress(kubeconfig, "list", "--context", "here", "--format", "csv")
    files = egress(kubeconfig, "list", "--input", str(tmp_path), "--format", "csv")

    assert (live.returncode, files.returncode) == (0, 0), live.stderr + files.stderr
    # The API server has a namespace of its own, `default`, with an account.
    own = [verdicts(line) for line in live.stdout.splitlines() if not line.startswith("default/")]
    assert own == [verdicts(line) for line in files.stdout.splitlines()]
    assert len(live.stdout.splitlines()) > 10
    assert "not understood" not in live.stderr


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """An object with the fields that an API server asks of a Deployment beyond those that the review reads."""
    if document["kind"] != "Deployment":
        return document
    found = copy.deepcopy(document)
    template = found["spec"]["template"]
    found["spec"].setdefault("selector", {"matchLabels": template["metadata"]["labels"]})
    template["spec"].setdefault("containers", [{"name": "main", "image": "a.example/main:1"}])
    return found


def verdicts(line: str) -> list[str]:
    """A row without its last column, which names the file."""
    return line.split(",")[:4]


def test_a_context_that_is_not_there_is_told(kubeconfig: Path) -> None:
    done = egress(kubeconfig, "list", "--context", "elsewhere")
    assert done.returncode == 2
    assert done.stderr.startswith("error: --context elsewhere: kubectl api-resources failed: ")
