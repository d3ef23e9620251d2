"""Bare facts, by cdktf's own matchers."""

import cdktf
import pytest

from tests.synth.conftest import Synthesis


def _text(synthesis: Synthesis, stack: str) -> str:
    return (synthesis.out / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("stack", "providers"),
    [
        ("foundation", {"google"}),
        ("cluster", {"google"}),
        ("mesh", {"kubernetes", "helm"}),
        ("egress", {"kubernetes", "google"}),
    ],
)
def test_a_stack_has_the_providers_it_needs_and_no_other(
    stack: str, providers: set[str], synthesis: Synthesis
) -> None:
    text = _text(synthesis, stack)

    for provider in ("google", "kubernetes", "helm"):
        assert cdktf.Testing.to_have_provider(text, provider) == (provider in providers), provider


@pytest.mark.parametrize(
    ("stack", "type_", "properties"),
    [
        ("foundation", "google_compute_network", {"name": "vpc-network", "auto_create_subnetworks": False}),
        ("foundation", "google_compute_subnetwork", {"name": "subnet-gke", "private_ip_google_access": True}),
        ("cluster", "google_container_cluster", {"name": "cluster1", "networking_mode": "VPC_NATIVE"}),
        ("cluster", "google_container_node_pool", {"name": "gateway", "node_count": 1}),
        ("mesh", "helm_release", {"name": "istio-egressgateway", "namespace": "istio-egress"}),
        ("egress", "google_storage_bucket", {"name": "your-project-id-bucket"}),
    ],
)
def test_a_stack_has_the_resource(
    stack: str, type_: str, properties: dict[str, object], synthesis: Synthesis
) -> None:
    assert cdktf.Testing.to_have_resource_with_properties(_text(synthesis, stack), type_, properties)


def test_the_egress_stack_looks_for_the_gateways_service(synthesis: Synthesis) -> None:
    assert cdktf.Testing.to_have_data_source(_text(synthesis, "egress"), "kubernetes_service_v1")
