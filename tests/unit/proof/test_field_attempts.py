"""Every field that a tenant must not state has an attempt, and each states what it is about."""

from egress.derived.admission.field_decisions import DECISIONS
from egress.derived.admission.metadata_keys import APPLICATION_DOMAINS, KUBERNETES_KEYS
from egress.derived.admission.tenant_access import REFUSED as NOT_WRITTEN
from egress.derived.admission.tenant_access import RULES
from egress.proof.asking.attempts import _missing
from egress.proof.asking.field_attempts import field_attempts
from egress.proof.asking.field_samples import BY_VALUE, ELSEWHERE, PLACES, REFUSED
from egress.proof.asking.key_attempts import ANNOTATIONS, INJECTION_REPLACES, LABELS, OBJECTS, key_attempts
from egress.proof.asking.rights import expected_verbs

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
    assert kinds == ["Deployment", "Pod", "Service", "PersistentVolumeClaim", "Job", "CronJob"]


def test_no_two_attempts_are_the_same() -> None:
    said = [str(attempt) for attempt in ATTEMPTS]
    assert len(said) == len(set(said))


def test_every_kind_that_the_role_gives_is_tried_with_every_key() -> None:
    given = {
        f"{group}/{resource}"
        for rule in RULES
        if "create" in rule.verbs
        for group in rule.groups
        for resource in rule.resources
        if "/" not in resource
    }
    assert set(OBJECTS) == given - set(NOT_WRITTEN)
    made = list(key_attempts("team-x", ("team-x@example.com",)))
    for key in (*ANNOTATIONS, *LABELS):
        kinds = {attempt.object["kind"] for attempt in made if f" {key}: " in f" {attempt.what}"}
        assert kinds == {kind for _, kind, _ in OBJECTS.values()}, key


def test_every_key_that_passes_is_tried_too() -> None:
    passing = [attempt for attempt in key_attempts("team-x", ()) if attempt.refused == "no"]
    assert len(passing) == len(OBJECTS) + 8 + len(INJECTION_REPLACES)
    pod, *others = (each.object for each in passing if each.object["kind"] == "Pod")
    assert {
        key for one in others for key in one["metadata"]["annotations"]
    } & INJECTION_REPLACES == INJECTION_REPLACES
    assert set(KUBERNETES_KEYS) <= set(pod["metadata"]["annotations"])


def test_no_key_that_is_refused_is_of_a_stated_domain() -> None:
    for key in (*ANNOTATIONS, *LABELS):
        domain = key.partition("/")[0]
        assert key not in KUBERNETES_KEYS
        assert not any(domain == known or domain.endswith(f".{known}") for known in APPLICATION_DOMAINS), key


def test_what_the_role_gives_is_expected_in_its_own_namespace_alone() -> None:
    assert "create" in expected_verbs("/pods", inside=True)
    assert expected_verbs("/pods", inside=False) == frozenset()
    assert expected_verbs("/pods/exec", inside=True) == frozenset()
    assert expected_verbs("/pods/exec", inside=True, enters=True) == {"create", "get"}
    assert expected_verbs("networking.istio.io/sidecars", inside=True) == {"get", "list", "watch"}
    assert expected_verbs("authorization.k8s.io/selfsubjectaccessreviews", inside=False) == {"create"}
