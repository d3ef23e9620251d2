"""Cloud Storage's rules for the names of buckets ("Bucket names"): the state's and the teams'."""

import re
from collections.abc import Iterator
from typing import Any

from egress.checks.draft import Draft
from egress.source.problem import Path, Problem
from egress.source.validation import File

STATE = ("backend", "gcs", "bucket")

LONGEST = 63
"""Of a bucket's name, and of each part between its dots."""

_LIKE_GOOGLE = re.compile(r"g[o0]{2}g[l1]e")
"""`google` and its close misspellings, which Cloud Storage refuses."""


def bucket_name_problem(name: str) -> str | None:
    """What Cloud Storage would refuse of a bucket's full name, and the fix."""
    longest = max(name.split("."), key=len)
    if len(longest) > LONGEST:
        return f"has {len(longest)} characters, at most {LONGEST} are allowed: shorten it"
    if name.startswith("goog"):
        return "begins with goog, which Cloud Storage refuses: use another"
    if _LIKE_GOOGLE.search(name):
        return "holds google or what looks like it, which Cloud Storage refuses: rename it"
    if re.search(r"\.[.-]|-\.", name):
        return "has a dot beside a dot or a hyphen, which Cloud Storage refuses: rename it"
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        return "is an address, which Cloud Storage refuses: use another"
    return None


def bucket_names_are_accepted(draft: Draft) -> Iterator[Problem]:
    """The state's bucket and every `<project>-<key>`."""
    for name, file, path in _buckets(draft):
        wrong = bucket_name_problem(name)
        if wrong:
            yield file.problem(path, f"the bucket's name {name} {wrong}", _key(path))


def bucket_names_are_unique(draft: Draft) -> Iterator[Problem]:
    """No two teams share a bucket, and none of them is the state's."""
    owners: dict[str, tuple[File[Any], Path]] = {}
    for name, file, path in _buckets(draft):
        if name not in owners:
            owners[name] = file, path
            continue
        other, other_path = owners[name]
        what = "holds Terraform's state" if other_path == STATE else "is another team's"
        message = f"the bucket {name} {what} ({other.where(other_path)}): rename this one"
        yield file.problem(path, message, _key(path))


def _buckets(draft: Draft) -> Iterator[tuple[str, File[Any], Path]]:
    """Every bucket's full name, with its place."""
    state, project = draft.platform.get(STATE), draft.platform.get(("project", "id"))
    if state:
        yield state, draft.platform, STATE
    for team in draft.teams.values() if project else ():
        for key in team.team.buckets:
            yield f"{project}-{key}", team.file, ("buckets", key)


def _key(path: Path) -> object:
    """What the message shows: a team's bucket is its mapping's key, the state's is a value."""
    return None if path == STATE else path[-1]
