"""Google's APIs, which sidecars reach past the gateway."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.checks.rules.destination_hosts import METADATA_SERVER
from egress.derived.vpc.google_apis import GOOGLE_DOMAINS, is_googles
from egress.source.problem import Path, Problem


def google_api_hosts_are_googles(draft: Draft) -> Iterator[Problem]:
    """Any other host would have no way out: the firewall lets only Google's private addresses through."""
    for path, host in draft.google_apis:
        if host != METADATA_SERVER and not is_googles(host):
            message = (
                f"this is none of Google's API hosts ({', '.join(GOOGLE_DOMAINS)} and {METADATA_SERVER}): "
                "make it a destination"
            )
            yield draft.destinations_file.problem(path, message)


def google_api_hosts_stand_once(draft: Draft) -> Iterator[Problem]:
    """Istio pools the endpoints of two ServiceEntries for one host: requests would go to either."""
    places: dict[str, Path] = {host: ("destinations", host) for host in draft.hosts}
    places |= {host: path for path, host in draft.outside_hosts}
    for path, host in draft.google_apis:
        if host in places:
            where = draft.destinations_file.where(places[host])
            message = f"this host stands at {where} already: keep one of the two"
            yield draft.destinations_file.problem(path, message)
        places.setdefault(host, path)
