"""foundation: APIs, VPC, subnet and NAT as the tutorial creates them."""

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

TUTORIAL_APIS = {"compute.googleapis.com", "dns.googleapis.com", "container.googleapis.com"}
NEEDED_APIS = {
    "artifactregistry.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "storage.googleapis.com",
}


def test_the_tutorials_apis_and_those_it_takes_for_granted_are_enabled(foundation: SynthesizedStack) -> None:
    assert set(foundation.all("google_project_service")) == TUTORIAL_APIS | NEEDED_APIS


def test_destroying_the_stack_leaves_the_apis_enabled(foundation: SynthesizedStack) -> None:
    services = foundation.all("google_project_service")

    assert {name: body["disable_on_destroy"] for name, body in services.items()} == dict.fromkeys(
        services, False
    )


def test_the_network_has_no_subnets_of_its_own(foundation: SynthesizedStack) -> None:
    network = foundation.one("google_compute_network", "vpc-network")

    assert network["auto_create_subnetworks"] is False


def test_the_subnet_has_the_nodes_range_and_private_google_access(foundation: SynthesizedStack) -> None:
    subnet = foundation.one("google_compute_subnetwork", "subnet-gke")

    assert subnet["ip_cidr_range"] == "10.0.0.0/24"
    assert subnet["private_ip_google_access"] is True
    assert subnet["network"].endswith("/networks/vpc-network")


def test_the_subnet_has_the_secondary_ranges_pods_and_services(foundation: SynthesizedStack) -> None:
    subnet = foundation.one("google_compute_subnetwork", "subnet-gke")

    assert subnet["secondary_ip_range"] == [
        {"range_name": "pods", "ip_cidr_range": "10.1.0.0/16"},
        {"range_name": "services", "ip_cidr_range": "10.2.0.0/20"},
    ]


def test_the_router_stands_in_the_network(foundation: SynthesizedStack) -> None:
    router = foundation.one("google_compute_router", "nat-router")

    assert router["network"].endswith("/networks/vpc-network")


def test_nat_serves_every_range_with_addresses_from_google(foundation: SynthesizedStack) -> None:
    nat = foundation.one("google_compute_router_nat", "nat-config")

    assert nat["router"] == "nat-router"
    assert nat["source_subnetwork_ip_ranges_to_nat"] == "ALL_SUBNETWORKS_ALL_IP_RANGES"
    assert nat["nat_ip_allocate_option"] == "AUTO_ONLY"


def test_network_router_and_subnet_are_in_the_configured_project_and_region(
    foundation: SynthesizedStack,
) -> None:
    assert foundation.document["provider"]["google"] == [
        {"project": "your-project-id", "region": "us-central1"}
    ]
    for type_ in ("google_compute_subnetwork", "google_compute_router", "google_compute_router_nat"):
        assert {body["region"] for body in foundation.all(type_).values()} == {"us-central1"}


@pytest.mark.parametrize(
    "type_", ["google_compute_network", "google_service_account", "google_dns_managed_zone"]
)
def test_what_needs_an_api_waits_until_it_is_enabled(type_: str, foundation: SynthesizedStack) -> None:
    enabled = {foundation.address("google_project_service", api) for api in TUTORIAL_APIS | NEEDED_APIS}
    waiting = [body for address, body in foundation.raws().items() if address.startswith(f"{type_}.")]

    assert waiting
    for body in waiting:
        assert set(body["depends_on"]) == enabled
