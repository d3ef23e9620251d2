"""MeshConfig and the injector's values: from istiod's chart, or from the ConfigMaps of a running control plane."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.inventory import DefaultExports, MeshSettings
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject
from egress.review.objects.pods import istiod_switches, makes_pods, pod_labels
from egress.review.objects.proxy_config import of_proxy_config
from egress.review.objects.shapes import OUTBOUND_MODES

READ = frozenset(
    {
        *("defaultConfig", "defaultDestinationRuleExportTo", "defaultServiceExportTo"),
        *("defaultVirtualServiceExportTo", "meshMTLS", "outboundTrafficPolicy", "pathNormalization"),
        *("enableAutoMtls", "rootNamespace", "serviceEntryVisibility", "trustDomain"),
        "defaultTrafficPolicy",
    }
)

INERT = frozenset(
    {
        # Logs, traces, metrics, and providers that only CUSTOM policies and Telemetry name.
        *("accessLogEncoding", "accessLogFile", "accessLogFormat", "defaultProviders"),
        *("disableEnvoyListenerLog", "enableEnvoyAccessLogService", "enablePrometheusMerge"),
        *("enableTracing", "extensionProviders", "inboundClusterStatName", "outboundClusterStatName"),
        # Which of a Pod's ports without a Service are reached: an application is taken to listen on all of them.
        "inboundTrafficPolicy",
        # How long, how often, on which of equal endpoints.
        *("connectTimeout", "defaultHttpRetryPolicy", "dnsRefreshRate", "localityLbSetting"),
        *("protocolDetectionTimeout", "tcpKeepalive", "zoneAwareLbSetting"),
        # Traffic into the cluster.
        *("ingressClass", "ingressControllerMode", "ingressSelector", "ingressService"),
    }
)

PARTLY_INERT = {
    # How many, how long, how often, as in a DestinationRule.
    "defaultTrafficPolicy": ("connectionPool", "outlierDetection"),
    # Ambient mode's; sidecars heed them with `applyToSidecars` alone (model/push_context.go).
    "serviceEntryVisibility": ("defaultVisibility", "policies"),
}
"""Settings of which these fields decide on nothing, and any other is not modelled."""

NORMALIZATIONS = ("", "DEFAULT", "BASE")

INJECTION = {
    ("compatibilityVersion",): (None, ""),
    ("global", "meshNetworks"): (None, {}),
    ("global", "proxy", "autoInject"): (None, "enabled"),
    ("global", "proxy", "excludeIPRanges"): (None, ""),
    ("global", "proxy", "excludeOutboundPorts"): (None, ""),
    ("global", "proxy", "includeIPRanges"): (None, "*"),
    ("global", "proxy", "includeOutboundPorts"): (None, ""),
    ("profile",): (None, "", "default", "minimal"),
    ("sidecarInjectorWebhook", "alwaysInjectSelector"): (None, []),
    ("sidecarInjectorWebhook", "enableNamespacesByDefault"): (None, False),
    ("sidecarInjectorWebhook", "neverInjectSelector"): (None, []),
}
"""Values of the chart that decide which Pods and connections have a sidecar: their defaults alone are modelled."""


Tell = Callable[[str, str], None]
"""Takes the address of a control plane's settings and what of them is not modelled."""


def refusing(address: str, told: str) -> None:
    """Raise ReviewError: a setting is not modelled."""
    raise ReviewError(f"{address}: {told}")


def mesh_settings_of(
    config: Mapping[str, Any], namespace: str, address: str, tell: Tell = refusing
) -> MeshSettings:
    """Read a MeshConfig, and tell each setting that is not modelled."""
    config = _sound(config, address, tell)
    for key, value in sorted(config.items(), key=lambda pair: str(pair[0])):
        if key not in READ | INERT and value not in (None, "", [], {}, False):
            tell(address, f"meshConfig.{key} is not modelled and may change verdicts")
    mode = (config.get("outboundTrafficPolicy") or {}).get("mode") or "ALLOW_ANY"
    _refuse(tell, address, "outboundTrafficPolicy.mode", mode, mode not in OUTBOUND_MODES)
    normalization = (config.get("pathNormalization") or {}).get("normalization") or ""
    _refuse(
        tell,
        address,
        "pathNormalization.normalization",
        normalization,
        normalization not in NORMALIZATIONS,
    )
    more = sorted(set(config.get("meshMTLS") or {}) - {"minProtocolVersion"})
    _refuse(tell, address, f"meshMTLS.{more[0] if more else ''}", "", bool(more))
    for key, inert in PARTLY_INERT.items():
        for name, value in sorted((config.get(key) or {}).items()):
            _refuse(
                tell,
                address,
                f"{key}.{name}",
                "",
                name not in inert and value not in (None, "", [], {}, False),
            )
    for name in of_proxy_config(config.get("defaultConfig") or {}):
        tell(address, f"meshConfig.defaultConfig.{name} is not modelled and may change verdicts")
    return MeshSettings(
        root_namespace=str(config.get("rootNamespace") or namespace or ROOT_NAMESPACE),
        registry_only=mode == "REGISTRY_ONLY",
        trust_domain=str(config.get("trustDomain") or "cluster.local"),
        auto_mtls=config.get("enableAutoMtls") is not False,
        exports=DefaultExports(
            services=_exports(config.get("defaultServiceExportTo")),
            virtual_services=_exports(config.get("defaultVirtualServiceExportTo")),
            destination_rules=_exports(config.get("defaultDestinationRuleExportTo")),
        ),
        proxy=config.get("defaultConfig") or {},
        address=address,
        given=True,
    )


