"""What `summary` and `report --base` share: both states judged and compared, and where the configuration says so."""

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

from egress.environments.record import read as read_origin
from egress.review.changes.change import Change, change
from egress.review.changes.posture import new_failures
from egress.review.commands.inputs import NONE, accepted_file, artifact, artifact_of
from egress.review.errors import ReviewError
from egress.review.findings.finding import Finding
from egress.review.inventory import Inventory
from egress.review.judgement import Judgement, base_judgement
from egress.review.locations.changed_lines import Causes, Side
from egress.review.output.gist import Heading, read_text
from egress.source.version import VERSION


def compared(options: argparse.Namespace, base: Path, head: Judgement, today: datetime.date) -> Change:
    """The change from a base to a judged head, as the options say. Raises ReviewError."""
    states = [] if base == Path(NONE) else [base]
    given = options.base_accepted is not None or options.accepted is None or not states
    before, notes = base_judgement(states, accepted_file(options.base_accepted), today, given=given)
    posture, more = _posture(options, head)
    return change(before, head, today, posture=posture, notes=(*notes, *more))


def _posture(options: argparse.Namespace, head: Judgement) -> tuple[Sequence[Finding], Sequence[str]]:
    """Checkov's new failures, and what to say where they are not known."""
    before, after = options.base_posture, options.head_posture
    if before and after:
        return new_failures(before, after, head.cluster.inventory), ()
    if before or after:
        missing = "--head-posture" if before else "--base-posture"
        raise ReviewError(
            f"{missing} is missing: checkov's failures are compared, so name both sides or none"
        )
    return (), (
        "checkov's checks of both sides: give --base-posture and --head-posture (`make posture` installs checkov)",
    )


def causes(options: argparse.Namespace, found: Change | None, head: Judgement) -> Causes:
    """The lines of both configurations, or of the head's alone. Raises ReviewError where a folder is none."""
    after = _side(artifact(options), head.cluster.inventory, "--artifact")
    if found is None:
        return Causes(None, after)
    folder = artifact_of(options.base_artifact, options.base_accepted)
    whole = not (found.base.cluster.inventory.objects and head.cluster.inventory.objects)
    return Causes(_side(folder, found.base.cluster.inventory, "--base-artifact"), after, whole=whole)


def _side(folder: Path | None, inventory: Inventory, option: str) -> Side | None:
    from egress.checks.folder import PLATFORM

    if folder is None:
        return None
    if not (folder / PLATFORM).is_file():
        raise ReviewError(
            f"{option} {folder}: there is no {PLATFORM} in it; name a folder such as config/NAME"
        )
    return Side(folder, inventory)


def heading(
    options: argparse.Namespace,
    before: Inventory | None,
    after: Inventory,
    states: Sequence[Path] = (),
) -> Heading:
    """What the page says of itself; without a name the notes of the states name the environment."""
    noted = (read_origin(state) for state in reversed(states) if state != Path(NONE))
    name = options.environment or next((one.name for one in noted if one), "")
    return Heading(
        environment=name,
        base_commit=options.base_commit or "",
        head_commit=options.head_commit or "",
        time=datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=VERSION,
        read=read_text(before, after),
    )
