"""What is asked of a case: the rows of a proof, in its own words."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from egress.proof.asking.identities import INTRUDER, UNMESHED, Identity
from egress.proof.asking.matrix import RowQuestion, hosts, rows
from egress.proof.asking.requests import parse
from egress.proof.cluster.deployment import Deployed
from egress.proof.differential.requests_asked import of_hosts
from egress.proof.differential.vocabulary import GOOGLE, STRANGERS, Vocabulary

Lines = Callable[[Vocabulary], Iterable[str]]

OF_A_WORKLOAD = 40
"""Rows of one workload in a case of a family that asks some of many: more cases tell more."""

OF_A_CONFIGURATION = 160
"""Rows of one configuration, out of several hundred that follow from it: more configurations tell more."""


def of_vocabulary(vocabulary: Vocabulary, everybody: Sequence[Identity]) -> list[RowQuestion]:
    """The same rows for every state over a base: every account, and a Pod without a sidecar at the gateway."""
    accounts = set(vocabulary.accounts)
    found: list[RowQuestion] = []
    for identity in everybody:
        if (identity.namespace, identity.service_account) in accounts and identity.meshed:
            lines = _of_a_workload(vocabulary)
        elif identity.name.endswith(f"/{UNMESHED}") and identity.namespace == vocabulary.namespaces[0]:
            lines = _around(vocabulary)
        elif identity.name.endswith(f"/{INTRUDER}"):
            lines = _forged(vocabulary)
        else:
            continue
        found += [RowQuestion(identity=identity.name, request=parse(line)) for line in lines]
    return found


def of_lines(
    source: random.Random, vocabulary: Vocabulary, lines: Lines, everybody: Sequence[Identity]
) -> list[RowQuestion]:
    """Some of a family's rows, asked of every workload; of a Pod without a sidecar, those that need none."""
    every = [parse(line) for line in lines(vocabulary)]
    accounts = set(vocabulary.accounts)
    found: list[RowQuestion] = []
    for identity in everybody:
        if (identity.namespace, identity.service_account) in accounts and identity.extra is None:
            # A Pod that calls its own Service meets itself: here one Pod stands for all of a workload.
            own = f".{identity.namespace}.svc."
            others = [request for request in every if own not in request.url]
            some = source.sample(others, min(OF_A_WORKLOAD, len(others)))
            found += [RowQuestion(identity=identity.name, request=request) for request in some]
    return found


def of_configuration(
    source: random.Random, deployed: Deployed, everybody: Sequence[Identity]
) -> list[RowQuestion]:
    """Rows that follow from a configuration, and further ones of its hosts; some of them where there are many."""
    following = rows(deployed, list(everybody))
    further = [
        RowQuestion(identity=identity.name, request=parse(line))
        for identity in everybody
        if identity.meshed
        for line in of_hosts(hosts(deployed))
    ]
    share = OF_A_CONFIGURATION // 3
    some = source.sample(further, min(share, len(further)))
    kept = min(OF_A_CONFIGURATION - len(some), len(following))
    return [*source.sample(following, kept), *some]


def _of_a_workload(vocabulary: Vocabulary) -> Iterator[str]:
    for host in (*vocabulary.hosts, *STRANGERS):
        for scheme in ("http", "https"):
            yield f"GET {scheme}://{host}/"
    for host in vocabulary.hosts[:2]:
        yield f"GET http://{host}/status/418"
        yield f"GET http://{host}/a%2Fb?c=d"
        yield f"POST http://{host}/a"
        yield f"GET http://{host}/ Host: {host}:80"
        for target, port in vocabulary.ports.items():
            scheme = "http" if port == 80 else "https"
            yield f"GET {scheme}://{host}/ to gateway-service:{port}"
            yield f"GET {scheme}://{host}/ past the sidecar to gateway-pod:{target}"
    yield f"GET https://{vocabulary.hosts[0]}/ past the sidecar"
    yield f"GET https://{GOOGLE}/"


def _around(vocabulary: Vocabulary) -> Iterator[str]:
    for host in vocabulary.hosts[:2]:
        for target in vocabulary.ports:
            for scheme in ("http", "https"):
                yield f"GET {scheme}://{host}/ to gateway-pod:{target}"


def _forged(vocabulary: Vocabulary) -> Iterator[str]:
    for host in vocabulary.hosts:
        for target, port in vocabulary.ports.items():
            for sni in (host, f"outbound_.{port}_._.{host}"):
                yield f"GET http://{host}/ to gateway-pod:{target} with mesh certificate sni {sni}"
