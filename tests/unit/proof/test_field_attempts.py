"""Every field that a tenant must not state has an attempt, and each states what it is about."""

from egress.derived.admission.field_decisions import DECISIONS
from egress.proof.asking.attempts import _missing
from egress.proof.asking.field_attempts import field_attempts
from egress.proof.asking.field_samples import BY_VALUE, ELSEWHERE, PLACES, REFUSED

ATTEMPTS = list(field_attempts("team-x", ("team-x@example.com",)))


def test_every_refused_field_has_a_value_to_try() -> None:
    needed = {
        f"{kind}.{field}"
        for kind, each in DECISIONS.items()
        if kind not in ELSEWHERE
        for field in each.refused
    }
    assert sorted(REFUSED) == sorted(needed)


def test_every_field_that_is_held_to_values_has_a_wrong_one_to_try() -> None:
    needed = {
        f"{kind}.{field}"
        for kind, each in DECISIONS.items()
        if kind not in ELSEWHERE
        for field in each.by_value
    }
    assert sorted(BY_VALUE) == sorted(needed)
    assert all(BY_VALUE.values())


def test_every_type_with_something_refused_has_a_place() -> None:
    kinds = {name.partition(".")[0] for name in (*REFUSED, *BY_VALUE)}
    assert kinds == set(PLACES)


def test_each_attempt_states_the_field_that_it_is_about() -> None:
    about = [attempt for attempt in ATTEMPTS if attempt.field]
    assert len(about) > 200
    assert [str(attempt) for attempt in about if _missing(attempt.object, attempt.field)] == []


def test_what_is_allowed_is_tried_as_well() -> None:
    kinds = [attempt.object["kind"] for attempt in ATTEMPTS if attempt.refused == "no"]
    assert kinds == ["Deployment", "Pod", "Service", "PersistentVolumeClaim"]


def test_no_two_attempts_are_the_same() -> None:
    said = [str(attempt) for attempt in ATTEMPTS]
    assert len(said) == len(set(said))
