"""The forms of the fields that are read: what an API server would refuse is a problem, with its file and line.

A list with one entry stands for a list of such blocks, a mapping for one block, anything else for a form of values.
"""

import datetime
import ipaddress
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from typing import Any

from egress.review.objects import network_policy_validation


class Form(Enum):
    """The form of a value."""

    TEXT = auto()
    TEXTS = auto()
    LABELS = auto()
    NUMBER = auto()
    PORT = auto()
    PORT_OR_NAME = auto()
    SWITCH = auto()
    BLOCK = auto()
    """A mapping whose keys are data."""
    RANGE = auto()
    """An address or a CIDR."""
    RANGES = auto()
    PORTS = auto()
    """Ports by name."""
    OPERATOR = auto()
    """Of a selector's expression."""
    ADDRESS = auto()
    """One address, `None` for none at all, or nothing."""


T, TS, L, N, P, PN, B, M, R, RS, PS, OP, A = Form
MAX_PORT = 65535
MAX_TEXT = 262_144
"""Characters of one text that is read; an API server takes no annotations that are longer."""

_DESTINATION = {"host": T, "port": {"number": P}, "subset": T}
_MATCH = {"gateways": TS, "port": P, "sourceLabels": L, "sourceNamespace": T, "sniHosts": TS}
_STRINGS = {"exact": T, "prefix": T, "regex": T}
_HEADERS = {"request": {"remove": TS, "set": L, "add": L}, "response": M}
_ROUTES = [{"match": [_MATCH], "route": [{"destination": _DESTINATION, "weight": N}]}]
_TLS = {"mode": T, "sni": T, "subjectAltNames": TS, "credentialName": T, "insecureSkipVerify": B}
_POLICY = {"loadBalancer": {"simple": T}, "tls": _TLS}
_TRAFFIC = {**_POLICY, "portLevelSettings": [{**_POLICY, "port": {"number": P}}]}
_SELECTOR = {"matchLabels": L, "matchExpressions": [{"key": T, "operator": OP, "values": TS}]}
_PEERS = [{"ipBlock": {"cidr": R, "except": RS}, "namespaceSelector": _SELECTOR, "podSelector": _SELECTOR}]
_PORTS = [{"port": PN, "endPort": P, "protocol": T}]


_TARGETS = {"targetRefs": [{"kind": T, "name": T}], "targetRef": {"kind": T, "name": T}}


def _negatable(*names: str) -> dict[str, Form]:
    return {key: TS for name in names for key in (name, "not" + name[0].upper() + name[1:])}


_CONTAINERS = [
    {
        "name": T,
        "args": TS,
        "env": [{"name": T, "value": T}],
        "ports": [{"name": T, "containerPort": P}],
        "securityContext": {"runAsUser": N, "runAsGroup": N},
    }
]
POD = {
    "containers": _CONTAINERS,
    "initContainers": _CONTAINERS,
    "securityContext": {"runAsUser": N, "runAsGroup": N},
    "nodeSelector": L,
    "tolerations": [{"key": T, "operator": T, "value": T, "effect": T}],
    "hostAliases": [{"ip": T, "hostnames": TS}],
    "dnsConfig": {"nameservers": TS},
    "dnsPolicy": T,
    "hostNetwork": B,
    "nodeName": T,
    "serviceAccount": T,
    "serviceAccountName": T,
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": T, "operator": T, "values": TS}]}]
            }
        }
    },
}
_TEMPLATE = {"template": {"metadata": {"labels": L, "annotations": L}, "spec": POD}}

