"""What logs have seen: each distinct request once, with how often, when, and how it ended."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from egress.logs.asked import Asked, Missing, Scheme, asked, passed, stopped
from egress.logs.entry import Entry
from egress.logs.pods import Pods
from egress.review.replay.callers import Callers
from egress.review.replay.path_classes import Class, PathClasses
from egress.review.request import DEFAULT_PORT, Request

MOST = 50_000
"""Different requests that are asked; a log with more of them is no application's."""
_REMEMBERED = 50_000
"""Lines of one wording whose meaning is kept."""


class Shape(NamedTuple):
    """One request as two states could tell it from others."""

    callers: tuple[str, ...]
    """Who may have asked; empty where the log does not say."""
    scheme: Scheme
    host: str
    port: int
    method: str
    path_class: Class
    authority: str

    def request(self, source: str, path: str) -> Request:
        """The same as a question of one caller."""
        return Request(
            source=source,
            scheme=self.scheme,
            host=self.host,
            port=self.port,
            path=path,
            method=self.method or "GET",
            authority=self.authority,
        )


@dataclass(slots=True)
class Seen:
    """What is known of a shape."""

    path: str
    """One of its paths."""
    lines: int = 0
    first: str = ""
    last: str = ""
    stopped: int = 0
    """Lines that say that a control ended it."""
    passed: int = 0
    """Lines that say that it reached a site."""
    other_paths: bool = False
    """Whether the log has more paths of the same class."""


class Unasked(NamedTuple):
    """Why a line asks nothing: what it lacks, or a caller that neither state has."""

    why: Missing | None
    caller: str


NO_SUCH_CALLER = None


@dataclass
class Observed:
    """The shapes of some logs."""

    shapes: dict[Shape, Seen] = field(default_factory=dict)
    unasked: Counter[Unasked] = field(default_factory=Counter)
    beyond: int = 0
    """Lines of further shapes, beyond MOST of them."""
    undated: int = 0
    """Lines without a time."""
    first: str = ""
    last: str = ""


class Observer:
    """Collects shapes line by line."""

    def __init__(
        self, callers: Callers, paths: PathClasses, gateway_ports: Collection[int], pods: Pods | None = None
    ) -> None:
        self.found = Observed()
        self._callers, self._paths, self._ports, self._pods = callers, paths, gateway_ports, pods
        self._wordings: dict[tuple[object, ...], tuple[Shape, Asked] | Unasked] = {}

    def add(self, entry: Entry, source: str) -> None:
        """Take one line in; `source` is whose log it is, where that was given."""
        wording: tuple[object, ...] = (
            entry.principal,
            entry.method,
            entry.path,
            entry.authority,
            entry.sni,
            entry.upstream_cluster,
            entry.route,
            entry.local_address,
            entry.writer,
            source,
        )
        if self._pods and not entry.principal:
            wording = (*wording, self._pods.at(entry.remote_address.rpartition(":")[0], entry.start_time))
        meant = self._wordings.get(wording)
        if meant is None:
            if len(self._wordings) >= _REMEMBERED:
                self._wordings.clear()
            meant = self._wordings[wording] = self._meaning(entry, source)
        if isinstance(meant, Unasked):
            self.found.unasked[meant] += 1
            return
        self._count(entry, *meant)

    def _meaning(self, entry: Entry, source: str) -> tuple[Shape, Asked] | Unasked:
        what = asked(entry, self._ports)
        if isinstance(what, Missing):
            return Unasked(what, "")
        if self._pods and not what.caller:
            what = what._replace(caller=self._pods.caller(entry, at_gateway=what.at_gateway))
        callers = self._callers.of(what, source)
        if callers is None:
            pod = f"Pod {what.writer.namespace}/{what.writer.pod}".replace(" /", " ")
            return Unasked(NO_SUCH_CALLER, what.caller or pod)
        shape = Shape(
            callers,
            what.scheme,
            what.host,
            what.port,
            what.method,
            self._paths.of(what.path) if what.scheme == "http" else None,
            what.authority,
        )
        return shape, what

    def _count(self, entry: Entry, shape: Shape, what: Asked) -> None:
        found = self.found
        seen = found.shapes.get(shape)
        if seen is None:
            if len(found.shapes) >= MOST:
                found.beyond += 1
                return
            seen = found.shapes[shape] = Seen(what.path)
        seen.lines += 1
        if what.path != seen.path:
            seen.other_paths = True
        seen.stopped += stopped(entry)
        seen.passed += passed(entry, what)
        if not entry.start_time:
            found.undated += 1
            return
        if not seen.first or entry.start_time < seen.first:
            seen.first = entry.start_time
        if entry.start_time > seen.last:
            seen.last = entry.start_time


def url(shape: Shape, path: str) -> str:
    """The URL, as a person would ask it again."""
    host = f"[{shape.host}]" if ":" in shape.host else shape.host
    port = "" if shape.port == DEFAULT_PORT.get(shape.scheme) else f":{shape.port}"
    return f"{shape.scheme}://{host}{port}{path if shape.scheme == 'http' else ''}"
