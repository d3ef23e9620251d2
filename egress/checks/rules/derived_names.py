"""Every name that follows from the configuration: one object of a key, one resource of an address, none too long.

The resources are derived first, as the stacks build them (egress.derived.resources), and then compared: nothing here
repeats what a construct does.
"""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.checks.sound_configuration import Sound, sound_configuration
from egress.derived.resources.lengths import Name, long_object_name, platform_names, too_long_lists
from egress.derived.resources.reserved import taken_by
from egress.derived.resources.resource import DESTINATIONS_FILE, PLATFORM, PLATFORM_FILE, Cause, Derived
from egress.source.problem import Path, Problem, show_path
from egress.source.source import Source

NAMED = frozenset({"workloads", "google_service_accounts", "buckets", "destinations", "google_apis"})
"""Mappings whose keys are the names."""


def names_are_made_once(draft: Draft) -> Iterator[Problem]:
    """No two objects of one key, none that Kubernetes or Istio makes, no two resources of one address."""
    sound = sound_configuration(draft)
    if sound is None:
        return
    owners: dict[object, Derived] = {}
    reported: set[tuple[Cause, Cause]] = set()
    for resource in sound.resources:
        taken = resource.key and resource.cause != PLATFORM and taken_by(resource.key)
        if taken:
            message = f"{taken} makes the {resource.key} already: {resource.cause.fix}"
            yield _problem(draft, sound, resource.cause, message)
            continue
        for name in filter(None, (resource.key, (resource.stack, resource.address))):
            first = owners.setdefault(name, resource)
            if first is resource:
                continue
            blamed, other = resource.cause, first.cause
            if blamed == PLATFORM:
                blamed, other = other, blamed
            if (blamed, other) not in reported:
                reported |= {(blamed, other), (other, blamed)}
                yield _problem(draft, sound, blamed, _twice(draft, sound, resource, blamed, other))
            break


def derived_names_fit(draft: Draft) -> Iterator[Problem]:
    """Each name, and each list of an Istio object, within the limit of its kind."""
    sound = sound_configuration(draft)
    if sound is None:
        return
    longest: dict[Cause, Name] = {}
    objects = (long_object_name(resource) for resource in sound.resources)
    for name in (*platform_names(sound.configuration.platform), *filter(None, objects)):
        if name.excess > 0 and (name.cause not in longest or name.excess > longest[name.cause].excess):
            longest[name.cause] = name
    for cause, name in longest.items():
        by_policy = cause.path[:1] == ("grants",) and cause.path[-1] == "to"
        shorter = f"make this {name.excess} character{'s' if name.excess > 1 else ''} shorter"
        fix = "name it by `policy`" if by_policy else shorter
        message = (
            f"the name of {name.what} would have {len(name.text)} characters, "
            f"at most {name.limit} are allowed: {fix}"
        )
        yield _problem(draft, sound, cause, message)
    yield from _long_lists(draft, sound)


def _long_lists(draft: Draft, sound: Sound) -> Iterator[Problem]:
    for resource in sound.resources:
        for name, length, limit in too_long_lists(resource):
            message = (
                f"the {resource.key} would have {length} {name}, at most {limit} are allowed: "
                "join some of what makes them, or divide this into two"
            )
            yield _problem(draft, sound, resource.cause, message)


def _twice(draft: Draft, sound: Sound, resource: Derived, blamed: Cause, other: Cause) -> str:
    what = str(resource.key or f"Terraform resource {resource.address}")
    if other == blamed:
        return f"the {what} would be made twice by this: take one of the two away"
    by = "by the platform itself" if other == PLATFORM else f"by {_where(draft, sound, other)}"
    return f"the {what} would be made twice, here and {by}: {blamed.fix}"


def _where(draft: Draft, sound: Sound, cause: Cause) -> str:
    source, path = _source(draft, cause), _path(draft, sound, cause)
    if not path:
        return f"the team {cause.file} ({source.file})"
    return f"{show_path(path)} ({source.file}:{source.line(path)})"


def _problem(draft: Draft, sound: Sound, cause: Cause, message: str) -> Problem:
    source, path = _source(draft, cause), _path(draft, sound, cause)
    if not path:
        return Problem(file=source.file, value=cause.file or None, message=message)
    is_name = path[0] in NAMED and isinstance(source.at(path[:-1]), dict)
    return source.problem(path, message, path[-1] if is_name else None)


def _source(draft: Draft, cause: Cause) -> Source:
    if cause.file == DESTINATIONS_FILE:
        return draft.destinations_file.source
    if cause.file in ("", PLATFORM_FILE):
        return draft.platform.source
    return draft.teams[cause.file].file.source


def _path(draft: Draft, sound: Sound, cause: Cause) -> Path:
    """The place in the file: a grant's own position, and a list's item by the position of its last mention."""
    path = cause.path
    if path[:1] == ("grants",) and isinstance(path[1], int):
        path = (*sound.grants[cause.file][path[1]], *path[2:])
    holder = _source(draft, cause).at(path[:-1]) if path else None
    if isinstance(holder, list) and isinstance(path[-1], str) and path[-1] in holder:
        path = (*path[:-1], len(holder) - 1 - holder[::-1].index(path[-1]))
    return path