BLOCKS = (
    *("defaultConfig", "defaultTrafficPolicy", "meshMTLS", "outboundTrafficPolicy", "pathNormalization"),
    "serviceEntryVisibility",
)
LISTS = ("defaultDestinationRuleExportTo", "defaultServiceExportTo", "defaultVirtualServiceExportTo")


def _sound(config: Mapping[str, Any], address: str, tell: Tell) -> Mapping[str, Any]:
    """A MeshConfig without what is none of its form, each told: istiod refuses it, and goes on with its last one."""
    found = dict(config)
    for key in (*BLOCKS, *LISTS):
        value, wanted = config.get(key), Mapping if key in BLOCKS else list
        if value is not None and not isinstance(value, wanted):
            told = "no block of fields" if key in BLOCKS else "no list"
            tell(address, f"meshConfig.{key}: {value!r:.60} is {told}; fix it")
            del found[key]
    return found


def check_values(values: Mapping[str, Any], address: str, tell: Tell = refusing) -> None:
    """Look at a chart's values beside meshConfig, and tell what is not modelled."""
    for path, defaults in INJECTION.items():
        found: Any = values
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        if found not in defaults:
            tell(address, f"the value {'.'.join(path)} {found!r} is not modelled and may change verdicts")
    odd = istiod_switches((values.get("env") or {}) | ((values.get("pilot") or {}).get("env") or {}))
    if odd:
        tell(address, f"istiod's {odd[0]} is not modelled and may change verdicts")


def in_objects(objects: Iterable[KubernetesObject], tell: Tell = refusing) -> list[MeshSettings]:
    """The settings of the control planes among objects: ConfigMaps `istio` and `istio-REVISION` beside istiod.

    What these and the injector's ConfigMap say and the review does not model is told. Raises ReviewError.
    """
    found = []
    listed = list(objects)
    planes = control_planes(listed)
    for item in listed:
        if (item.group, item.kind) == ("install.istio.io", "IstioOperator"):
            found.append(_installed(item, tell))
            continue
        if item.kind != "ConfigMap" or item.group or item.namespace not in planes:
            continue
        data = item.spec.get("data") or {}
        if (item.name == "istio" or item.name.startswith("istio-")) and "mesh" in data:
            if (_yaml(data.get("meshNetworks"), item, tell) or {}).get("networks"):
                tell(item.address, "meshNetworks: more than one network is not modelled")
            found.append(
                mesh_settings_of(_yaml(data["mesh"], item, tell), item.namespace, item.address, tell)
            )
        elif item.name.startswith("istio-sidecar-injector") and "values" in data:
            check_values(_yaml(data["values"], item, tell), item.address, tell)
    return found


PROFILES = ("", "default", "demo", "minimal", "empty", "preview", "remote", "external", "openshift", "stable")
"""Of istioctl: none of them sets what a verdict hangs on, but ambient mode's."""


def _installed(item: KubernetesObject, tell: Tell) -> MeshSettings:
    """The settings of an IstioOperator, as istioctl installs them."""
    spec = item.spec
    profile = str(spec.get("profile") or "")
    if profile not in PROFILES:
        tell(item.address, f"spec.profile {profile!r} is not modelled and may change verdicts")
    for key in ("components", "values", "meshConfig"):
        if not isinstance(spec.get(key) or {}, Mapping):
            tell(item.address, f"spec.{key}: no block of fields")
    values = spec.get("values")
    if isinstance(values, Mapping):
        check_values(values, item.address, tell)
    config = spec.get("meshConfig")
    namespace = str(spec.get("namespace") or ROOT_NAMESPACE)
    return mesh_settings_of(config if isinstance(config, Mapping) else {}, namespace, item.address, tell)


def control_planes(objects: Iterable[KubernetesObject]) -> set[str]:
    """The namespaces whose ConfigMaps are a control plane's: those that run istiod, else Istio's own.

    A ConfigMap of the same name elsewhere is a tenant's, and no proxy reads it.
    """
    istiod = {one.namespace for one in objects if makes_pods(one) and pod_labels(one).get("app") == "istiod"}
    return istiod | {ROOT_NAMESPACE}


def agreed(settings: Iterable[MeshSettings], tell: Tell = refusing) -> MeshSettings:
    """The one MeshConfig of an input; Istio's defaults where there is none.

    Where two control planes differ that is told: which proxies ask which is not modelled.
    """
    listed = list(settings)
    for other in listed[1:]:
        if replace(other, address=None) != replace(listed[0], address=None):
            tell(
                str(other.address),
                f"its meshConfig differs from that of {listed[0].address}, and which proxies "
                "ask which control plane is not modelled",
            )
    return listed[0] if listed else MeshSettings()


def _refuse(tell: Tell, address: str, name: str, value: str, wrong: bool) -> None:
    if wrong:
        tell(address, f"meshConfig.{name} {value} is not modelled and may change verdicts".replace("  ", " "))


def _exports(listed: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in listed or ()) or ("*",)


def _yaml(text: Any, item: KubernetesObject, tell: Tell) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(str(text or "")) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        tell(item.address, f"its data are no YAML: {' '.join(str(error).split())}")
        return {}
    if not isinstance(found, Mapping):
        tell(item.address, "its data are no MeshConfig; fix it")
        return {}
    return found
