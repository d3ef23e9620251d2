"""Istio's own annotations and labels are each read, known to decide on nothing, or refused by name."""

import json
from pathlib import Path

import pytest

from egress.review.errors import ReviewError
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.objects.metadata import ANNOTATIONS, LABELS
from egress.review.objects.understood import check

NAMES = json.loads((Path(__file__).parents[1] / "istio" / "metadata.json").read_text(encoding="utf-8"))
ISTIOS_ANNOTATIONS, ISTIOS_LABELS = (
    [name for name in NAMES[part] if name.partition("/")[0].endswith("istio.io")]
    for part in ("annotations", "labels")
)

REFUSED = {
    *("istio.io/reroute-virtual-interfaces", "istio.io/use-waypoint-canary-weight"),
    *("sidecar.istio.io/bootstrapOverride", "sidecar.istio.io/discoveryAddress"),
    *("topology.istio.io/controlPlaneClusters", "traffic.istio.io/nodeSelector"),
    *("traffic.sidecar.istio.io/excludeInterfaces", "traffic.sidecar.istio.io/kubevirtInterfaces"),
    *("istio.io/use-waypoint-canary", "istio.io/use-waypoint-canary-namespace"),
    *("istio.io/use-waypoint-namespace", "istio.io/waypoint-for"),
}
"""Whatever their value."""


def on_a_namespace(where: str, name: str) -> None:
    metadata = {"name": "any", where: {name: "any-other"}}
    check([kubernetes_object({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}, "here")])


def test_every_name_of_the_tables_is_one_of_istios() -> None:
    assert set(ANNOTATIONS) <= set(ISTIOS_ANNOTATIONS)
    assert {name for name in LABELS if name.partition("/")[0].endswith("istio.io")} <= set(ISTIOS_LABELS)


@pytest.mark.parametrize(
    ("where", "name"),
    [
        *(("annotations", name) for name in ISTIOS_ANNOTATIONS),
        *(("labels", name) for name in ISTIOS_LABELS),
    ],
)
def test_every_name_of_istios_is_in_the_tables_or_refused(where: str, name: str) -> None:
    known = (ANNOTATIONS if where == "annotations" else LABELS).get(name)
    assert (known is None) is (name in REFUSED)
    if known is None or known.values is not None or name == "proxy.istio.io/config":
        with pytest.raises(ReviewError, match=r"here: metadata\."):
            on_a_namespace(where, name)
    else:
        on_a_namespace(where, name)


def test_a_name_that_istio_does_not_have_yet_is_refused() -> None:
    with pytest.raises(ReviewError, match="brandNew"):
        on_a_namespace("annotations", "sidecar.istio.io/brandNew")
