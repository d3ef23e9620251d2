"""Who sees a route: `visible_to` of destinations and Google APIs."""

from collections.abc import Iterator, Sequence

from egress.checks.draft import Draft
from egress.source.nearest import nearest
from egress.source.problem import Path, Problem


def _stated(draft: Draft) -> Iterator[tuple[Path, Sequence[str]]]:
    """Every stated `visible_to`, with its place."""
    model = draft.destinations_file.model
    if model is None:
        return
    for host, destination in model.destinations.items():
        if destination.visible_to is not None:
            yield ("destinations", host, "visible_to"), destination.visible_to
    for name, group in model.google_apis.items():
        yield ("google_apis", name, "visible_to"), group.visible_to


def visibility_names_teams(draft: Draft) -> Iterator[Problem]:
    """Istio takes a namespace that does not exist without a word."""
    for path, teams in _stated(draft):
        for position, team in enumerate(teams):
            if not draft.has_team(team):
                message = f"there is no such team: {nearest(team, draft.team_names)}"
                yield draft.destinations_file.problem((*path, position), message)
            elif team in teams[:position]:
                message = "this team is listed twice: remove one"
                yield draft.destinations_file.problem((*path, position), message)


def visibility_is_not_empty(draft: Draft) -> Iterator[Problem]:
    """Some would read an empty list as `nobody`, others as `not stated`."""
    for path, teams in _stated(draft):
        if not teams:
            message = "the list is empty: name a team, or leave the key out for those with a grant"
            yield draft.destinations_file.problem(path, message)
