"""Each field of a Pod with a workload's ServiceAccount is free for a reason, compared, or refused with an attempt."""

from egress.config.team import Workload
from egress.derived.admission.field_conditions import FREE, REFUSED
from egress.derived.admission.kubernetes_types import kubernetes_types
from egress.derived.admission.workload_accounts import _written, workload_account_objects
from egress.derived.admission.workload_fields import CONTAINER, POD, WHY_FREE
from egress.proof.asking import workload_attempts

TYPES = kubernetes_types().types


def test_every_field_of_a_container_is_decided_about() -> None:
    assert set(CONTAINER) == set(TYPES["Container"])


def test_every_field_of_a_pod_is_decided_about() -> None:
    assert set(POD) == set(TYPES["PodSpec"])


def test_every_free_field_has_a_reason() -> None:
    free = {field for fields in (CONTAINER, POD) for field, condition in fields.items() if condition == FREE}
    assert set(WHY_FREE) == free
    assert all(WHY_FREE.values())


def test_every_other_field_has_an_attempt() -> None:
    for fields, tried in ((CONTAINER, workload_attempts.CONTAINER), (POD, workload_attempts.POD)):
        held = {field for field, condition in fields.items() if condition != FREE}
        assert held <= set(tried)
    assert set(workload_attempts.CONTAINER) - {f for f, c in CONTAINER.items() if c != FREE} == {
        "command",
        "image",
    }


def test_the_policy_refuses_what_is_not_decided_about() -> None:
    policy = workload_account_objects()[0]
    assert policy["kind"] == "ValidatingAdmissionPolicy"
    text = "\n".join(each["expression"] for each in policy["spec"]["validations"])
    for place, fields in (("c", CONTAINER), ("object.spec", POD)):
        known = sorted(field for field, condition in fields.items() if condition != REFUSED)
        assert f"dyn({place}).filter(f, !(f in {known}))" in text


def test_a_line_break_in_a_word_is_no_other_word() -> None:
    one = Workload.model_validate({"image": "a/b", "command": ["a\nb"]}, strict=False)
    two = Workload.model_validate({"image": "a/b", "command": ["a", "b"]}, strict=False)
    assert _written(one) != _written(two)
