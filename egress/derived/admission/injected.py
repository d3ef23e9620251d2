"""What sidecar injection adds to a Pod, so that admission lets exactly that pass: containers and volumes.

Source: istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from egress.config.platform import Platform
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.refusal import Refusal
from egress.derived.control_plane import has_istiod
from egress.derived.image_repositories import istio_hub

PREFIX = "istio-"
PROXY = "istio-proxy"
VALIDATION = "istio-validation"
"""With istio-cni: it needs no rights, and ends where the Pod's connections are not redirected."""
INIT = "istio-init"
"""Without: it redirects the Pod's connections itself, and needs rights for it."""

INJECTED = (INIT, PROXY, VALIDATION)
"""Every container that injection may add."""

PROXY_USER = 1337
"""The sidecar's own user and group, whose connections are not redirected to it."""

MANAGED_IMAGES = ("gcr.io/gke-release/asm/", "gke.gcr.io/asm/")
"""Where Google's control plane takes its images from; it chooses their version by itself."""

_NO_RIGHTS = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsGroup": PROXY_USER,
    "runAsNonRoot": True,
    "runAsUser": PROXY_USER,
    "seccompProfile": {"type": "RuntimeDefault"},
}
_REDIRECTS = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": False,
    "runAsGroup": 0,
    "runAsNonRoot": False,
    "runAsUser": 0,
    "seccompProfile": {"type": "RuntimeDefault"},
}

_ARGUMENTS = {
    PROXY: (
        "proxy",
        "sidecar",
        "--domain",
        "$(POD_NAMESPACE).svc.",
        "--proxyLogLevel=",
        "--proxyComponentLogLevel=",
        "--log_output_level=",
        "--log_as_json",
        "--stsPort=",
    ),
    VALIDATION: (
        "istio-iptables",
        "-",
        "15001",
        "15006",
        "1337",
        "REDIRECT",
        "*",
        "15090,15021,15020",
        "15020",
    ),
}
"""What each argument of an injected container begins with."""

EMPTY_DIRECTORIES = (
    "credential-socket",
    "istio-data",
    "istio-envoy",
    "workload-certs",
    "workload-socket",
)
OTHER_VOLUMES = {
    "istio-ca-crl": "has(v.configMap) && v.configMap.name == 'istio-ca-crl'",
    "istio-podinfo": "has(v.downwardAPI)",
    "istio-token": (
        "has(v.projected) && v.projected.sources.size() == 1 && has(v.projected.sources[0].serviceAccountToken)"
    ),
    "istiod-ca-cert": "has(v.configMap) && v.configMap.name == 'istio-ca-root-cert'",
}
VOLUMES = tuple(sorted((*EMPTY_DIRECTORIES, *OTHER_VOLUMES)))


@dataclass(frozen=True, kw_only=True)
class Injected:
    """What a platform's control plane injects."""

    first: str
    """The name of the container that stands first."""
    images: tuple[str, ...]
    """Exact images; empty where Google chooses them."""

    @property
    def names(self) -> tuple[str, str]:
        """The containers' names."""
        return self.first, PROXY


def injected(platform: Platform) -> Injected:
    """Return what is injected: the images of every control plane that runs during an upgrade."""
    mesh = platform.mesh
    versions = [mesh.istio_version, *([mesh.canary.istio_version] if mesh.canary else [])]
    return Injected(
        first=VALIDATION if mesh.capture == "cni" else INIT,
        images=tuple(f"{istio_hub(platform)}/proxyv2:{version}" for version in versions)
        if has_istiod(platform)
        else (),
    )


def injection_refusals(platform: Platform) -> tuple[Refusal, ...]:
    """Conditions on a Pod as injection leaves it: the sidecar is there, first, and nobody else's."""
    added = injected(platform)
    return (
        Refusal(
            expression=(
                "has(variables.spec.initContainers) && "
                f"variables.spec.initContainers[0].name == '{added.first}' && "
                f"variables.added.filter(c, c.name == '{PROXY}').size() == 1 && "
                "(variables.spec.initContainers.size() == 1 || "
                f"variables.spec.initContainers[1].name == '{PROXY}' || "
                f"variables.spec.containers.exists(c, c.name == '{PROXY}'))"
            ),
            message=(
                "a tenant's Pod must have its sidecar: injection added none, so ask the platform's team which "
                "control plane serves the namespace"
            ),
        ),
        Refusal(
            expression=f"variables.added.all(c, c.name in {quoted(added.names)})",
            message=f"a tenant's container must not have a name that begins with {PREFIX}",
        ),
        Refusal(
            expression=f"variables.added.all(c, {_image(added)})",
            message="the sidecar's containers must run the mesh's own image",
        ),
        Refusal(
            expression=f"variables.added.all(c, {_security(added)})",
            message="the sidecar's containers must have exactly the rights that injection gives them",
        ),
        Refusal(
            expression=(
                "variables.added.all(c, !has(c.command) && "
                f"(c.name != '{PROXY}' || {_arguments(PROXY)}) && (c.name != '{VALIDATION}' || "
                f"{_arguments(VALIDATION)}) && "
                "(!has(c.lifecycle) || [c.lifecycle].all(l, (!has(l.postStart) || (has(l.postStart.exec) && "
                "l.postStart.exec.command[0] == 'pilot-agent')) && (!has(l.preStop) || (has(l.preStop.exec) && "
                "l.preStop.exec.command[0] == 'pilot-agent')))))"
            ),
            message="the sidecar's containers must run what injection makes them run",
        ),
        Refusal(
            expression=(
                "!has(variables.spec.volumes) || variables.spec.volumes.all(v, "
                f"(!(v.name in {quoted(EMPTY_DIRECTORIES)}) || has(v.emptyDir)) && "
                + " && ".join(f"(v.name != '{name}' || ({is_})" + ")" for name, is_ in OTHER_VOLUMES.items())
                + ")"
            ),
            message="the sidecar's volumes must hold what injection puts into them",
        ),
    )


def _image(added: Injected) -> str:
    if added.images:
        return f"c.image in {quoted(added.images)}"
    return f"{quoted(MANAGED_IMAGES)}.exists(p, c.image.startsWith(p))"


def _security(added: Injected) -> str:
    no_rights = _literal(_NO_RIGHTS)
    if added.first == VALIDATION:
        return f"has(c.securityContext) && dyn(c.securityContext) == {no_rights}"
    return (
        "has(c.securityContext) && dyn(c.securityContext) == "
        f"(c.name == '{INIT}' ? {_literal(_REDIRECTS)} : {no_rights})"
    )


def _literal(value: object) -> str:
    """Write a value as CEL; each is set aside its type, since a CEL map's values are otherwise of one type."""
    if isinstance(value, Mapping):
        return "dyn({" + ", ".join(f"'{key}': {_literal(item)}" for key, item in value.items()) + "})"
    if isinstance(value, list):
        return "dyn([" + ", ".join(map(_literal, value)) + "])"
    if isinstance(value, bool):
        return f"dyn({str(value).lower()})"
    return f"dyn({value})" if isinstance(value, int) else f"dyn('{value}')"


def _arguments(name: str) -> str:
    known = _ARGUMENTS[name]
    return (
        f"(has(c.args) && c.args[0] == '{known[0]}' && "
        f"c.args.all(a, a.matches('^[ -~]*$') && (a == '' || {quoted(known)}.exists(p, a.startsWith(p)))))"
    )
