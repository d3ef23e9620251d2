"""What follows from who runs the control plane."""

from typing import get_args

import pytest

from egress.derived import gateway
from egress.derived.charts import gateway_values, istiod_values
from egress.derived.control_plane import (
    Feature,
    access_log_provider,
    has_istiod,
    injection_label,
    refusal,
    trust_domain,
)
from tests.unit.platform.production import production

HUB = "us-central1-docker.pkg.dev/project/docker-hub/istio"
MANAGED = {"control_plane": "managed"}


def test_the_managed_control_plane_has_no_istiod_in_the_cluster() -> None:
    assert has_istiod(production())
    assert not has_istiod(production(mesh=MANAGED))


def test_namespaces_follow_the_tag_before_the_revision() -> None:
    assert injection_label(production()) == {"istio.io/rev": "stable"}
    assert injection_label(production(mesh={"tag": None})) == {"istio.io/rev": "1-31-1"}
    assert injection_label(production(mesh={"tag": None, "revision": "canary"})) == {"istio.io/rev": "canary"}


def test_the_managed_control_plane_is_asked_for_by_its_own_label() -> None:
    assert injection_label(production(mesh=MANAGED)) == {"istio-injection": "enabled"}
    assert gateway_values(production(mesh=MANAGED).mesh, "gateway")["revision"] == ""


def test_identities_stand_in_the_projects_domain_when_google_issues_them() -> None:
    assert trust_domain(production()) == "cluster.local"
    assert trust_domain(production(mesh=MANAGED)) == "your-project-id.svc.id.goog"


def test_the_log_provider_is_the_one_the_control_plane_knows() -> None:
    platform = production()
    providers = [
        each["name"]
        for each in istiod_values(platform.mesh, "1-31-1", HUB)["meshConfig"]["extensionProviders"]
    ]

    assert [access_log_provider(platform)] == providers == [gateway.ACCESS_LOG_PROVIDER]
    assert access_log_provider(production(mesh={"access_log": "text"})) is None
    assert access_log_provider(production(mesh=MANAGED)) == "envoy"


@pytest.mark.parametrize("feature", get_args(Feature))
def test_what_the_managed_control_plane_cannot_do_is_refused_with_the_way_out(feature: Feature) -> None:
    reason = refusal(production(mesh=MANAGED), feature)

    assert reason is not None
    assert feature in reason
    assert reason.endswith("or choose mesh.control_plane: in-cluster")
    assert refusal(production(), feature) is None


def test_only_the_revision_that_a_tag_points_to_carries_it() -> None:
    mesh = production(mesh={"canary": {"revision": "1-31-2", "istio_version": "1.31.2"}}).mesh

    assert istiod_values(mesh, "1-31-1", HUB)["revisionTags"] == ["stable"]
    assert "revisionTags" not in istiod_values(mesh, "1-31-2", HUB)