FORMS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("", "Pod"): POD,
    **{("apps", kind): _TEMPLATE for kind in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")},
    ("", "ReplicationController"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): {"jobTemplate": {"spec": _TEMPLATE}},
    ("", "ConfigMap"): {"data": M},
    ("", "Service"): {
        "selector": L,
        "clusterIP": A,
        "type": T,
        "externalName": T,
        "ports": [{"port": P, "name": T, "protocol": T, "appProtocol": T, "targetPort": PN}],
    },
    ("networking.k8s.io", "NetworkPolicy"): {
        "podSelector": _SELECTOR,
        "policyTypes": TS,
        "ingress": [{"from": _PEERS, "ports": _PORTS}],
        "egress": [{"to": _PEERS, "ports": _PORTS}],
    },
    ("networking.istio.io", "ServiceEntry"): {
        "hosts": TS,
        "resolution": T,
        "exportTo": TS,
        "addresses": RS,
        "location": T,
        "ports": [{"number": P, "name": T, "protocol": T, "targetPort": P}],
        "endpoints": [{"address": T, "ports": PS, "labels": L}],
    },
    ("networking.istio.io", "VirtualService"): {
        "hosts": TS,
        "gateways": TS,
        "exportTo": TS,
        "http": [
            {
                "match": [
                    {
                        **_MATCH,
                        **dict.fromkeys(("uri", "method", "authority", "scheme"), _STRINGS),
                        "ignoreUriCase": B,
                        "headers": M,
                        "withoutHeaders": M,
                        "queryParams": M,
                    }
                ],
                "route": [{"destination": _DESTINATION, "weight": N, "headers": _HEADERS}],
                "headers": _HEADERS,
                "redirect": M,
                "directResponse": M,
                "rewrite": {"uri": T, "authority": T, "uriRegexRewrite": {"match": T, "rewrite": T}},
                "fault": M,
                "delegate": {"name": T, "namespace": T},
            }
        ],
        "tls": _ROUTES,
        "tcp": _ROUTES,
    },
    ("networking.istio.io", "DestinationRule"): {
        "host": T,
        "exportTo": TS,
        "workloadSelector": {"matchLabels": L},
        "trafficPolicy": _TRAFFIC,
        "subsets": [{"name": T, "labels": L, "trafficPolicy": _TRAFFIC}],
    },
    ("networking.istio.io", "Gateway"): {
        "selector": L,
        "servers": [
            {
                "hosts": TS,
                "port": {"number": P, "protocol": T, "name": T},
                "tls": {"mode": T, "subjectAltNames": TS},
            }
        ],
    },
    ("networking.istio.io", "Sidecar"): {
        "workloadSelector": {"labels": L},
        "egress": [{"hosts": TS}],
        "outboundTrafficPolicy": {"mode": T},
    },
    ("security.istio.io", "PeerAuthentication"): {
        "selector": {"matchLabels": L},
        "mtls": {"mode": T},
        "portLevelMtls": M,
    },
    ("security.istio.io", "RequestAuthentication"): {"selector": {"matchLabels": L}, **_TARGETS},
    ("security.istio.io", "AuthorizationPolicy"): {
        "selector": {"matchLabels": L},
        **_TARGETS,
        "action": T,
        "rules": [
            {
                "from": [
                    {
                        "source": {
                            **_negatable("principals", "namespaces", "serviceAccounts", "requestPrincipals"),
                            **dict.fromkeys(
                                ("ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"), RS
                            ),
                        }
                    }
                ],
                "to": [{"operation": _negatable("ports", "hosts", "methods", "paths")}],
                "when": [{"key": T, "values": TS, "notValues": TS}],
            }
        ],
    },
}

REQUIRED: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("", "Service"): {"spec.ports[]": ("port",)},
    ("networking.istio.io", "ServiceEntry"): {"spec.ports[]": ("number",)},
    ("networking.istio.io", "VirtualService"): {
        f"spec.{kind}[].route[]": ("destination",) for kind in ("http", "tls", "tcp")
    },
    ("networking.istio.io", "DestinationRule"): {"spec.subsets[]": ("name",)},
    ("networking.istio.io", "Gateway"): {"spec.servers[]": ("port",), "spec.servers[].port": ("number",)},
    ("networking.k8s.io", "NetworkPolicy"): {},
}
"""Fields without which an API server takes no block."""
_EXPRESSION = ("key", "operator")

KNOWN = (str, int, float, list, tuple, Mapping, datetime.date, bytes)
"""What YAML and JSON give; anything else stands for a value that only an apply brings."""


