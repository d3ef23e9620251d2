"""What sidecar injection adds to a Pod, so that admission lets exactly that pass: containers and volumes.

Source: istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from egress.config.platform import Platform
from egress.derived.admission.field_conditions import wrong_fields
from egress.derived.admission.injected_container import (
    INIT,
    PROXY,
    TOKEN_VOLUME,
    VALIDATION,
    container_fields,
    literal,
)
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.refusal import Refusal
from egress.derived.charts import RUNTIME_DEFAULT
from egress.derived.control_plane import has_istiod, trust_domain
from egress.derived.image_repositories import istio_hub

PREFIX = "istio-"

INJECTED = (INIT, PROXY, VALIDATION)
"""Every container that injection may add."""

PROXY_USER = 1337
"""The sidecar's own user and group, whose connections are not redirected to it."""

MANAGED_IMAGES = ("gcr.io/gke-release/asm/proxyv2", "gke.gcr.io/asm/proxyv2")
"""The images of Google's control plane; it chooses their tag or digest by itself."""

_NO_RIGHTS = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsGroup": PROXY_USER,
    "runAsNonRoot": True,
    "runAsUser": PROXY_USER,
}
_CONFINED = {"seccompProfile": dict(RUNTIME_DEFAULT)}
"""What the control plane's values add with istio-cni (egress.derived.charts), where Pod Security asks for it."""
_REDIRECTS = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": False,
    "runAsGroup": 0,
    "runAsNonRoot": False,
    "runAsUser": 0,
}

EMPTY_DIRECTORIES = (
    "credential-socket",
    "istio-data",
    "istio-envoy",
    "workload-certs",
    "workload-socket",
)
TOKEN = "istio-token"  # noqa: S105 - a volume's name
OTHER_VOLUMES = {
    "istio-ca-crl": (
        "has(v.configMap) && v.configMap.name == 'istio-ca-crl' && "
        "dyn(v.configMap).all(f, f in ['defaultMode', 'name', 'optional'])"
    ),
    "istio-podinfo": (
        "has(v.downwardAPI) && v.downwardAPI.items.all(i, has(i.fieldRef) && "
        "i.path + '=' + i.fieldRef.fieldPath in ['annotations=metadata.annotations', 'labels=metadata.labels'])"
    ),
    TOKEN: (
        "has(v.projected) && v.projected.sources.size() == 1 && has(v.projected.sources[0].serviceAccountToken) && "
        "[v.projected.sources[0].serviceAccountToken].all(t, t.path == 'istio-token' && has(t.audience) && "
        "t.audience in AUDIENCES)"
    ),
    "istiod-ca-cert": (
        "has(v.configMap) && v.configMap.name == 'istio-ca-root-cert' && "
        "dyn(v.configMap).all(f, f in ['defaultMode', 'name'])"
    ),
}
VOLUMES = tuple(sorted((*EMPTY_DIRECTORIES, *OTHER_VOLUMES)))
OF_THE_ACCOUNT = (
    "has(v.projected) && v.projected.sources.all(s, "
    "(has(s.serviceAccountToken) && !has(s.serviceAccountToken.audience)) || "
    "(has(s.configMap) && s.configMap.name == 'kube-root-ca.crt') || "
    "(has(s.downwardAPI) && s.downwardAPI.items.all(i, has(i.fieldRef) && "
    "i.fieldRef.fieldPath == 'metadata.namespace')))"
)
"""The volume with the account's token, as the API server adds it to each Pod."""


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
                f"variables.spec.containers.exists(c, c.name == '{PROXY}')) && "
                f"variables.spec.initContainers.all(c, c.name != '{PROXY}' || "
                "(has(c.restartPolicy) && c.restartPolicy == 'Always'))"
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
        *_contents(platform, added),
        Refusal(
            expression=(
                "!has(variables.spec.volumes) || variables.spec.volumes.all(v, "
                f"(!(v.name in {quoted(EMPTY_DIRECTORIES)}) || has(v.emptyDir)) && "
                f"(!v.name.startsWith('{TOKEN_VOLUME}') || ({OF_THE_ACCOUNT})) && "
                + " && ".join(f"(v.name != '{name}' || ({is_})" + ")" for name, is_ in OTHER_VOLUMES.items())
                + ")"
            ).replace("AUDIENCES", quoted(_audiences(platform))),
            message="the sidecar's volumes must hold what injection puts into them",
        ),
    )


def _audiences(platform: Platform) -> tuple[str, ...]:
    """Whom the sidecar's token is for: istiod, or Google's certificate authority."""
    return ("istio-ca",) if has_istiod(platform) else ("istio-ca", trust_domain(platform))


def _contents(platform: Platform, added: Injected) -> tuple[Refusal, ...]:
    """A condition on each field of the sidecar's containers, so that the refusal names it."""
    if not added.images:
        return (_managed(),)
    return tuple(_fields(name, container_fields(platform, name)) for name in (added.first, PROXY))


def _fields(name: str, decided: Mapping[str, str]) -> Refusal:
    """One condition for a container; it must also have arguments, without which the image decides."""
    wrong = f"{wrong_fields('c', decided)} + (has(c.args) ? [] : ['args'])"
    found = f"variables.added.filter(c, c.name == '{name}').map(c, ({wrong}).join(' '))"
    return Refusal(
        expression=f"{found}.all(w, w == '')",
        message=f"the container {name} must hold what injection puts into each of its fields",
        named=f"{found}.join(' ')",
    )


def _managed() -> Refusal:
    """What holds whatever Google's control plane injects: it says nothing of arguments and environment."""
    absent = ("command", "envFrom", "stdin", "tty", "workingDir", "volumeDevices", "restartPolicyRules")
    handlers = [
        f"(!has(c.lifecycle) || !has(c.lifecycle.{h}) || (has(c.lifecycle.{h}.exec) && "
        f"c.lifecycle.{h}.exec.command[0] == 'pilot-agent'))"
        for h in ("postStart", "preStop")
    ]
    probes = [
        f"(!has(c.{p}) || (has(c.{p}.httpGet) && !has(c.{p}.httpGet.host)))"
        for p in ("livenessProbe", "readinessProbe", "startupProbe")
    ]
    conditions = [f"!has(c.{field})" for field in absent] + handlers + probes
    return Refusal(
        expression=(
            "variables.added.all(c, has(c.args) && c.args[0] in ['proxy', 'istio-iptables'] && "
            "c.args.all(a, a.matches('^[ -~]*$')) && " + " && ".join(conditions) + ")"
        ),
        message="the sidecar's containers must run what injection makes them run",
    )


def _image(added: Injected) -> str:
    if added.images:
        return f"c.image in {quoted(added.images)}"
    return f"{quoted(MANAGED_IMAGES)}.exists(p, c.image.startsWith(p + ':') || c.image.startsWith(p + '@'))"


def _security(added: Injected) -> str:
    if added.first == VALIDATION:
        return f"has(c.securityContext) && dyn(c.securityContext) == {literal(_NO_RIGHTS | _CONFINED)}"
    return (
        "has(c.securityContext) && dyn(c.securityContext) == "
        f"(c.name == '{INIT}' ? {literal(_REDIRECTS)} : {literal(_NO_RIGHTS)})"
    )
