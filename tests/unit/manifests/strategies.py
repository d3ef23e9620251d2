"""Any host, team and destination that a configuration may hold."""

from hypothesis import strategies as st

from egress.config.destinations import Destination
from egress.config.team import Grant

LABEL = st.from_regex(r"[a-z](?:[-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABEL, min_size=2, max_size=3).map(".".join)
TEAMS = LABEL
VISIBLE_TO = st.lists(TEAMS, unique=True, max_size=3)
PATHS = st.from_regex(r"(?:/[a-z0-9]{1,4}){1,2}\*?", fullmatch=True)

DESTINATIONS = st.builds(
    Destination,
    visible_to=st.none() | VISIBLE_TO.map(tuple),
    http=st.sampled_from(["plain", "originate-tls"]),
    https=st.sampled_from([None, "pass-through"]),
)
GRANTS = st.builds(
    Grant,
    to=HOSTS,
    paths=st.lists(PATHS, unique=True, max_size=2).map(tuple),
    scheme=st.sampled_from([None, "http"]),
    policy=st.none() | LABEL,
)
