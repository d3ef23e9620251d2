"""A duration as Istio's CRDs take it.

Source: istio/istio manifests/charts/base/files/crd-all.gen.yaml: `duration(self) >= duration('1ms')`, a CEL rule that
parses the text as Go's time.ParseDuration does, into 64-bit nanoseconds.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from egress.source.patterns import matching

_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}

LONGEST = (2**63 - 1) // 1_000_000
"""In milliseconds: 2,562,047 hours."""


def _fits(value: str) -> str:
    parts = re.fullmatch(r"([0-9]+)(ms|s|m|h)", value)
    if parts and int(parts[1][:30]) * _MILLISECONDS[parts[2]] > LONGEST:
        raise ValueError(
            "this is longer than Istio can count (2562047h): write what is meant, such as 1h, or leave the key out"
        )
    return value


Duration = Annotated[
    str,
    matching(r"^[1-9][0-9]*(ms|s|m|h)$", "a duration, such as 15s or 500ms"),
    AfterValidator(_fits),
]
"""A whole number of one unit, 1ms or more."""
