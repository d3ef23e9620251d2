"""Pods with and without a sidecar, and with one that not everything passes: labels and annotations."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import ADDRESSES

TRAFFIC = "traffic.sidecar.istio.io"


def namespace_labelled(choose: Choice) -> Sequence[StateOperation]:
    """A team's namespace with other labels for injection."""
    name = choose.one(*choose.vocabulary.namespaces)
    key = ("Namespace", "", name)
    own = {k: v for k, v in choose.base[key]["labels"].items() if k != "istio.io/rev"}
    further: dict[str, str] = choose.one(
        {"istio.io/rev": "default"},
        {"istio.io/rev": "stabel"},
        {"istio-injection": "enabled"},
        {"istio-injection": "disabled"},
        {"istio-injection": "disabled", "istio.io/rev": "default"},
        {"istio-injection": "enabled", "istio.io/rev": "stabel"},
        {"istio-injection": "true"},
        {},
    )
    return [StateOperation("v1", "Namespace", "", name, {}, labels={**own, **further})]


def pods_labelled(choose: Choice) -> Sequence[StateOperation]:
    """A workload whose Pods ask for a sidecar, for none, or for another revision's."""
    labels = choose.one(
        {"sidecar.istio.io/inject": "false"},
        {"sidecar.istio.io/inject": "true"},
        {"sidecar.istio.io/inject": "yes"},
        {"istio.io/rev": "default"},
        {"istio.io/rev": "stabel"},
        {"sidecar.istio.io/inject": "true", "istio.io/rev": "stabel"},
        {"security.istio.io/tlsMode": "istio"},
    )
    return [_with(choose, labels, {})]


def pods_annotated(choose: Choice) -> Sequence[StateOperation]:
    """A workload whose Pods keep a part of their connections from the sidecar, or change the sidecar."""
    annotations = choose.one(
        {"sidecar.istio.io/inject": "false"},
        {"sidecar.istio.io/inject": "true"},
        {f"{TRAFFIC}/excludeOutboundPorts": choose.one("443", "80,8080", "9000")},
        {f"{TRAFFIC}/includeOutboundPorts": choose.one("80", "443,8443", "8080")},
        {f"{TRAFFIC}/includeOutboundPorts": "80", f"{TRAFFIC}/includeOutboundIPRanges": ""},
        {
            f"{TRAFFIC}/excludeOutboundIPRanges": choose.one(
                "198.18.0.0/15", f"{ADDRESSES[0]}/32", "0.0.0.0/0"
            )
        },
        {f"{TRAFFIC}/includeOutboundIPRanges": choose.one("10.0.0.0/8", "198.18.0.0/15", "*", "")},
        {f"{TRAFFIC}/excludeInboundPorts": "80"},
        {"sidecar.istio.io/interceptionMode": choose.one("REDIRECT", "NONE")},
        {"proxy.istio.io/overrides": '{"containers":[{"name":"istio-proxy"}]}'},
        {"sidecar.istio.io/agentLogLevel": choose.one("default:info", 'default:info"\n- "-x"\n- "0.0.0.0/0')},
        {
            "sidecar.istio.io/proxyImage": choose.one(
                "docker.io/istio/proxyv2:1.31.0", "docker.io/library/busybox"
            )
        },
        {"inject.istio.io/templates": choose.one("sidecar", "nobody")},
        {"sidecar.istio.io/rewriteAppHTTPProbers": "false"},
        {"proxy.istio.io/config": "holdApplicationUntilProxyStarts: true"},
    )
    return [_with(choose, {}, annotations)]


def pods_otherwise(choose: Choice) -> Sequence[StateOperation]:
    """A workload with a container of the proxy's name, the proxy's user, or the node's network."""
    key = _workload(choose)
    spec = choose.spec(key)
    pod = spec["template"]["spec"]
    match choose.one("proxy", "user", "init"):
        case "proxy":
            pod["containers"] = [
                *pod["containers"],
                {"name": "istio-proxy", "image": choose.one("auto", "busybox")},
            ]
        case "user":
            pod["containers"][0]["securityContext"] = {
                "runAsUser": choose.one(1337, 1000),
                "runAsNonRoot": True,
            }
        case "init":
            pod["initContainers"] = [{"name": "first", "image": "busybox"}]
    return [choose.edit(key, spec)]


def _with(choose: Choice, labels: dict[str, str], annotations: dict[str, str]) -> StateOperation:
    key = _workload(choose)
    spec = choose.spec(key)
    metadata: Document = spec["template"].setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    if annotations:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **annotations}
    return choose.edit(key, spec)


def _workload(choose: Choice) -> tuple[str, str, str]:
    spaces = choose.vocabulary.namespaces
    found: tuple[str, str, str] = choose.one(
        *sorted(key for key in choose.base if key[0] == "Deployment" and key[1] in spaces)
    )
    return found
