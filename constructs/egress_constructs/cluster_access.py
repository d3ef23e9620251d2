"""How the Kubernetes and Helm providers reach the cluster."""

from dataclasses import dataclass

from cdktf import Fn
from cdktf_cdktf_provider_helm.provider import (
    HelmProvider,
    HelmProviderKubernetes,
    HelmProviderKubernetesExec,
)
from cdktf_cdktf_provider_kubernetes.provider import KubernetesProvider, KubernetesProviderExec
from constructs import Construct

API_VERSION = "client.authentication.k8s.io/v1beta1"
COMMAND = "gke-gcloud-auth-plugin"
"""Fetches a short-lived token at each run; a token in an output would lie in the state and expire."""


@dataclass(frozen=True, kw_only=True)
class ClusterAccess:
    """Where the API server answers, and its CA certificate (base64), both from the cluster's state.

    `endpoint` is a host, with a path behind the connect gateway. Without a certificate of the cluster's own
    the endpoint's is publicly trusted (the DNS endpoint, the connect gateway).
    """

    endpoint: str
    ca_certificate: str | None

    @property
    def _host(self) -> str:
        return f"https://{self.endpoint}"

    @property
    def _ca_certificate(self) -> str | None:
        return Fn.base64decode(self.ca_certificate) if self.ca_certificate else None

    def kubernetes_provider(self, scope: Construct) -> KubernetesProvider:
        """Add the Kubernetes provider to a stack."""
        return KubernetesProvider(
            scope,
            "kubernetes",
            host=self._host,
            cluster_ca_certificate=self._ca_certificate,
            exec=[KubernetesProviderExec(api_version=API_VERSION, command=COMMAND)],
        )

    def helm_provider(self, scope: Construct) -> HelmProvider:
        """Add the Helm provider to a stack."""
        return HelmProvider(
            scope,
            "helm",
            kubernetes=HelmProviderKubernetes(
                host=self._host,
                cluster_ca_certificate=self._ca_certificate,
                exec=HelmProviderKubernetesExec(api_version=API_VERSION, command=COMMAND),
            ),
        )
