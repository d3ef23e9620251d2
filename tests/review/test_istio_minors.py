"""What Istio 1.31 has and 1.30 had not: each field is read, decides on nothing, or is refused by name."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from egress.config.istio_releases import API, MINORS
from egress.review.errors import ReviewError
from egress.review.inputs import mesh_config
from egress.review.objects import proxy_config
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.objects.metadata import ANNOTATIONS, LABELS
from egress.review.objects.understood import check
from tests.istio.schemas import CRDS, NEW, kinds

FOUND: Mapping[str, Any] = json.loads(NEW.read_text(encoding="utf-8"))

OF_KINDS = {
    # How many, how long, on which of equal endpoints.
    ("DestinationRule", "http2KeepAlive"): "understood",
    ("DestinationRule", "zoneAwareLbSetting"): "understood",
    ("DestinationRule", "outlierDetectionHttpErrorCodes"): "understood",
    ("DestinationRule", "budgetInterval"): "understood",
    # Whether a server believes a certificate that it cannot verify.
    ("Gateway", "insecureSkipVerify"): "refused",
    # The review refuses a Sidecar's ingress and any inbound pool.
    ("Sidecar", "http2KeepAlive"): "refused",
    ("Sidecar", "insecureSkipVerify"): "refused",
    ("VirtualService", "prefixRewrite"): "understood",
    ("EnvoyFilter", "operation=MERGE_AND_REPLACE_LIST"): "refused",
}

OF_THE_MESH = {
    "MeshConfig.defaultTrafficPolicy": "partly inert",
    "MeshConfig.DefaultTrafficPolicy": "defaultTrafficPolicy",
    "MeshConfig.serviceEntryVisibility": "partly inert",
    "ServiceEntryVisibility": "serviceEntryVisibility",
    "MeshConfig.zoneAwareLbSetting": "inert",
    "ProxyConfig.connectionSettings": "refused",
    "ProxyConfig.ConnectionSettings": "in a refused one",
}
"""Fields, and the messages that are the type of one."""


def test_the_lists_are_those_of_the_deployed_release() -> None:
    assert FOUND["source"].endswith(f"istio.io/api@{API}")
    assert f"@v{MINORS[1].name}." in FOUND["source"]
    assert API in json.loads(CRDS.read_text(encoding="utf-8"))["source"]


def test_each_new_field_of_a_kind_is_treated_as_the_table_says() -> None:
    found = defaultdict(set)
    paths = [entry.partition(": ")[::2] for entry in FOUND["kinds"]]
    for key, path in paths:
        if any(other == key and path.startswith(f"{above}.") for other, above in paths):
            continue  # below a field that is new itself
        group, _, kind = key.split("/")
        found[kind, path.rpartition(".")[2]].add(_treated(group, kind, path))

    assert {key: sorted(value) for key, value in found.items()} == {k: [v] for k, v in OF_KINDS.items()}


def _treated(group: str, kind: str, path: str) -> str:
    way, _, value = path.partition("=")
    spec: Any = value or {"any": "value"}
    for part in reversed(way.split(".")):
        spec = {part: spec}
    version, _ = kinds()[group, kind]
    metadata = {"name": "any", "namespace": "any"}
    item = kubernetes_object({"apiVersion": version, "kind": kind, "metadata": metadata, **spec}, "here")
    try:
        check([item])
    except ReviewError:
        return "refused"
    return "understood"


def test_each_new_setting_of_the_mesh_is_treated_as_the_table_says() -> None:
    def covering(name: str) -> list[str]:
        return [one for one in OF_THE_MESH if f"{name}.".startswith(f"{one}.")]

    assert {name: len(covering(name)) for name in FOUND["mesh"]} == dict.fromkeys(FOUND["mesh"], 1)
    assert {one for name in FOUND["mesh"] for one in covering(name)} == set(OF_THE_MESH)
    for name, treated in OF_THE_MESH.items():
        key = name.rpartition(".")[2]
        assert (key in mesh_config.PARTLY_INERT) is (treated == "partly inert"), name
        assert (key in mesh_config.INERT) is (treated == "inert"), name
        assert (key in mesh_config.READ) is (treated == "partly inert"), name
        assert key not in proxy_config.INERT, name


def test_what_a_partly_inert_setting_may_hold_is_a_field_of_istios() -> None:
    fields = {
        name: {entry.rpartition(".")[2] for entry in FOUND["mesh"] if entry.startswith(f"{message}.")}
        for message, name in OF_THE_MESH.items()
    }
    for name, inert in mesh_config.PARTLY_INERT.items():
        assert set(inert) <= fields[name]


def test_each_new_annotation_and_label_is_refused() -> None:
    assert FOUND["annotations"] == ["istio.io/use-waypoint-canary-weight"]
    assert FOUND["labels"] == ["istio.io/use-waypoint-canary", "istio.io/use-waypoint-canary-namespace"]
    assert not {*ANNOTATIONS, *LABELS} & {*FOUND["annotations"], *FOUND["labels"]}
