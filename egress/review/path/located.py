"""What a name is inside the cluster: a Service, by whichever of its names, or one Pod of a headless Service."""

import ipaddress
import re
from dataclasses import replace
from typing import NamedTuple

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.services import Registry, Service
from egress.review.network.addresses import is_address
from egress.review.objects.workloads import Workload
from egress.review.path.question import Question
from egress.review.request import Dial

CLUSTER_DOMAIN = ".svc.cluster.local"
DASHED_ADDRESS = re.compile(r"\d{1,3}(-\d{1,3}){3}")
"""How the name servers call a Pod that has no name of its own."""


class Located(NamedTuple):
    """A question about the full name of what it asks for, and the Pod that the name means, if it means one."""

    question: Question
    pod: Workload | None = None

    @property
    def at_its_pod(self) -> Question:
        """The question with the Pod's own address dialled, where the name means one."""
        question, pod = self.question, self.pod
        if pod is None:
            return question
        request = question.request
        dial = Dial(kind="pod", namespace=pod.namespace, name=pod.name, port=request.port)
        return question._replace(request=replace(request, dial=dial))


def located(question: Question) -> Located:
    """Read a name as the search path of the sender's Pod does. Raises Undecided where that is open.

    Whoever states what is dialled asks no name server.
    """
    request, source = question.request, question.source
    asked = request.host.lower()
    if ":" in asked and mesh_knows(question, asked):
        raise Undecided(Reason(Why.IPV6, host=asked))
    if request.dial is not None or is_address(asked) or asked in source.names.aliases:
        return Located(question)
    mesh = question.cluster.mesh
    name = asked.removesuffix(".") if asked.endswith(f"{CLUSTER_DOMAIN}.") else asked
    found = _of_a_pod(mesh.registry, name, source.namespace)
    if found is not None:
        service, label = found
        pod = _pod(question, service, label)
        if pod is not None:
            return Located(_asking_for(question, service.host), pod)
    full = mesh.registry.canonical(name, source.namespace)
    known = mesh.registry.canonical(request.host)
    return Located(question if full == known else _asking_for(question, full))


def mesh_knows(question: Question, address: str) -> bool:
    """True for an IPv6 address that an object of the mesh states: no listener for it is modelled."""
    registry = question.cluster.mesh.registry
    return is_address(address) and registry.canonical(address) != address


def is_own_pod(host: str) -> bool:
    """True for what a Pod reaches without a packet that leaves it."""
    name = host.lower().removesuffix(".")
    if is_address(name):
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    return name == "localhost" or name.endswith(".localhost")


def _asking_for(question: Question, host: str) -> Question:
    """The question with a full name to look up; Host and SNI stay what the client puts into them."""
    request = question.request
    return question._replace(request=replace(request, host=host, authority=request.name_asked))


def _of_a_pod(registry: Registry, name: str, namespace: str) -> tuple[Service, str] | None:
    """The Service and the label of a name of the form POD.SERVICE[.NAMESPACE[.svc[.cluster.local]]]."""
    short = name.removesuffix(CLUSTER_DOMAIN).removesuffix(".svc")
    parts = short.split(".")
    if len(parts) == 2 and short == name:
        parts.append(namespace)
    if len(parts) != 3:
        return None
    label, service, space = parts
    named = registry.named(f"{service}.{space}{CLUSTER_DOMAIN}")
    return next(((one, label) for one in named if not one.external), None)


def _pod(question: Question, service: Service, label: str) -> Workload | None:
    """The Pods that a Service gives a name of their own. Raises Undecided where the input does not tell."""
    mesh = question.cluster.mesh
    behind = mesh.pods_behind(service.namespace, service.selector)
    named = [pod for pod in behind if pod.stable.has(service.object.name, label)]
    unseen = bool(service.selector) and not mesh.shows_pods_of(service.namespace)
    by_hand = not service.selector or mesh.has_foreign_ends(service.namespace, service.object.name)
    sure = named and service.headless and not by_hand
    # A Service with an address of its own: some name servers answer for its Pods too, some do not.
    if not sure and (named or unseen or by_hand or DASHED_ADDRESS.fullmatch(label)):
        raise Undecided(Reason(Why.POD_NAME_OPEN, host=f"{label}.{service.host}"), service.address)
    if len(named) > 1:
        raise Undecided(
            Reason(Why.SELECTS_SEVERAL_WORKLOADS, host=f"{label}.{service.host}"), service.address
        )
    return named[0] if named else None
