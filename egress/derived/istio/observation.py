"""The mesh in observation (`tenants.enforcement: observe`): it logs what it would refuse, and lets it pass."""

from collections.abc import Mapping
from typing import Any

from egress.derived.istio.istio_object import IstioObject

DRY_RUN = "istio.io/dry-run"
"""An annotation: the proxy computes what a policy would decide, and lets the request pass (Istio, "Dry run")."""


def observing(manifest: IstioObject) -> IstioObject:
    """An object as it is in observation: nothing of the mesh refuses a request, and every proxy logs all of them.

    Policies stay, as dry runs. Sidecars let hosts pass that the mesh does not know. A host's server on the identity
    port accepts every identity of the mesh. Mutual TLS stays: without it no log would say who asked.
    """
    changed: Mapping[str, Any] = manifest
    metadata, spec = changed["metadata"], changed["spec"]
    match changed["kind"]:
        case "AuthorizationPolicy":
            annotations = {**(metadata.get("annotations") or {}), DRY_RUN: "true"}
            return {**changed, "metadata": {**metadata, "annotations": annotations}}
        case "Sidecar":
            return {**changed, "spec": {**spec, "outboundTrafficPolicy": {"mode": "ALLOW_ANY"}}}
        case "Gateway":
            return {**changed, "spec": {**spec, "servers": list(map(_for_everybody, spec["servers"]))}}
        case "Telemetry":
            entries = [{k: v for k, v in entry.items() if k != "filter"} for entry in spec["accessLogging"]]
            return {**changed, "spec": {**spec, "accessLogging": entries}}
    return manifest


def _for_everybody(server: Mapping[str, Any]) -> Mapping[str, Any]:
    tls = {key: value for key, value in server["tls"].items() if key != "subjectAltNames"}
    return {**server, "tls": tls}
