"""Places in the configuration that made what is reviewed: the statement a person would change.

The verdict is computed from the Terraform alone; a configuration that does not belong to it misplaces findings and
changes none.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from egress.review.findings.finding import Finding
from egress.review.inventory import Inventory
from egress.review.locations.configuration import Configuration
from egress.review.locations.location import Place
from egress.review.locations.objects import hosts_of, of_object, of_vpc
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.terraform.blocks import one as block


class Stated:
    """Finds the statement by the kind of finding, then by the objects that cause it."""

    def __init__(self, inventory: Inventory, configuration: Configuration) -> None:
        self._inventory = inventory
        self._configuration = configuration

    def of(self, finding: Finding) -> Place:
        """The statement behind a finding."""
        if finding.place:
            return finding.place
        told = Told(
            finding, [item for address in finding.addresses for item in self._objects.get(address, ())]
        )
        by_kind = (
            candidate(told, self._configuration) for candidate in STATEMENTS.get(finding.kind.code, ())
        )
        by_object = (self.of_address(address) for address in finding.addresses)
        for candidates in (by_kind, by_object, told.whole(self._configuration)):
            for place in candidates:
                if place:
                    return place
        return self._configuration.first

    def of_address(self, address: str) -> Place | None:
        """What became the object of an address."""
        for item in self._objects.get(address, ()):
            return of_object(item, self._configuration)
        if address == self._inventory.mesh.address:
            return self._configuration.platform("mesh")
        return of_vpc(self._inventory.vpc, address, self._configuration)

    def groups_of(self, address: str) -> Place | None:
        """The groups of the team in whose namespace a resource is."""
        for item in self._inventory.resources:
            if item.address == address:
                stated = item.body.get("manifest") or item.body
                metadata = block(stated.get("metadata") if isinstance(stated, Mapping) else None)
                return self._configuration.team(str(metadata.get("namespace") or ""), "groups")
        return None

    @cached_property
    def _objects(self) -> dict[str, list[KubernetesObject]]:
        found: dict[str, list[KubernetesObject]] = {}
        for item in self._inventory.objects:
            found.setdefault(item.address, []).append(item)
        return found


class Told:
    """The names in a finding: of its subjects, of its cells, of its objects."""

    def __init__(self, finding: Finding, objects: list[KubernetesObject]) -> None:
        about = finding.about
        self.hosts = [
            *(cell.host for cell in finding.cells),
            *about.hosts,
            *(host for item in objects for host in hosts_of(item)),
        ]
        identity = next(iter((*about.identities, *(cell.identity for cell in finding.cells))), "")
        self.account = identity.rpartition("/")[2]
        self.namespace = next(iter(about.namespaces), identity.partition("/")[0])

    def whole(self, configuration: Configuration) -> Iterator[Place | None]:
        """The most fitting entries and files where nothing better is known."""
        yield from (configuration.host(host) for host in self.hosts)
        yield configuration.team(self.namespace)


Candidate = Callable[[Told, Configuration], Place | None]


def _platform(*keys: str) -> Candidate:
    return lambda _, configuration: configuration.platform(*keys)


def _team(*keys: str) -> Candidate:
    return lambda told, configuration: configuration.team(told.namespace, *keys)


def _host(*keys: str) -> Candidate:
    def find(told: Told, configuration: Configuration) -> Place | None:
        return next((place for host in told.hosts if (place := configuration.host(host, *keys))), None)

    return find


def _exactly(key: str) -> Candidate:
    """A host's key where it is written, nothing where its default applies."""

    def find(told: Told, configuration: Configuration) -> Place | None:
        for host in told.hosts:
            place = configuration.host(host, key)
            if place and place != configuration.host(host):
                return place
        return None

    return find


def _grant(told: Told, configuration: Configuration) -> Place | None:
    places = (configuration.grant(told.namespace, host, told.account) for host in told.hosts)
    return next((place for place in places if place), None)


ISOLATION = (_team("network_policies"), _platform("tenants", "network"))
ADMISSION = (_platform("tenants", "admission"),)
PASSED = (_host("https"),)

STATEMENTS: Mapping[str, tuple[Candidate, ...]] = {
    "EG101": PASSED,
    "EG102": PASSED,
    "EG103": PASSED,
    "EG104": (_host(),),
    "EG111": ISOLATION,
    "EG112": (_platform("tenants", "network"),),
    "EG113": (_team("sidecar"), _platform("mesh", "outbound")),
    "EG116": ADMISSION,
    "EG118": (_team("pod_security"), _team()),
    "EG121": (_platform("network", "firewall"),),
    "EG122": (_exactly("visible_to"), _host()),
    "EG123": (_team(),),
    "EG124": ADMISSION,
    "EG125": (_host("http"),),
    "EG127": (_platform("network", "dns"),),
    "EG128": (_grant, _host()),
    "EG205": (_exactly("visible_to"), _grant, _host()),
    "EG212": (_host(),),
    "EG214": ISOLATION,
    "EG221": (_grant, _team()),
    "EG301": (_exactly("visible_to"), _host()),
    "EG302": (_platform("network", "firewall", "egress_ports"),),
    "EG303": (_platform("network", "firewall", "scope"),),
    "EG305": (_platform("mesh", "gateway", "headers"),),
    "EG306": (_platform("network", "firewall", "gateway"),),
    "EG307": (_platform("tenants", "enforcement"), _platform("tenants")),
}
"""The statements to look for, the best first; a kind that is not here is shown at its objects' own."""
