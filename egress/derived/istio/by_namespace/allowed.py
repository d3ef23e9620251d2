"""The one list of what the tutorial's form has. Whatever is not on it needs `authorization: by-identity`.

An allow-list: a new key of these models is refused in the tutorial's form until somebody adds it here and a builder of
this package reads it. Models that are not on it mean the same in both forms.
"""

from collections.abc import Collection, Iterator, Mapping

from egress.config.destinations import Destination
from egress.config.team import Grant, Team
from egress.derived.grant_notes import NOTES
from egress.source.model import ConfigModel

ANY = None
"""Every value that the model takes."""

Keys = Mapping[str, Collection[object] | None]

ALLOWED: Mapping[type[ConfigModel], Keys] = {
    Destination: {
        "visible_to": ANY,
        "http": ("plain", "originate-tls"),
        "https": (None, "pass-through"),
    },
    Team: {
        "labels": ANY,
        "sidecar": ANY,
        "workloads": ANY,
        "groups": ANY,
        "grants": ANY,
        "network_policies": ANY,
        "google_service_accounts": ANY,
        "buckets": ANY,
    },
    Grant: {
        "to": ANY,
        "paths": ANY,
        "scheme": (None, "http"),
        "policy": ANY,
        **dict.fromkeys(NOTES, ANY),
    },
}
"""By model and key, the values of the tutorial's form."""

RESTRICTING = tuple(key for key in ALLOWED[Grant] if key not in ("to", *NOTES))
"""The keys of a grant that only an AuthorizationPolicy can enforce; `authorization: open` has no policies."""


def beyond(stated: ConfigModel) -> Iterator[str]:
    """The keys that hold something the tutorial's form does not have; a default is nothing stated."""
    allowed = ALLOWED[type(stated)]
    for key, field in type(stated).model_fields.items():
        value = getattr(stated, key)
        if value != field.get_default(call_default_factory=True) and not _has(allowed, key, value):
            yield key


def _has(allowed: Keys, key: str, value: object) -> bool:
    if key not in allowed:
        return False
    values = allowed[key]
    return values is ANY or value in values
