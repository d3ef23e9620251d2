"""References of container images, and the registries and patterns that are made like them.

Source: the grammar of distribution/reference (reference.go): path components are lower-case words joined by one dot,
one or two underscores or hyphens, so that `.` and `..` are none; one tag of 128 characters at most; one digest.
"""

from typing import Annotated

from pydantic import BeforeValidator

from egress.config.retired_hosts import not_retired
from egress.source.patterns import matching

_HOST = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
COMPONENT = r"[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"@sha256:[0-9a-f]{64}"

Image = Annotated[
    str,
    matching(
        rf"^{_HOST}(/{COMPONENT})+(:{_TAG})?({_DIGEST})?$",
        "an image with its registry, such as gcr.io/PROJECT/IMAGE:TAG",
    ),
    BeforeValidator(not_retired),
]

ImagePattern = Annotated[
    str,
    matching(
        rf"^{_HOST}(/{COMPONENT})*/({COMPONENT}(:{_TAG}|:({_TAG})?\*)?({_DIGEST})?|({COMPONENT}[-._]?)?\*{{1,2}})$",
        "an image, or a path that ends in * (one level) or ** (all below), such as gcr.io/PROJECT/**",
    ),
    BeforeValidator(not_retired),
]
