"""Who may have asked: the workloads that fit what a line says of its caller."""

from collections.abc import Sequence

from egress.logs.asked import Asked
from egress.logs.entry import Writer
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.objects.workloads import Workload
from egress.review.why.asked import identity, is_of

UNSAID: tuple[str, ...] = ()
"""The line does not say who asked: it may be anybody."""


class Callers:
    """The identities of two states, found by what lines say."""

    def __init__(self, old: Cluster, new: Cluster, given: str | None) -> None:
        """`given` stands for the caller of each line that does not name one. Raises ReviewError for nobody."""
        self._clusters = (old, new)
        self.everybody = tuple(
            dict.fromkeys(pod.identity for cluster in (old, new) for pod in cluster.identities.all())
        )
        self._given = self._named(given) if given else UNSAID
        self._by_file: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, Writer, str], tuple[str, ...] | None] = {}

    def of(self, asked: Asked, source: str) -> tuple[str, ...] | None:
        """Who may have asked; empty for anybody, None for a caller that neither state has.

        `source` is who the file is of, where its name was given with it.
        """
        key = (asked.caller, asked.writer, source)
        if key not in self._known:
            self._known[key] = self._work_out(*key)
        return self._known[key]

    def file(self, source: str) -> None:
        """Note whose log a file is. Raises ReviewError for nobody."""
        self._by_file[source] = self._named(source)

    def _work_out(self, caller: str, writer: Writer, source: str) -> tuple[str, ...] | None:
        if caller:
            namespace, _, account = caller.split("/")
            return self._of_account(namespace, account)
        if writer.pod:
            return tuple(self._of_pod(writer)) or None
        return self._by_file.get(source) or self._given

    def _named(self, text: str) -> tuple[str, ...]:
        """The workloads of a name that a person gave. Raises ReviewError."""
        name = identity(text)
        parts = name.split("/")
        if len(parts) == 3 and parts[1] == "sa":
            found = self._of_account(parts[0], parts[2])
            if found:
                return found
        for cluster in self._clusters:
            try:
                return (cluster.identities.find(name).identity,)
            except ReviewError as error:
                refusal = error
        raise refusal

    def _of_account(self, namespace: str, account: str) -> tuple[str, ...] | None:
        running = [
            pod.identity
            for cluster in self._clusters
            for pod in cluster.identities.running_as(namespace, account)
        ]
        if running:
            return tuple(dict.fromkeys(running))
        for cluster in self._clusters:
            try:
                return (cluster.identities.find(f"{namespace}/sa/{account}").identity,)
            except ReviewError:
                continue
        return None

    def _of_pod(self, writer: Writer) -> Sequence[str]:
        fitting: dict[str, Workload] = {}
        for cluster in self._clusters:
            for pod in cluster.identities.all():
                if writer.namespace in ("", pod.namespace) and is_of(writer.pod, pod):
                    fitting.setdefault(pod.identity, pod)
        longest = max((len(pod.name) for pod in fitting.values()), default=0)
        return [name for name, pod in fitting.items() if len(pod.name) == longest]
