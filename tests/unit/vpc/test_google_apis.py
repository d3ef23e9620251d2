"""Where Google's APIs answer, and the zones that lead there."""

import pytest

from egress.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP, ZONES, Zone, addresses


def test_the_private_range_has_four_addresses() -> None:
    assert addresses(PRIVATE_VIP) == ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]


def test_the_restricted_range_is_the_one_before() -> None:
    assert addresses(RESTRICTED_VIP) == ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_a_zone_and_its_target_are_absolute_names(zone: Zone) -> None:
    assert zone.domain.endswith(".")
    # The alias must lead to a name of the zone itself: a private zone hides the public one.
    assert zone.target == zone.domain or zone.target.endswith(f".{zone.domain}")


def test_images_and_apis_have_a_zone_each() -> None:
    assert {zone.domain for zone in ZONES} == {"googleapis.com.", "gcr.io.", "pkg.dev."}
