"""Where a configuration says what became an object."""

from collections.abc import Iterable, Iterator

from egress.review.locations.configuration import Configuration
from egress.review.locations.location import Place
from egress.review.network.vpc import NodePool, Vpc
from egress.review.objects.kubernetes_object import Body, KubernetesObject


def of_object(item: KubernetesObject, configuration: Configuration) -> Place | None:
    """Where an object of the cluster comes from."""
    namespace, platform = item.namespace, configuration.platform
    team = configuration.team(namespace)
    match item.kind:
        case "AuthorizationPolicy":
            return _of_policy(item, configuration)
        case "NetworkPolicy":
            return configuration.team(namespace, "network_policies") or platform("tenants", "network")
        case "Sidecar":
            return configuration.team(namespace, "sidecar") or platform("mesh", "outbound")
        case "Namespace":
            return configuration.team(item.name) or platform("mesh")
        case "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding":
            return platform("tenants", "admission")
        case "ServiceEntry" | "VirtualService" | "DestinationRule" | "Gateway":
            return (
                team or _of_hosts(hosts_of(item), configuration) or configuration.destinations("destinations")
            )
        case "Deployment" | "DaemonSet" | "StatefulSet" | "Pod" | "Service" | "ServiceAccount":
            return configuration.workload(namespace, item.name) or team or platform("mesh", "gateway")
    return team or platform("mesh")


def _of_hosts(hosts: Iterable[str], configuration: Configuration) -> Place | None:
    return next((place for host in hosts if (place := configuration.host(host))), None)


def _of_policy(item: KubernetesObject, configuration: Configuration) -> Place | None:
    """The grant that a policy enforces; else its host, else the choice that there are policies."""
    hosts = list(hosts_of(item))
    for namespace, account in _sources(item.spec):
        for host in hosts:
            place = configuration.grant(namespace, host, account, item.name)
            if place:
                return place
    return _of_hosts(hosts, configuration) or configuration.destinations("authorization")


def hosts_of(item: KubernetesObject) -> Iterator[str]:
    """The hosts that an object of Istio's speaks of, without a port."""
    spec = item.spec
    named = [*(spec.get("hosts") or ()), spec.get("host") or ""]
    for rule in _many(spec, "rules"):
        for entry in _many(rule, "to"):
            named += (entry.get("operation") or {}).get("hosts") or ()
        for condition in _many(rule, "when"):
            named += (condition.get("values") or ()) if condition.get("key") == "connection.sni" else ()
    for server in _many(spec, "servers"):
        named += server.get("hosts") or ()
    for host in named:
        yield str(host).rpartition("/")[2].partition(":")[0]


def _sources(spec: Body) -> Iterator[tuple[str, str]]:
    """Namespace and account that a policy names; no account where it names whole namespaces."""
    for rule in _many(spec, "rules"):
        for entry in _many(rule, "from"):
            source = entry.get("source") or {}
            for namespace in source.get("namespaces") or ():
                yield str(namespace), ""
            for principal in source.get("principals") or ():
                parts = str(principal).split("/")
                if parts[-4:-3] and parts[-4] == "ns":
                    yield parts[-3], parts[-1]


def _many(body: Body, key: str) -> list[Body]:
    return list(body.get(key) or ())


def of_vpc(vpc: Vpc | None, address: str, configuration: Configuration) -> Place | None:
    """Where a resource of the VPC or of the cluster's nodes comes from."""
    if vpc is None:
        return None
    keys: dict[str | None, tuple[str, ...]] = {
        **{rule.address: ("network", "firewall") for rule in vpc.firewall},
        **{zone.address: ("network", "google_apis") for zone in vpc.zones},
        **{pool.address: ("cluster", _pool(pool)) for pool in vpc.pools},
        vpc.nat_address: ("network", "nat"),
        vpc.subnet_address: ("network", "subnet"),
        vpc.cluster_address: ("cluster",),
    }
    return configuration.platform(*keys[address]) if address in keys else None


def _pool(pool: NodePool) -> str:
    """The gateway's nodes are the tainted ones."""
    return "gateway_pool" if pool.taints else "application_pool"
