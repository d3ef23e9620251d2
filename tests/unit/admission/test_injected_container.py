"""Each field of the sidecar's containers is compared with what injection writes there, and each has an attempt."""

import pytest

from egress.derived.admission.field_conditions import REFUSED
from egress.derived.admission.injected import OTHER_VOLUMES, VOLUMES
from egress.derived.admission.injected_container import (
    INIT,
    PROXY,
    VALIDATION,
    container_fields,
    environment_values,
)
from egress.derived.admission.kubernetes_types import kubernetes_types
from egress.proof.asking.sidecar_attempts import CHANGES, FREE
from egress.proof.asking.sidecar_attempts import VOLUMES as HOSTILE_VOLUMES
from tests.builders.admission import expressions
from tests.unit.platform.production import production

FIELDS = set(kubernetes_types().types["Container"])


@pytest.mark.parametrize("name", [PROXY, VALIDATION, INIT])
def test_every_field_of_a_container_is_decided_about(name: str) -> None:
    assert set(container_fields(production(), name)) == FIELDS


@pytest.mark.parametrize("name", [PROXY, VALIDATION])
def test_every_field_that_is_not_free_has_an_attempt(name: str) -> None:
    assert set(CHANGES[name]) == FIELDS - set(FREE)


@pytest.mark.parametrize("name", [PROXY, VALIDATION])
def test_the_policy_names_each_field_that_holds_something_else(name: str) -> None:
    text = expressions(production(), "egress-tenant-pods")
    decided = container_fields(production(), name)
    allowed = sorted(field for field, condition in decided.items() if condition != REFUSED)
    assert f"!(f in {allowed!s}" in text
    for field, condition in decided.items():
        if condition not in (REFUSED, "true"):
            assert f"(has(c.{field}) && !({condition}) ? ['{field}'] : [])" in text


def test_every_volume_of_the_sidecar_has_an_attempt() -> None:
    assert set(VOLUMES) <= set(HOSTILE_VOLUMES)
    assert set(OTHER_VOLUMES) <= set(HOSTILE_VOLUMES)


def test_every_variable_with_a_value_has_an_attempt_with_another() -> None:
    tried = {variable["name"] for value in CHANGES[PROXY]["env"] for variable in value if "value" in variable}
    assert set(environment_values(production())) <= tried


def test_during_an_upgrade_either_control_plane_may_be_the_sidecars() -> None:
    canary = {"revision": "1-31-2", "istio_version": "1.31.2"}
    condition = environment_values(production(mesh={"canary": canary}))["CA_ADDR"]
    assert "'istiod-1-31-1.istio-system.svc:15012', 'istiod-1-31-2.istio-system.svc:15012'" in condition
