"""A Kubernetes namespace."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_kubernetes.namespace_v1 import NamespaceV1, NamespaceV1Metadata
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class NamespaceProps:
    """`name` is a literal: objects planned beside the namespace cannot wait for a computed one."""

    name: str
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None


class Namespace(Construct):
    """A namespace with its labels and annotations."""

    def __init__(self, scope: Construct, id_: str, props: NamespaceProps) -> None:
        super().__init__(scope, id_)
        self.namespace = NamespaceV1(
            self,
            "namespace",
            metadata=NamespaceV1Metadata(
                name=props.name,
                labels=dict(props.labels) if props.labels else None,
                annotations=dict(props.annotations) if props.annotations else None,
            ),
        )
