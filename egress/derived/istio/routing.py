"""Every Istio object of a configuration: those the platform shares, and those of one team."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from egress.config.configuration import Configuration
from egress.config.destinations import Destination
from egress.derived.istio.by_identity import routing as by_identity
from egress.derived.istio.by_namespace import routing as by_namespace
from egress.derived.istio.deciding_fields import with_deciding_fields
from egress.derived.istio.istio_object import IstioObject
from egress.derived.istio.observation import observing


class Form(Protocol):
    """What each of the two forms answers; a module each, `by_identity` and `by_namespace`."""

    def shared_objects(self, configuration: Configuration) -> Iterator[IstioObject]:
        """The objects that belong to no team."""

    def team_objects(self, configuration: Configuration, name: str) -> Iterator[IstioObject]:
        """The objects of one team."""

    def reached(self, configuration: Configuration) -> Iterable[tuple[str, Destination]]:
        """The hosts that the gateway connects to, each with the schemes in use."""

    def ways_of(self, configuration: Configuration, team: str) -> Iterable[tuple[str, Destination]]:
        """The schemes, each with its destination, that a team may use at the gateway."""


def form_of(configuration: Configuration) -> Form:
    """The form that `authorization` chooses."""
    return by_identity if configuration.destinations.authorization == "by-identity" else by_namespace


def shared_objects(configuration: Configuration) -> Iterator[IstioObject]:
    """The objects of istio-egress and istio-system that belong to no team."""
    return _stated(configuration, form_of(configuration).shared_objects(configuration))


def team_objects(configuration: Configuration, name: str) -> Iterator[IstioObject]:
    """The objects of one team: its Sidecars, its way to the gateway and what it may ask there."""
    return _stated(configuration, form_of(configuration).team_objects(configuration, name))


def _stated(configuration: Configuration, objects: Iterator[IstioObject]) -> Iterator[IstioObject]:
    """By identity every deciding field is stated; by namespace the objects are the tutorial's own."""
    if configuration.platform.observes:
        objects = map(observing, objects)
    return map(with_deciding_fields, objects) if form_of(configuration) is by_identity else objects


def reached_hosts(configuration: Configuration) -> Iterator[tuple[str, int]]:
    """Every outside host with each port that the gateway reaches it on; a port that no route uses stays shut."""
    for host, destination in form_of(configuration).reached(configuration):
        if destination.http == "plain":
            yield host, destination.http_port
        if destination.uses_tls_port:
            yield host, destination.https_port
