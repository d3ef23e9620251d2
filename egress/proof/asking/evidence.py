"""Finds out where a request ended, from what every part of the way has recorded.

A request is followed by its mark (the User-Agent) where HTTP is read, and by addresses and ports where it is not:
the port a proxy is reached from is the port its client's log gives as its own.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from egress.proof.asking.client import NO_NAME, ClientResponse
from egress.proof.asking.requests import ProofRequest
from egress.proof.cluster.pods import Pod
from egress.proof.network.nflog import Logged
from egress.proof.network.outside import Arrival

LogEntry = Mapping[str, Any]

CLOCKS = 0.2
"""Seconds by which a log's time may differ from the client's."""

FROM_SIDECAR = "127.0.0.6"
"""The address from which a sidecar connects to the application of its own Pod (Istio's InboundPassthroughBindIpv4)."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Where a request ended, and what says so."""

    ended: str
    evidence: str
    recorded: bool = True
    """False where a connection came about and no part of the way wrote anything of it."""
    arrived: bool = False
    """Whether somebody outside, or an application, has seen the request."""


@dataclass(frozen=True)
class Hop:
    """A proxy that a request has passed, with its log entry."""

    pod: Pod
    entry: LogEntry

    @property
    def denied(self) -> bool:
        """Whether an AuthorizationPolicy refused it here."""
        details = (
            f"{self.entry.get('response_code_details')} {self.entry.get('connection_termination_details')}"
        )
        return "rbac_access_denied" in details

    def fits(self, answer: ClientResponse) -> bool:
        """Whether the entry's connection was opened while the request was under way."""
        try:
            opened = datetime.fromisoformat(str(self.entry.get("start_time"))).timestamp()
        except ValueError:
            return True
        began = opened - (time.time() - time.monotonic())
        return answer.started - CLOCKS <= began <= answer.ended + CLOCKS

    @property
    def silent(self) -> bool:
        """Whether a connection was passed on without a byte of its client's."""
        return not self.entry.get("user_agent") and self.entry.get("bytes_received") == 0

    def __str__(self) -> str:
        code = self.entry.get("response_code") or 0
        facts = [str(code) if code else "", str(self.entry.get("response_flags") or "").strip("-")]
        for key in (
            "response_code_details",
            "connection_termination_details",
            "upstream_transport_failure_reason",
        ):
            facts.append(str(self.entry.get(key) or ""))
        if upstream := self.entry.get("upstream_cluster"):
            facts.append(f"to {upstream}")
        return f"{_role(self.pod)} log: " + " ".join(
            fact for fact in facts if fact and fact != "via_upstream"
        )


class Records:
    """Everything recorded during a table."""

    def __init__(
        self,
        pods: Iterable[Pod],
        logs: Mapping[str, Sequence[LogEntry]],
        arrivals: Sequence[Arrival],
        packets: Sequence[Logged],
        services: Mapping[str, Pod],
    ) -> None:
        """`services` gives the Pod behind a Service's address."""
        self._services = services
        self._pods = list(pods)
        self._by_key = {pod.key: pod for pod in self._pods}
        self._seen_as = {pod.nat: pod for pod in self._pods} | {pod.ip: pod for pod in self._pods}
        self._arrivals_by_row: dict[str, list[Arrival]] = defaultdict(list)
        self._arrivals_by_source: dict[tuple[str, int], list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            self._arrivals_by_row[arrival.row].append(arrival)
            self._arrivals_by_source[arrival.source, arrival.source_port].append(arrival)
        self._hops_by_row: dict[str, list[Hop]] = defaultdict(list)
        self._hops_by_client: dict[str, list[Hop]] = defaultdict(list)
        for key, entries in logs.items():
            for entry in entries:
                hop = Hop(self._by_key[key], entry)
                self._hops_by_row[str(entry.get("user_agent"))].append(hop)
                self._hops_by_client[str(entry.get("downstream_remote_address"))].append(hop)
        self._packets = packets

    def finding(self, sender: Pod, request: ProofRequest, row: str, answer: ClientResponse) -> Ending:
        """Say where one request ended."""
        hops = self._hops(sender, request, row, answer)
        arrival = self._arrival(sender, row, answer, hops)
        if arrival is not None:
            return _empty(arrival, hops) or self._arrived(sender, request, arrival, hops)
        return self._refused(sender, answer, hops) or self._unanswered(sender, answer, hops)

    def _unanswered(self, sender: Pod, answer: ClientResponse, hops: Sequence[Hop]) -> Ending:
        """Say where a request ended that nobody outside saw and no control refused."""
        if hops:
            last = hops[-1]
            known = last.pod.key == sender.key or last.pod.is_gateway
            role = _role(last.pod) if known else f"proxy of {last.pod.key}"
            return Ending(ended=f"{role} policy" if last.denied else role, evidence=str(last))
        if answer.got == NO_NAME:
            return Ending(ended="name server", evidence=answer.detail)
        target = self._seen_as.get(answer.target)
        if target is None and not sender.proxy:
            target = self._services.get(answer.target)
        if target is not None:
            return Ending(ended=_role(target) if target.is_gateway else target.key, evidence=answer.detail)
        if answer.target:
            return Ending(ended="sidecar", evidence=answer.detail, recorded=False)
        return Ending(ended="nobody answers", evidence=answer.detail)

    def _hops(self, sender: Pod, request: ProofRequest, row: str, answer: ClientResponse) -> list[Hop]:
        """Return the proxies passed, in order.

        A port alone is no proof: the application and its sidecar use ports of one address, and use them again,
        so that a connection may have the port of another's to somewhere else. Both ends and the time have to fit.
        """
        hops = list(self._hops_by_row.get(row, ()))
        # What a proxy has read as a request, it has not passed on unread.
        readers = {hop.pod.key for hop in hops}
        reached = [
            hop
            for hop in self._hops_by_client.get(f"{answer.source[0]}:{answer.source[1]}", ())
            if hop.pod.key not in readers and hop.fits(answer) and not hop.entry.get("user_agent")
        ]
        own = [hop for hop in reached if hop.pod.key == sender.key]
        others = [hop for hop in reached if hop.pod.key != sender.key]
        # A redirected connection reaches the sender's own sidecar, and no other proxy by itself.
        past = request.past_sidecar or sender.as_proxy_user
        redirected = not past and (own or sender.key in readers)
        hops += own if redirected else others
        followed: list[Hop] = []
        while waiting := [hop for hop in hops if hop not in followed]:
            followed.append(waiting[0])
            hops += [hop for hop in self._next(waiting[0], readers, answer) if hop not in hops]
        return sorted(hops, key=lambda hop: (hop.pod.ip != answer.source[0], hop.pod.is_gateway))

    def _next(self, hop: Hop, readers: Collection[str], answer: ClientResponse) -> Iterator[Hop]:
        """The proxies that a proxy passed the connection on to, unread, while the request lasted."""
        for other in self._hops_by_client.get(str(hop.entry.get("upstream_local_address")), ()):
            unread = other.pod.key not in readers and not other.entry.get("user_agent")
            if unread and self._reaches(hop, other) and other.fits(answer):
                yield other

    def _reaches(self, one: Hop, other: Hop) -> bool:
        """Whether a proxy has connected to the address at which another was reached, as far as both are Pods'."""
        connected = str(one.entry.get("upstream_host") or "")
        reached = str(other.entry.get("downstream_local_address") or "")
        is_pod = connected.partition(":")[0] in {pod.ip for pod in self._pods}
        return not reached or not is_pod or connected == reached

    def _arrival(self, sender: Pod, row: str, answer: ClientResponse, hops: Sequence[Hop]) -> Arrival | None:
        found = self._arrivals_by_row.get(row)
        if found:
            # A route's mirror sends a copy elsewhere, before or after: the one that was answered counts.
            return next((one for one in found if one.number == answer.arrival), found[-1])
        sources = [(sender.nat, answer.source[1]), (sender.ip, answer.source[1])]
        inside: list[tuple[Pod, int]] = []
        for hop in hops:
            if hop.entry.get("user_agent"):
                continue  # a pooled connection carries other rows too
            address, _, port = str(hop.entry.get("upstream_local_address") or "").rpartition(":")
            if not port.isdigit():
                continue
            sources += [(hop.pod.nat, int(port)), (hop.pod.ip, int(port))]
            if address == FROM_SIDECAR:
                inside.append((hop.pod, int(port)))
        for source in sources:
            for arrival in self._without_row(source, answer):
                return arrival
        for pod, port_there in inside:
            for arrival in self._without_row((FROM_SIDECAR, port_there), answer):
                # Every Pod has this address, and a sidecar connects before it has read anything.
                if arrival.place == f"application {pod.key}" and not arrival.is_empty:
                    return arrival
        return None

    def _without_row(self, source: tuple[str, int], answer: ClientResponse) -> Iterator[Arrival]:
        """What came from an address and port while a request lasted, and does not say whose it is."""
        for arrival in self._arrivals_by_source.get(source, ()):
            if answer.started - 0.1 <= arrival.at <= answer.ended + 1 and not arrival.row:
                yield arrival

    def _arrived(self, sender: Pod, request: ProofRequest, arrival: Arrival, hops: Sequence[Hop]) -> Ending:
        through = self._seen_as.get(arrival.source)
        if arrival.place == "internet":
            if through is None or through.key == sender.key:
                ended = "outside, straight"
            else:
                ended = (
                    "outside through the gateway" if through.is_gateway else f"outside through {through.key}"
                )
        else:
            ended = arrival.place
            if through is not None and through.is_gateway:
                ended += " through the gateway"
        if arrival.scheme == "https" and request.scheme != "https" and request.mesh_tls is None:
            ended += ", upgraded to TLS"
        what = f"{arrival.scheme} {arrival.host}:{arrival.port}"
        sni = f", SNI {arrival.sni}" if arrival.sni else ""
        host = (
            f", Host {arrival.authority} {arrival.method} {arrival.path}"
            if arrival.authority
            else ", no request"
        )
        came = f"from {arrival.source}" + (f" ({through.key})" if through else "")
        last = f"; {hops[-1]}" if hops and not arrival.authority else ""
        return Ending(ended=ended, evidence=f"arrived: {what}{sni}{host} {came}{last}", arrived=True)

    def _refused(self, sender: Pod, answer: ClientResponse, hops: Sequence[Hop]) -> Ending | None:
        """Find the packet that a firewall rule or a NetworkPolicy refused for this request."""
        # By address and port: a sidecar tries several ports of one Pod at a time.
        upstream = {hop.pod.ip: str(hop.entry.get("upstream_host") or "") for hop in hops}
        for packet in self._packets:
            own = not answer.target and (packet.source, packet.source_port) == answer.source
            of_hop = self._leads_to(upstream.get(packet.source, ""), packet)
            question = answer.got == NO_NAME and packet.source == sender.ip and packet.destination_port == 53
            within = answer.started - 0.05 <= packet.at <= answer.ended + 0.5
            if within and (own or of_hop or question):
                way = (
                    f"{packet.source}:{packet.source_port} to {packet.destination}:{packet.destination_port}"
                )
                return Ending(ended=packet.rule, evidence=f"{packet.protocol} {way} refused by {packet.rule}")
        return None

    def _leads_to(self, upstream: str, packet: Logged) -> bool:
        """Whether a proxy's connection is the packet's: to its address, or to a Service's of the Pod there."""
        behind = self._services.get(upstream.partition(":")[0])
        if behind is not None:
            return behind.ip == packet.destination
        return upstream == f"{packet.destination}:{packet.destination_port}"


def _role(pod: Pod) -> str:
    return "gateway" if pod.is_gateway else "sidecar"


def _empty(arrival: Arrival, hops: Sequence[Hop]) -> Ending | None:
    """A control that refused the request after the gateway had connected outside; None where none did.

    On a TCP chain Envoy connects upstream first and asks the policy when the first byte comes. The same holds while the
    gateway's own handshake is still going on: a caller whose certificate it refuses has made it connect outside,
    even shake hands there, and not one byte of the caller's followed.
    """
    seen = "; the outside saw an empty connection"
    denying = next((hop for hop in hops if hop.denied), None)
    if denying is not None and not arrival.authority:
        return Ending(ended=f"{_role(denying.pod)} policy", evidence=f"{denying}{seen}")
    if hops and hops[-1].pod.is_gateway and (arrival.is_empty or hops[-1].silent):
        return Ending(ended="gateway", evidence=f"{hops[-1]}{seen}")
    return None
