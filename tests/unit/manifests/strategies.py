"""Any host, team and destination that a configuration may hold."""

from hypothesis import strategies as st

from egress.config.destinations import ClientTls, Destination, Limits
from egress.config.team import Grant, HttpMethod, Team

LABEL = st.builds(
    "{}{}{}".format, st.sampled_from("abxyz"), st.text("ab0-", max_size=6), st.sampled_from(["", "a", "0"])
).map(lambda name: name.rstrip("-"))
# Long ones too: a subset's name has at most 63 characters, whatever the host's length.
HOSTS = st.lists(LABEL | LABEL.map(lambda name: f"{name}{'x' * 45}"), min_size=2, max_size=3).map(".".join)
TEAMS = LABEL
VISIBLE_TO = st.lists(TEAMS, unique=True, max_size=3)
PATHS = st.from_regex(r"(?:/[a-z0-9]{1,4}){1,2}\*?", fullmatch=True)
PORTS = st.integers(1, 65535)
DURATIONS = st.from_regex(r"[1-9][0-9]{0,2}(ms|s|m)", fullmatch=True)

DESTINATIONS = st.builds(
    Destination,
    visible_to=st.none() | VISIBLE_TO.map(tuple),
    http=st.sampled_from(["plain", "originate-tls"]),
    https=st.sampled_from([None, "pass-through"]),
)
"""What a destination of the tutorial's form may be."""

LIMITS = st.builds(
    Limits,
    connections=st.integers(1, 100000),
    requests_per_connection=st.integers(0, 100000),
    connect_timeout=DURATIONS,
    idle_timeout=DURATIONS,
    timeout=DURATIONS,
    attempts=st.integers(0, 10),
)
IDENTITY_DESTINATIONS = st.builds(
    Destination,
    also=st.lists(HOSTS, unique=True, max_size=2).map(tuple),
    http=st.sampled_from(["plain", "originate-tls", "closed"]),
    https=st.sampled_from([None, "pass-through", "identity"]),
    http_port=PORTS,
    https_port=PORTS,
    tls=st.none()
    | LABEL.map(lambda name: ClientTls(credential=name))
    | LABEL.map(lambda name: ClientTls(ca=name)),
    limits=st.none() | LIMITS,
).filter(lambda each: each.http_port != each.https_port and (each.http != "closed" or each.https is not None))
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
