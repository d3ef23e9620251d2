"""etcd and kube-apiserver in the control plane's own network namespace."""

import ipaddress
import os
import time
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from egress.proof.cluster.kubernetes_api import KubernetesApi
from egress.proof.cluster.processes import Process
from egress.proof.errors import ProofError
from egress.proof.network.certificates import Authority
from egress.proof.network.namespaces import NetworkNamespace, command
from egress.proof.network.sandbox import RUN

PORT = 443
_TOKEN = "proof"  # noqa: S105 - valid only in the sandbox


class ApiServer:
    """A running API server; nothing but the harness's own client and istiod talk to it."""

    def __init__(
        self, namespace: NetworkNamespace, services_range: str, etcd: Path, kube_apiserver: Path
    ) -> None:
        self.address = namespace.addresses[0]
        self._authority = Authority("kubernetes")
        folder = RUN / "kubernetes"
        folder.mkdir()
        self.service_address = str(ipaddress.ip_network(services_range)[1])
        """The address of the Service `kubernetes`, the first of its range."""
        names = (self.address, self.service_address, "127.0.0.1", "kubernetes.default.svc")
        pair = self._authority.issue(hosts=names)
        (folder / "server.crt").write_bytes(pair.certificate)
        (folder / "server.key").write_bytes(pair.key)
        (folder / "tokens.csv").write_text(f'{_TOKEN},proof,proof,"system:masters"\n')
        _service_account_key(folder)
        self.root = self._authority.root.certificate
        self.etcd = Process("etcd", command(namespace, _etcd(etcd)), env={"PATH": os.environ["PATH"]})
        argv = _kube_apiserver(kube_apiserver, folder, self.address, services_range)
        self.process = Process("kube-apiserver", command(namespace, argv), env={"PATH": os.environ["PATH"]})
        self.api = KubernetesApi(self.address, PORT, _TOKEN, self.root)

    def wait(self, seconds: float = 60) -> None:
        """Wait until it is ready."""
        end = time.monotonic() + seconds
        while not self.api.ready():
            self.etcd.require_alive()
            self.process.require_alive()
            if time.monotonic() > end:
                raise ProofError(f"kube-apiserver is not ready after {seconds:.0f} s:\n{self.process.tail()}")
            time.sleep(0.05)

    def kubeconfig(self, server: str) -> str:
        """Return a kubeconfig that reaches it under another address."""
        return (
            "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
            f"clusters: [{{name: c, cluster: {{server: '{server}', "
            f"certificate-authority-data: {b64encode(self.root).decode()}}}}}]\n"
            "contexts: [{name: c, context: {cluster: c, user: u}}]\n"
            f"users: [{{name: u, user: {{token: {_TOKEN}}}}}]\n"
        )


def _service_account_key(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    (folder / "sa.key").write_bytes(private)


def _etcd(binary: Path) -> list[str]:
    return [
        str(binary),
        *("--data-dir", str(RUN / "etcd"), "--unsafe-no-fsync", "--log-level", "warn"),
        *(
            "--listen-client-urls",
            "http://127.0.0.1:2379",
            "--advertise-client-urls",
            "http://127.0.0.1:2379",
        ),
        *("--listen-peer-urls", "http://127.0.0.1:2380"),
    ]


def _kube_apiserver(binary: Path, folder: Path, address: str, services_range: str) -> list[str]:
    return [
        str(binary),
        "--etcd-servers=http://127.0.0.1:2379",
        f"--bind-address={address}",
        f"--advertise-address={address}",
        f"--secure-port={PORT}",
        f"--tls-cert-file={folder / 'server.crt'}",
        f"--tls-private-key-file={folder / 'server.key'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        f"--service-cluster-ip-range={services_range}",
        "--endpoint-reconciler-type=none",
        "--disable-admission-plugins=ServiceAccount",
        "--profiling=false",
        "--allow-privileged=true",
    ]
