"""The audit list's columns; both formats take them from here."""

from egress.review.grants.evidence import AuditList, Commit, GrantEvidence

COLUMNS = (
    "team",
    "who",
    "host",
    "schemes",
    "methods",
    "paths",
    "since",
    "by",
    "last changed",
    "reason",
    "owner",
    "ticket",
    "until",
    "state",
    "proven by",
    "line",
)


def cells(grant: GrantEvidence, audit: AuditList) -> tuple[str, ...]:
    """One grant's cells."""
    proven = "; ".join(grant.proven) or ("no row of the runs given" if audit.runs else "no run given")
    return (
        grant.team,
        ", ".join(grant.who),
        grant.host,
        ", ".join(grant.schemes),
        ", ".join(grant.methods) or "all",
        ", ".join(grant.paths) or "all",
        commit_text(grant.since),
        grant.since.author if grant.since else "",
        commit_text(grant.changed),
        grant.reason,
        grant.owner,
        grant.ticket,
        grant.until or "no end",
        "ended, not synthesized" if grant.ended else "in force",
        "ended" if grant.ended else proven,
        grant.place,
    )


def commit_text(commit: Commit | None) -> str:
    """A commit's day and hash."""
    return f"{commit.day} {commit.hash[:12]}" if commit else "not committed"
