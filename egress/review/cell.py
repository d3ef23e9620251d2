"""A cell of the matrix: who, where to, and how."""

from dataclasses import dataclass
from enum import StrEnum, auto

from egress.review.request import Scheme


class Asked(StrEnum):
    """How a cell's request differs from one by name, of the workload as it is deployed."""

    BY_NAME = auto()
    WITHOUT_SIDECAR = auto()
    ITS_SIDECAR_LEFT_OUT = auto()
    """The workload has a sidecar, and is asked about as if it had none."""
    SERVICE_DIALLED = auto()
    """The gateway's Service is dialled."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `scheme` None stands for every scheme."""

    identity: str
    scheme: Scheme | None
    host: str
    asked: Asked = Asked.BY_NAME
