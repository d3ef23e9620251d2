"""What grants say for people: what the platform asks for, and what fits into annotations."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.derived.grant_notes import MOST_BYTES, notes, size
from egress.source.problem import Problem


def grants_state_what_the_platform_asks(draft: Draft) -> Iterator[Problem]:
    """`tenants.grants_state` lists what each grant says beside its host."""
    platform = draft.sound_platform
    if platform is None:
        return
    where = draft.platform.where(("tenants", "grants_state"))
    for team in draft.teams.values():
        for path, grant in team.grants():
            missing = [key for key in platform.tenants.grants_state if not getattr(grant, key)]
            if missing:
                message = (
                    f"the grant for {grant.to} lacks {' and '.join(f'`{key}`' for key in missing)}, which the platform "
                    f"asks of each grant ({where}): add {'it' if len(missing) == 1 else 'them'}"
                )
                yield team.file.problem(path, message)


def what_is_asked_stands_once(draft: Draft) -> Iterator[Problem]:
    """A word that is listed twice is a mistake."""
    platform = draft.sound_platform
    asked = platform.tenants.grants_state if platform else ()
    for position, key in enumerate(asked):
        if key in asked[:position]:
            message = "this is listed twice: remove one"
            yield draft.platform.problem(("tenants", "grants_state", position), message)


def notes_fit_their_object(draft: Draft) -> Iterator[Problem]:
    """Kubernetes refuses an object whose annotations are too long together."""
    if not draft.by_identity:  # by namespace, each grant has an object of its own
        return
    for team in draft.teams.values():
        found = size(notes(grant for _, grant in team.grants()))
        if found > MOST_BYTES:
            message = (
                f"the grants' notes take {found} bytes as annotations, and Kubernetes takes {MOST_BYTES}: "
                "shorten them, or give some of the grants to another team"
            )
            yield team.file.problem(("grants",), message)
