"""A cell of the matrix: who, where to, and how."""

from enum import StrEnum, auto
from typing import NamedTuple

from egress.review.request import Scheme


class Way(StrEnum):
    """How a cell's request differs from one by name, of the workload as it is deployed."""

    BY_NAME = auto()
    WITHOUT_SIDECAR = auto()
    """A Pod of the identity without a sidecar dials the gateway itself."""
    SIDECAR_LEFT_OUT = auto()
    """The identity's own Pod goes around its sidecar."""
    SERVICE_DIALLED = auto()
    """The gateway's Service is dialled."""


class Cell(NamedTuple):
    """One cell. `scheme` None stands for every scheme."""

    identity: str
    scheme: Scheme | None
    host: str
    way: Way = Way.BY_NAME
