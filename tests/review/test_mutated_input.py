"""Whatever becomes of an input, reading and judging it gives answers or a ReviewError, never another exception."""

import contextlib
import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.evidence import Evidence
from egress.review.findings.registry import find_in
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.output.answered import Listed
from egress.review.output.formats.registry import formatter
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.reviewed import STATES

DOCUMENTS: list[Any] = list(yaml.safe_load_all((STATES / "foreign" / "cluster.yaml").read_text()))
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        70_000,
        10**30,
        1.5,
        float("nan"),
        "",
        "*",
        "~",
        "/",
        "a/b",
        "10.0.0.0/99",
        "::1/64",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        {"a": None},
        {"a": {"a": []}},
        ["*"],
        [1],
        "x" * 300,
        "\x1b[2J",
        "{*}" * 12,
    ),
    *(
        "(a+)+$",
        "1e5",
        "0x1f",
        "no",
        "2024-13-45",
        "UNKNOWN",
        {"regex": "(("},
        {"exact": 1},
        {"prefix": None},
    ),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with one of its keys."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


@st.composite
def mutated(draw: st.DrawFn) -> list[Any]:
    """The state with up to three values replaced, removed, or moved to another place."""
    found = copy.deepcopy(DOCUMENTS)
    for _ in range(draw(st.integers(1, 3))):
        listed = list(places(found[draw(st.integers(0, len(found) - 1))]))
        if not listed:
            continue
        container, key = listed[draw(st.integers(0, len(listed) - 1))]
        match draw(st.integers(0, 3)):
            case 0:
                del container[key]
            case 1:
                container[key] = [container[key]]
            case _:
                container[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return found


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_a_mutated_state_is_judged_or_refused_with_a_message(documents: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "state.yaml").write_text(yaml.safe_dump_all(documents))
        with contextlib.suppress(ReviewError):
            judge(Path(folder))


def judge(folder: Path) -> None:
    cluster = Cluster(read([folder]))
    rows = tuple(Matrix(cluster).rows(every_cell=False))
    for format_ in ("text", "csv", "markdown", "json"):
        formatter("list", format_).render(Listed(rows=rows))
    find_in(Evidence(cluster))
    for port in (80, 443, 9000):
        with contextlib.suppress(ReviewError):
            evaluate(cluster, parse_request(source="shop/cart", url=f"http://pay.example:{port}/never?a=b"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_message(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("state.yaml", "state.json"):
            file = Path(folder) / name
            file.write_bytes(data)
            with pytest.raises(ReviewError):
                read([file])
