"""The kinds of findings that only a comparison of two states has."""

from egress.review.findings.finding import Family, Kind, Level

WEAKENED = Kind(
    code="EG501",
    name="guard-weakened",
    family=Family.GUARD,
    level=Level.ERROR,
    message="{subject}: {what}: {field} was {before}, and is now {after}",
    fix="set the field back, or agree to the change in its review",
)

POSTURE = Kind(
    code="EG502",
    name="posture-check-fails",
    family=Family.GUARD,
    level=Level.WARNING,
    message="{check} fails for {subject} and did not before: {title}",
    fix="fix what checkov reports, or agree to the change in its review",
)
