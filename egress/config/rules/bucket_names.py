"""Cloud Storage's rules for the names of buckets ("Bucket names"): the state's and the teams'."""

import re
from collections.abc import Iterator

from egress.config.draft import Draft
from egress.config.problem import Path, Problem
from egress.config.source import Source

LONGEST = 63
"""Of a bucket's name, and of each part between its dots."""

_LIKE_GOOGLE = re.compile(r"g[o0]{2}g[l1]e")
"""`google` and its close misspellings, which Cloud Storage refuses."""


def bucket_name_problem(name: str) -> str | None:
    """What Cloud Storage would refuse of a bucket's full name, and the mend."""
    longest = max(name.split("."), key=len)
    if len(longest) > LONGEST:
        return f"has {len(longest)} characters, at most {LONGEST} are allowed: shorten it"
    if name.startswith("goog"):
        return "begins with goog, which Cloud Storage refuses: take another"
    if _LIKE_GOOGLE.search(name):
        return "holds google or what looks like it, which Cloud Storage refuses: rename it"
    if re.search(r"\.[.-]|-\.", name):
        return "has a dot beside a dot or a hyphen, which Cloud Storage refuses: rename it"
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        return "is an address, which Cloud Storage refuses: take another"
    return None


def bucket_names_are_accepted(draft: Draft) -> Iterator[Problem]:
    """The state's bucket and every `<project>-<key>`."""
    for name, (source, path) in _buckets(draft):
        wrong = bucket_name_problem(name)
        if wrong:
            key = path[-1] if path[0] == "buckets" else None
            yield source.problem(path, f"the bucket's name {name} {wrong}", key)


def bucket_names_are_unique(draft: Draft) -> Iterator[Problem]:
    """No two teams share a bucket, and none of them is the state's."""
    owners: dict[str, tuple[Source, Path]] = {}
    for name, (source, path) in _buckets(draft):
        if name not in owners:
            owners[name] = source, path
            continue
        other, other_path = owners[name]
        what = "holds Terraform's state" if other_path[0] == "backend" else "is another team's"
        where = f"{other.file}:{other.line(other_path)}"
        yield source.problem(path, f"the bucket {name} {what} ({where}): rename this one", path[-1])


def _buckets(draft: Draft) -> Iterator[tuple[str, tuple[Source, Path]]]:
    """Every bucket's full name, with its place."""
    if draft.platform.backend:
        yield draft.platform.backend.gcs.bucket, (draft.platform.source, ("backend", "gcs", "bucket"))
    if draft.platform.project:
        for team in draft.teams.values():
            for key in team.team.buckets:
                yield f"{draft.platform.project.id}-{key}", (team.source, ("buckets", key))
