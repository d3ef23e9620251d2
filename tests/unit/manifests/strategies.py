"""Any host, team and destination that a configuration may hold."""

from typing import Any

from hypothesis import strategies as st

from egress.config.destinations import Destination, Limits
from egress.config.team import Grant, HttpMethod, Team
from egress.derived.istio.by_namespace.allowed import ALLOWED, ANY
from egress.source.model import ConfigModel
from tests.builders.models import stated, validated

LABEL = st.builds(
    "{}{}{}".format, st.sampled_from("abxyz"), st.text("ab0-", max_size=6), st.sampled_from(["", "a", "0"])
).map(lambda name: name.rstrip("-"))
# Long ones too: a subset's name has at most 63 characters, whatever the host's length.
HOSTS = st.lists(LABEL | LABEL.map(lambda name: f"{name}{'x' * 45}"), min_size=2, max_size=3).map(".".join)
TEAMS = LABEL
VISIBLE_TO = st.lists(TEAMS, unique=True, max_size=3)
PATHS = st.from_regex(r"(?:/[a-z0-9]{1,4}){1,2}\*?", fullmatch=True)


def _tutorials(model: type[ConfigModel]) -> st.SearchStrategy[Any]:
    """What the tutorial's form has of a model."""
    allowed = ALLOWED[model]
    listed = {
        key: st.sampled_from(sorted(values, key=repr)) for key, values in allowed.items() if values is not ANY
    }
    return stated(model, listed, without=set(model.model_fields).difference(allowed))


DESTINATIONS = _tutorials(Destination).map(validated(Destination))
"""What a destination of the tutorial's form may be."""

LIMITS = stated(Limits).map(validated(Limits))

IDENTITY_DESTINATIONS = (
    stated(
        Destination,
        {
            "also": st.lists(HOSTS, unique=True, max_size=2),
            "tls": st.none()
            | st.fixed_dictionaries({"credential": LABEL})
            | st.fixed_dictionaries({"ca": LABEL}),
        },
        without=["visible_to"],
    )
    .map(validated(Destination))
    .filter(
        lambda each: each.http_port != each.https_port and (each.http != "closed" or each.https is not None)
    )
)
"""What a destination may be where authorization is by identity."""

GRANTS = st.builds(
    Grant,
    to=HOSTS,
    paths=st.lists(PATHS, unique=True, max_size=2).map(tuple),
    scheme=st.sampled_from([None, "http"]),
    policy=st.none() | LABEL,
)

SOME_METHODS: list[HttpMethod] = ["GET", "HEAD", "POST"]
METHODS = st.lists(st.sampled_from(SOME_METHODS), unique=True, max_size=2).map(tuple)
ACCOUNTS = st.lists(LABEL, unique=True, min_size=1, max_size=3).map(tuple)


@st.composite
def teams_with_destinations(draw: st.DrawFn) -> tuple[Team, dict[str, Destination]]:
    """A team with one grant for each of some destinations."""
    destinations = draw(st.dictionaries(HOSTS, IDENTITY_DESTINATIONS, min_size=1, max_size=3))
    grants = [
        Grant(
            to=host,
            service_accounts=draw(ACCOUNTS),
            methods=draw(METHODS),
            paths=draw(st.lists(PATHS, unique=True, max_size=2).map(tuple)),
            scheme=draw(st.sampled_from([None, "http", "https"])),
        )
        for host in destinations
    ]
    return Team(grants=tuple(grants)), destinations
