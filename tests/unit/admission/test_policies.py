"""What the admission policies compare with follows from the platform."""

from typing import Literal

import pytest

from egress.derived.admission.injected import injection_refusals
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.object_policies import HEADLESS_PROTOCOLS
from egress.derived.admission.policies import admission_objects
from egress.derived.admission.tenant_access import REFUSED, tenants_resources
from egress.derived.charts import istiod_values
from tests.builders.admission import expressions
from tests.unit.platform.production import production

HUB = "us-central1-docker.pkg.dev/your-project-id/docker-hub/istio"


def test_during_an_upgrade_both_control_planes_images_may_be_injected() -> None:
    canary = {"revision": "1-31-2", "istio_version": "1.31.2"}
    text = expressions(production(mesh={"canary": canary}), "egress-tenant-pods")
    assert f"c.image in ['{HUB}/proxyv2:1.31.1', '{HUB}/proxyv2:1.31.2']" in text


def test_a_hub_of_ones_own_is_where_the_sidecars_image_comes_from() -> None:
    hub = "us-docker.pkg.dev/some-project/istio"
    assert f"c.image in ['{hub}/proxyv2:" in expressions(production(mesh={"hub": hub}), "egress-tenant-pods")


def test_of_the_managed_control_plane_the_image_is_known_and_not_the_version() -> None:
    text = expressions(production(mesh={"control_plane": "managed"}), "egress-tenant-pods")
    assert (
        "['gcr.io/gke-release/asm/proxyv2', 'gke.gcr.io/asm/proxyv2'].exists(p, c.image.startsWith(p + ':')"
        in text
    )
    assert "proxyv2:" not in text


def test_only_a_redirecting_init_container_may_have_rights() -> None:
    by_cni = expressions(production(), "egress-tenant-pods")
    by_init = expressions(production(mesh={"capture": "init-container"}), "egress-tenant-pods")
    assert "initContainers[0].name == 'istio-validation'" in by_cni
    assert "NET_ADMIN" not in by_cni
    assert "initContainers[0].name == 'istio-init'" in by_init
    assert "c.name == 'istio-init' ? dyn({'allowPrivilegeEscalation': dyn(false), 'capabilities'" in by_init
    assert "dyn('NET_ADMIN')" in by_init


@pytest.mark.parametrize("capture", ["cni", "init-container"])
def test_the_sidecars_rights_are_those_that_the_control_planes_values_give(
    capture: Literal["cni", "init-container"],
) -> None:
    platform = production(mesh={"capture": capture})
    values = istiod_values(platform.mesh, platform.mesh.revision, "hub")
    given = values["global"].get("proxy", {}).get("seccompProfile")
    (rights,) = (
        refusal.expression
        for refusal in injection_refusals(platform)
        if "exactly the rights" in refusal.message
    )
    assert given in (None, {"type": "RuntimeDefault"})
    assert ("seccompProfile" in rights) is (given is not None)


def test_a_template_may_name_no_container_and_no_volume_as_the_sidecar_does() -> None:
    text = expressions(production(), "egress-tenant-templates")
    assert "variables.added.size() == 0" in text
    assert "istio-proxy" not in text


def test_the_kinds_that_tenants_write_are_those_of_their_role() -> None:
    kinds = tenants_resources()
    assert {"apps/deployments", "batch/cronjobs", "/pods", "/pods/exec", "/secrets"} <= set(kinds)
    assert not set(REFUSED) & set(kinds)
    assert not any("istio" in kind or "networkpolicies" in kind or "rbac" in kind for kind in kinds)


def test_no_kind_passes_because_nobody_thought_of_it() -> None:
    (policy,) = (
        item["spec"]
        for item in admission_objects(production())
        if item["kind"] == "ValidatingAdmissionPolicy" and item["metadata"]["name"] == "egress-tenant-kinds"
    )
    (rule,) = policy["matchConstraints"]["resourceRules"]
    assert (rule["apiGroups"], rule["resources"]) == (["*"], ["*/*"])
    assert set(rule["operations"]) == {"CREATE", "UPDATE", "DELETE", "CONNECT"}


def test_a_headless_services_ports_must_say_that_they_are_not_http() -> None:
    text = expressions(production(), "egress-tenant-services")
    assert "object.spec.clusterIP != 'None'" in text
    assert not {"http", "http2", "grpc", "grpc-web", ""} & set(HEADLESS_PROTOCOLS)
    assert f"in {quoted(HEADLESS_PROTOCOLS)}" in text


def test_gkes_own_annotation_of_services_passes_by_its_value_alone() -> None:
    text = expressions(production(), "egress-tenant-services")
    assert """variables.own_annotations[k] in ['{"ingress":true}', '{"ingress": true}']""" in text


def test_keys_without_a_domain_that_controllers_read_are_refused_in_whatever_case() -> None:
    for name in ("egress-tenant-pods", "egress-tenant-services", "egress-tenant-metadata"):
        text = expressions(production(), name)
        assert "!['grafana', 'istio', 'prometheus'].exists(p, k.lowerAscii().startsWith(p))" in text
