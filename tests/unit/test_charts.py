"""The charts' values, for the default revision and for another."""

import pytest

from egress.config.mesh import Mesh
from egress.derived.charts import base_values, gateway_values, istiod_values

HUB = "europe-docker.pkg.dev/my-project/istio"
DEFAULT, CANARY = Mesh(), Mesh(revision="canary")


@pytest.mark.parametrize(("mesh", "revision"), [(DEFAULT, ""), (CANARY, "canary")])
def test_a_chart_writes_the_default_revision_as_nothing(mesh: Mesh, revision: str) -> None:
    assert istiod_values(mesh, mesh.revision, HUB)["revision"] == revision
    assert gateway_values(mesh, "gateway")["revision"] == revision


@pytest.mark.parametrize(("mesh", "revision"), [(DEFAULT, "default"), (CANARY, "canary")])
def test_the_validating_webhook_is_the_revisions_own(mesh: Mesh, revision: str) -> None:
    assert base_values(mesh) == {"defaultRevision": revision}


def test_images_come_from_the_hub_of_the_platform() -> None:
    assert istiod_values(DEFAULT, "default", HUB)["global"]["hub"] == HUB


def test_the_gateway_stays_inside_the_cluster() -> None:
    assert gateway_values(DEFAULT, "gateway")["service"]["type"] == "ClusterIP"


def test_the_gateway_goes_to_the_pool_named() -> None:
    values = gateway_values(DEFAULT, "way-out")

    assert values["nodeSelector"] == {"cloud.google.com/gke-nodepool": "way-out"}
    (toleration,) = values["tolerations"]
    assert (toleration["key"], toleration["value"], toleration["effect"]) == (
        "dedicated",
        "gateway",
        "NoSchedule",
    )
