"""Generated configurations by identity, synthesized: the same bytes each time, and sound objects."""

from pathlib import Path
from random import Random

from hypothesis import given, settings

from tests.synth.conftest import Synthesis, Synthesize
from tests.synth.document_checks import empty_elements, nulls
from tests.synth.object_schemas import problems
from tests.unit.by_identity.generated import Files, configuration, files, shuffled

# A handful: each is synthesized whole, twice.
A_HANDFUL = settings(max_examples=4)


@given(data=files())
@A_HANDFUL
def test_a_configuration_in_any_order_synthesizes_to_the_same_bytes(
    data: Files, synthesize: Synthesize
) -> None:
    one = synthesize(configuration(data))
    other = synthesize(configuration(shuffled(data, Random(1))))  # noqa: S311 - no secret

    assert _bytes(one) == _bytes(other)


@given(data=files())
@A_HANDFUL
def test_every_object_is_one_that_istio_and_kubernetes_take(data: Files, synthesize: Synthesize) -> None:
    stacks = synthesize(configuration(data)).stacks

    for stack in stacks.values():
        assert empty_elements(stack.document) == []
        assert nulls(stack.document) == []
        assert {key: found for key, body in stack.objects.items() if (found := problems(body))} == {}


@given(data=files())
@A_HANDFUL
def test_every_namespace_that_runs_something_denies_both_directions(
    data: Files, synthesize: Synthesize
) -> None:
    egress = synthesize(configuration(data)).stacks["egress"]

    running = {namespace for kind, namespace, _ in egress.objects if kind == "Deployment"}
    assert running
    for namespace in (*running, "istio-egress"):
        spec = egress.object("NetworkPolicy", "default-deny", namespace)["spec"]
        assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def _bytes(synthesis: Synthesis) -> dict[str, bytes]:
    files: list[Path] = sorted(synthesis.out.glob("stacks/*/cdk.tf.json"))
    assert len(files) == 4
    return {path.parent.name: path.read_bytes() for path in files}
