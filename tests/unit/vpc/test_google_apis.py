"""Where Google's APIs answer, and the zones that lead there."""

import pytest

from egress.derived.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP, addresses, vip_range, zones
from tests.unit.platform.production import production


def test_the_private_range_has_four_addresses() -> None:
    assert addresses(PRIVATE_VIP) == ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]


def test_the_restricted_range_is_the_one_before() -> None:
    assert addresses(RESTRICTED_VIP) == ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]


@pytest.mark.parametrize("vip", ["private", "restricted"])
def test_a_zone_and_its_target_are_absolute_names(vip: str) -> None:
    for zone in zones(production(network={"google_apis": vip})):
        assert zone.domain.endswith(".")
        # The alias must lead to a name of the zone itself: a private zone hides the public one.
        assert zone.target == zone.domain or zone.target.endswith(f".{zone.domain}")


def test_images_and_apis_have_a_zone_each() -> None:
    by_address = production(cluster={"control_plane_access": "private-endpoint"})

    assert {zone.domain for zone in zones(by_address)} == {"googleapis.com.", "gcr.io.", "pkg.dev."}


def test_the_api_servers_name_has_a_zone_where_it_is_reached_by_name() -> None:
    assert "gke.goog." in {zone.domain for zone in zones(production())}


@pytest.mark.parametrize(("vip", "range_"), [("private", PRIVATE_VIP), ("restricted", RESTRICTED_VIP)])
def test_the_name_and_the_range_are_of_one_choice(vip: str, range_: str) -> None:
    platform = production(network={"google_apis": vip})

    assert vip_range(platform.network) == range_
    assert next(zone.target for zone in zones(platform)) == f"{vip}.googleapis.com."
