"""Asks a running mesh a table of questions and judges every answer."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from egress.proof.asking.client import Client, ClientResponse, RequestSender, source_ports
from egress.proof.asking.evidence import Ending, Records
from egress.proof.asking.identities import Identity
from egress.proof.asking.matrix import RowQuestion
from egress.proof.asking.requests import GATEWAY_POD, GATEWAY_SERVICE
from egress.proof.asking.table import Expected
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.errors import ProofError
from egress.proof.network import namespaces

_LOGS_SETTLE = 0.25
"""Seconds without a new line after which every proxy has written its log (they flush every 0.05 s)."""
_LOGS_SECONDS = 3
"""How long to wait for that at the most."""

NOT_ADMITTED = "not-admitted"


@dataclass(frozen=True, kw_only=True)
class ProofRow:
    """One row of the report."""

    identity: str
    request: object
    """What was asked, as its text says it: a Request, or an attempt to create an object."""
    got: str
    ended: str
    evidence: str
    expected: tuple[str, ...] = ()
    expected_end: str = ""
    comment: str = ""
    seconds: float = 0
    recorded: bool = True
    """False where a connection came about and no part of the way wrote anything of it."""
    arrived: bool = False
    """Whether somebody outside, or an application, has seen the request."""

    @property
    def in_doubt(self) -> bool:
        """Whether it is asked once more: nothing recorded it, or it was refused in another way than expected.

        What arrived where the table expects a refusal is never asked again: what arrived once has arrived.
        """
        return not self.recorded or (self.differs and not self.arrived)

    @property
    def differs(self) -> bool:
        """Whether it is not what the table expects."""
        return bool(self.expected) and (
            self.got not in self.expected or not self.ended.startswith(self.expected_end)
        )


def expectations(
    asked: Sequence[RowQuestion], table: Sequence[Expected]
) -> list[tuple[RowQuestion, Expected | None]]:
    """Join questions with a table; a table's rows come first, in its order."""
    listed = [(RowQuestion(identity=e.identity, request=e.request), e) for e in table]
    known = {question for question, _ in listed}
    return [*listed, *((question, None) for question in asked if question not in known)]


