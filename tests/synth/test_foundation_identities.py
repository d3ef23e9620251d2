"""foundation: the two node service accounts, and the zones that lead to Google's APIs."""

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

TUTORIAL_ROLES = {
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/storage.objectViewer",
}
PRIVATE_VIP = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
BOTH = pytest.mark.parametrize(
    ("account_id", "description"),
    [("sa-application-nodes", "SA for application nodes"), ("sa-gateway-nodes", "SA for gateway nodes")],
)


@BOTH
def test_a_node_account_has_the_tutorials_names(
    account_id: str, description: str, foundation: SynthesizedStack
) -> None:
    assert foundation.one("google_service_account", account_id) == {
        "account_id": account_id,
        "display_name": account_id,
        "description": description,
    }


@BOTH
def test_a_node_account_has_the_tutorials_roles_and_no_other_on_the_project(
    account_id: str, description: str, foundation: SynthesizedStack
) -> None:
    member = f"serviceAccount:{account_id}@your-project-id.iam.gserviceaccount.com"
    roles = [
        body["role"]
        for address, body in foundation.resources.items()
        if address.startswith("google_project_iam_member.") and body["member"] == member
    ]

    assert sorted(roles) == sorted(TUTORIAL_ROLES), description


def test_no_role_goes_to_anybody_else(foundation: SynthesizedStack) -> None:
    members = [
        body["member"]
        for address, body in foundation.resources.items()
        if address.startswith("google_project_iam_member.")
    ]

    assert {member.partition("@")[0] for member in members} == {
        "serviceAccount:sa-application-nodes",
        "serviceAccount:sa-gateway-nodes",
    }


def test_no_role_is_taken_from_members_the_stack_does_not_know(foundation: SynthesizedStack) -> None:
    authoritative = ("google_project_iam_binding.", "google_project_iam_policy.")

    assert not [address for address in foundation.resources if address.startswith(authoritative)]


@pytest.mark.parametrize(
    ("zone", "domain", "target"),
    [
        ("private-google-apis", "googleapis.com.", "private.googleapis.com."),
        ("private-gcr-io", "gcr.io.", "gcr.io."),
        ("private-pkg-dev", "pkg.dev.", "pkg.dev."),
    ],
)
def test_a_private_zone_leads_its_domain_to_the_private_addresses(
    zone: str, domain: str, target: str, foundation: SynthesizedStack
) -> None:
    body = foundation.one("google_dns_managed_zone", zone)
    records = {
        (record["type"], record["name"]): (record["ttl"], record["rrdatas"])
        for record in foundation.all("google_dns_record_set").values()
        if record["managed_zone"] == zone
    }

    assert (body["dns_name"], body["visibility"]) == (domain, "private")
    assert body["private_visibility_config"]["networks"][0]["network_url"].endswith("/networks/vpc-network")
    assert records == {("CNAME", f"*.{domain}"): (300, [target]), ("A", target): (300, PRIVATE_VIP)}


def test_there_is_no_other_zone(foundation: SynthesizedStack) -> None:
    assert set(foundation.all("google_dns_managed_zone")) == {
        "private-google-apis",
        "private-gcr-io",
        "private-pkg-dev",
    }
