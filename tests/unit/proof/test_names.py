"""What names resolve to."""

from egress.proof.network.names import NameRecords
from egress.proof.network.vpc import DnsZone
from egress.terraform.google.response_policy import NameRule, ResponsePolicy

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


def closed(*granted: str) -> ResponsePolicy:
    rest = NameRule(dns_name="*.", address="rest", bypass=False, addresses=("192.0.2.1",))
    google = NameRule(dns_name="*.googleapis.com.", address="google", bypass=True)
    return ResponsePolicy(
        rules=(rest, google, *(NameRule(dns_name=f"{n}.", address=n, bypass=True) for n in granted))
    )


def test_a_name_that_the_response_policy_answers_is_asked_nowhere() -> None:
    found = NameRecords([ZONE], closed("example.com"))

    assert found.resolve("c2VjcmV0.tunnel.example") == ("192.0.2.1",)
    assert found.resolve("storage.googleapis.com") == VIP
    assert not found.asked_outside
    assert found.resolve("Example.com.") == (found.outside("example.com"),)
    assert found.asked_outside == {"example.com": 1}
    assert found.resolve("www.example.com") == ("192.0.2.1",)
    assert found.asked_outside == {"example.com": 1}


def test_without_a_response_policy_every_name_is_asked_outside() -> None:
    found = names()
    found.resolve("c2VjcmV0.tunnel.example")
    assert found.asked_outside == {"c2vjcmv0.tunnel.example": 1}


def test_looking_up_for_a_firewall_rule_is_no_question_of_a_pod() -> None:
    found = names()
    assert found.look_up("example.com") == ((found.outside("example.com"),), True)
    assert not found.asked_outside