def malformed(group: str, kind: str, spec: Any) -> Iterator[str]:
    """What an object's spec has that is none of its form, and what an API server refuses of the values."""
    form = FORMS.get((group, kind))
    if form is None:
        return
    found = list(_held(spec, form, "spec", REQUIRED.get((group, kind), {})))
    yield from found
    if (group, kind) == ("networking.k8s.io", "NetworkPolicy") and not found:
        yield from network_policy_validation.refused(stored_spec(spec, form))


def stored(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A manifest as an API server stores it: an empty entry of a list of blocks is a block without fields."""
    group, _, _ = str(document.get("apiVersion", "")).rpartition("/")
    form, spec = FORMS.get((group, str(document.get("kind", "")))), document.get("spec")
    if form is None or not isinstance(spec, Mapping):
        return document
    filled = _filled(spec, form)
    return document if filled is spec else {**document, "spec": filled}


def stored_spec(spec: Any, form: Any) -> Any:
    """A spec with a block for each empty entry of a list."""
    return _filled(spec, form)


def converted(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A manifest of Terraform's with numbers for texts and texts for numbers where the provider makes them so."""
    form, spec = FORMS.get(_named(document)), document.get("spec")
    if form is None or not isinstance(spec, Mapping):
        return document
    return {**document, "spec": _numbered(spec, form)}


def well_formed(group: str, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of an object's spec is of its form, in a list of texts all or nothing."""
    form = FORMS.get((group, kind))
    found = {} if form is None else _sound(spec, form, "spec", REQUIRED.get((group, kind), {}))
    return found if isinstance(found, Mapping) else {}


def _named(document: Mapping[str, Any]) -> tuple[str, str]:
    group, _, _ = str(document.get("apiVersion", "")).rpartition("/")
    return group, str(document.get("kind", ""))


def _numbered(value: Any, form: Any) -> Any:
    if form in _NUMBERS and isinstance(value, str) and _is_digits(value):
        return int(value)
    if form is Form.TEXT:
        return _text(value)
    if form is Form.TEXTS and isinstance(value, list):
        return [_text(entry) for entry in value]
    if form is Form.LABELS and isinstance(value, Mapping):
        return {key: _text(inner) for key, inner in value.items()}
    if isinstance(form, list) and isinstance(value, list):
        return [_numbered(entry, form[0]) for entry in value]
    if isinstance(form, Mapping) and isinstance(value, Mapping):
        return {key: _numbered(inner, form[key]) if key in form else inner for key, inner in value.items()}
    if form is Form.PORTS and isinstance(value, Mapping):
        return {key: _numbered(inner, Form.PORT) for key, inner in value.items()}
    return value


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


_NUMBERS = (Form.PORT, Form.NUMBER, Form.PORT_OR_NAME)
_NOTHING = object()


def _sound(value: Any, form: Any, path: str, required: Mapping[str, tuple[str, ...]]) -> Any:
    """A value without what is none of its form; `_NOTHING` where the whole of it is not."""
    if isinstance(form, Form):
        return value if value is not None and not _wrong(value, form) else _NOTHING
    if isinstance(form, list):
        if not isinstance(value, list | tuple):
            return _NOTHING
        parts = [_sound({} if one is None else one, form[0], f"{path}[]", required) for one in value]
        return [part for part in parts if part is not _NOTHING]
    if not isinstance(value, Mapping):
        return _NOTHING
    inner = {key: _sound(value[key], form[key], f"{path}.{key}", required) for key in form if key in value}
    kept = {key: part for key, part in inner.items() if part is not _NOTHING}
    return _NOTHING if any(key not in kept for key in _needed(path, required)) else kept


def _filled(value: Any, form: Any) -> Any:
    if isinstance(form, list) and isinstance(value, list):
        found = [_filled({} if entry is None else entry, form[0]) for entry in value]
        return value if all(new is old for new, old in zip(found, value, strict=True)) else found
    if isinstance(form, Mapping) and isinstance(value, Mapping):
        inner = {key: _filled(value[key], form[key]) for key in form if key in value}
        changed = {key: new for key, new in inner.items() if new is not value[key]}
        return {**value, **changed} if changed else value
    return value


def _held(value: Any, form: Any, path: str, required: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if value is None or not isinstance(value, KNOWN):
        return
    if isinstance(form, Form):
        told = _wrong(value, form)
        if told:
            yield f"{path}: {_shown(value)} is {told}"
    elif isinstance(form, list):
        if not isinstance(value, list | tuple):
            yield f"{path}: {_shown(value)} is no list"
            return
        for index, entry in enumerate(value):
            yield from _held({} if entry is None else entry, form[0], f"{path}[{index}]", required)
    elif not isinstance(value, Mapping):
        yield f"{path}: {_shown(value)} is no block of fields"
    else:
        for key in _needed(path, required):
            if value.get(key) is None:
                yield f"{path}.{key}: missing"
        for key, inner in form.items():
            yield from _held(value.get(key), inner, f"{path}.{key}", required)


def _needed(path: str, required: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if path.endswith("]"):
        field = path.rpartition(".")[2].partition("[")[0]
        if field == "matchExpressions":
            return _EXPRESSION
        if field == "ports" and ("containers[" in path.lower()):
            return ("containerPort",)
    if path.endswith(".ipBlock"):
        return ("cidr",)
    generic = "".join(
        part.partition("[")[0] + ("[]" if "[" in part else "") + "." for part in path.split(".")
    )
    return required.get(generic.removesuffix("."), ())


def _wrong(value: Any, form: Form) -> str:
    fits, told = _TESTS[form]
    return "" if fits(value) else told


def _is_text(value: Any) -> bool:
    """True for a text, and for what only an apply brings."""
    return len(value) <= MAX_TEXT if isinstance(value, str) else not isinstance(value, KNOWN)


def _is_digits(value: str) -> bool:
    return len(value) <= 20 and value.isascii() and value.removeprefix("-").isdecimal()


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _is_port(value: Any) -> bool:
    return _is_number(value) and 0 <= int(value) <= MAX_PORT


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


def _is_labels(value: Any) -> bool:
    return isinstance(value, Mapping) and all(one is None or _is_text(one) for one in value.values())


def _is_port_or_name(value: Any) -> bool:
    named = isinstance(value, str) and not _is_digits(value) and len(value) <= MAX_TEXT
    return named or _is_port(value)


def _is_range(value: Any) -> bool:
    try:
        ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return False
    return isinstance(value, str)


def _is_ranges(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_range, value))


def _is_ports(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_port, value.values()))


def _is_address(value: Any) -> bool:
    if value in ("", "None"):
        return True
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return isinstance(value, str)


def _is_operator(value: Any) -> bool:
    return value in ("In", "NotIn", "Exists", "DoesNotExist")


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


_TESTS: Mapping[Form, tuple[Callable[[Any], bool], str]] = {
    Form.TEXT: (_is_text, "no text (put it in quotes)"),
    Form.TEXTS: (_is_texts, "no list of texts (put each in quotes)"),
    Form.LABELS: (_is_labels, "no map of texts (put each in quotes)"),
    Form.RANGE: (_is_range, "no address or range of addresses"),
    Form.RANGES: (_is_ranges, "no list of addresses or ranges"),
    Form.PORTS: (_is_ports, "no map of ports"),
    Form.OPERATOR: (_is_operator, "none of In, NotIn, Exists, DoesNotExist"),
    Form.ADDRESS: (_is_address, "no address"),
    Form.BLOCK: (_is_block, "no block of fields"),
    Form.SWITCH: (_is_switch, "neither true nor false"),
    Form.NUMBER: (_is_number, "no whole number"),
    Form.PORT: (_is_port, f"no port (0 to {MAX_PORT})"),
    Form.PORT_OR_NAME: (_is_port_or_name, f"neither a port (0 to {MAX_PORT}) nor a port's name"),
}


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, Mapping) else "a block of fields"
    return text if len(text) <= 60 else f"{text[:57]}..."
