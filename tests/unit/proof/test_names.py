"""What names resolve to."""

from egress.proof.network.names import NameRecords
from egress.proof.network.vpc import DnsZone

VIP = ("199.36.153.8", "199.36.153.9")
ZONE = DnsZone(
    name="private-google-apis",
    dns_name="googleapis.com.",
    records={
        ("*.googleapis.com.", "CNAME"): ("private.googleapis.com.",),
        ("private.googleapis.com.", "A"): VIP,
    },
)


def names() -> NameRecords:
    found = NameRecords([ZONE])
    found.set_services({"istiod.istio-system.svc.cluster.local": ("10.2.0.7",)})
    return found


def test_a_private_zones_alias_leads_to_its_address() -> None:
    assert names().resolve("Storage.googleapis.com.") == VIP


def test_a_private_zone_hides_what_it_lacks() -> None:
    assert NameRecords([DnsZone(name="z", dns_name="gcr.io.", records={})]).resolve("eu.gcr.io") is None


def test_services_have_short_and_full_names() -> None:
    assert names().resolve("istiod.istio-system.svc") == ("10.2.0.7",)
    assert names().resolve("istiod.istio-system.svc.cluster.local") == ("10.2.0.7",)


def test_an_unknown_service_does_not_exist() -> None:
    assert names().resolve("nobody.team-x.svc.cluster.local") is None


def test_every_outside_host_has_one_address_of_its_own() -> None:
    found = names()
    first, second = found.resolve("example.com"), found.resolve("httpbin.org")

    assert first != second
    assert first == found.resolve("example.com")
    assert first is not None
    assert found.host_at(first[0]) == "example.com"


def test_the_metadata_server_has_its_link_local_address() -> None:
    assert names().resolve("metadata.google.internal") == ("169.254.169.254",)
    assert names().resolve("other.internal") is None