class Asker:
    """Sends rows from every identity at once, each identity's one after the other."""

    def __init__(
        self, mesh: RunningMesh, everybody: Sequence[Identity], not_admitted: Mapping[str, str]
    ) -> None:
        """`not_admitted` gives the API server's reason for each identity whose Pod it refused."""
        self._mesh, self._not_admitted = mesh, not_admitted
        self._everybody = {identity.name: identity for identity in everybody}

    def ask(
        self, questions: Sequence[tuple[RowQuestion, Expected | None]], progress: Callable[[int, int], None]
    ) -> list[ProofRow]:
        """Ask and judge all rows.

        Raises ProofError for a row whose identity or target does not exist.
        """
        self._require(questions)
        rows = self._ask(questions, progress)
        again = [number for number, row in enumerate(rows) if row.in_doubt]
        if again:
            # Configuration may still have been on its way: a listener that is just being replaced closes connections,
            # without a line in its log. What has arrived once stays so.
            self._mesh.settle()
            second = self._ask([questions[number] for number in again], progress)
            for number, row in zip(again, second, strict=True):
                first = rows[number]
                was = f"{first.got} at {first.ended} ({first.evidence})"
                rows[number] = replace(row, evidence=f"{row.evidence}; asked twice, the first time {was}")
        return rows

    def _ask(
        self, questions: Sequence[tuple[RowQuestion, Expected | None]], progress: Callable[[int, int], None]
    ) -> list[ProofRow]:
        first_arrival = len(self._mesh.fabric.journal.arrivals)
        self._mesh.fabric.packets.clear()
        marks = {key: sum(1 for _ in envoy.access_log()) for key, envoy in self._mesh.envoys.items()}
        answers: dict[int, ClientResponse] = {}
        failures: list[BaseException] = []
        places = {name: self._place(name) for name in {q.request.to for q, _ in questions} if name}
        threads = [
            threading.Thread(
                target=self._send, args=(name, numbers, questions, answers, failures, places), daemon=True
            )
            for name, numbers in self._by_identity(questions).items()
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            progress(len(answers), len(questions))
            time.sleep(0.1)
        if failures:
            raise failures[0]
        self._settle()
        logs = {key: list(e.access_log())[marks.get(key, 0) :] for key, e in self._mesh.envoys.items()}
        records = Records(
            self._mesh.pods.values(),
            logs,
            self._mesh.fabric.journal.arrivals[first_arrival:],
            self._mesh.fabric.packets.packets(),
            {
                self._mesh.running.service_address(pod): pod
                for pod in self._mesh.pods.values()
                if pod.is_gateway
            },
        )
        rows = [self._row(n, question, answers.get(n), records) for n, question in enumerate(questions)]
        self._mesh.next_row += len(questions)
        return rows

    def _settle(self) -> None:
        """Wait until no proxy's log and no list of refused packets grows any more."""
        end = time.monotonic() + _LOGS_SECONDS
        before = -1
        while (now := self._recorded()) != before:
            before = now
            time.sleep(_LOGS_SETTLE)
            if time.monotonic() > end:
                return

    def _recorded(self) -> int:
        logs = sum(envoy.logged() for envoy in self._mesh.envoys.values())
        return logs + len(self._mesh.fabric.packets.packets())

    def _require(self, questions: Sequence[tuple[RowQuestion, Expected | None]]) -> None:
        for question, expected in questions:
            if question.identity not in self._everybody:
                where = f" (line {expected.line})" if expected else ""
                known = ", ".join(sorted(self._everybody))
                raise ProofError(f"no identity {question.identity!r}{where}; there are {known}")

    def _by_identity(self, questions: Sequence[tuple[RowQuestion, Expected | None]]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, (question, _) in enumerate(questions):
            if question.identity not in self._not_admitted:
                found.setdefault(question.identity, []).append(number)
        return found

    def _mark(self, number: int) -> str:
        return f"proof-row-{self._mesh.next_row + number}"

    def _send(
        self,
        name: str,
        numbers: Sequence[int],
        questions: Sequence[tuple[RowQuestion, Expected | None]],
        answers: dict[int, ClientResponse],
        failures: list[BaseException],
        places: Mapping[str, str],
    ) -> None:
        identity = self._everybody[name]
        pod = self._mesh.pods[identity.pod]
        sender = RequestSender(
            address=pod.ip,
            resolver=self._mesh.resolver,
            identity=self._mesh.identity(identity.namespace, identity.service_account),
            outside_roots=self._mesh.outside_authority.root.certificate,
            as_proxy_user=pod.as_proxy_user,
        )
        try:
            namespaces.enter(pod.network)
            client = Client(sender, places, self._mesh.source_ports.setdefault(pod.key, source_ports()))
            for number in numbers:
                answers[number] = client.send(questions[number][0].request, self._mark(number))
        except BaseException as error:
            failures.append(error)

    def _place(self, name: str) -> str:
        """Return the address of a request's `to`."""
        gateways = [pod for pod in self._mesh.pods.values() if pod.is_gateway]
        if name in (GATEWAY_POD, GATEWAY_SERVICE) and not gateways:
            raise ProofError("the stacks start no gateway Pod")
        if name == GATEWAY_POD:
            return gateways[0].ip
        if name == GATEWAY_SERVICE:
            return self._mesh.running.service_address(gateways[0])
        if name not in self._mesh.pods:
            raise ProofError(f"no Pod {name!r}; there are {', '.join(sorted(self._mesh.pods))}")
        return self._mesh.pods[name].ip

    def _row(
        self,
        number: int,
        question: tuple[RowQuestion, Expected | None],
        answer: ClientResponse | None,
        records: Records,
    ) -> ProofRow:
        asked, expected = question
        if answer is None:
            got, seconds = NOT_ADMITTED, 0.0
            finding = Ending(ended="admission", evidence=self._not_admitted[asked.identity])
        else:
            sender = self._mesh.pods[self._everybody[asked.identity].pod]
            got, seconds = answer.got, answer.ended - answer.started
            finding = records.finding(sender, asked.request, self._mark(number), answer)
        return ProofRow(
            identity=asked.identity,
            request=asked.request,
            got=got,
            ended=finding.ended,
            evidence=finding.evidence,
            expected=expected.got if expected else (),
            expected_end=expected.ended if expected else "",
            comment=expected.comment if expected else "",
            seconds=seconds,
            recorded=finding.recorded,
            arrived=finding.arrived,
        )
