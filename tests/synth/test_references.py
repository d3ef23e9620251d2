"""Every reference of every stack leads to something that is there."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.synth.conftest import Synthesis
from tests.synth.document_checks import leaves
from tests.synth.synthesized_stack import Block, SynthesizedStack

INTERPOLATION = re.compile(r"\$\{(?P<expression>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
TRAVERSAL = re.compile(r"(?<![\w.-])(?:data\.)?[a-z_][\w-]*(?:\.[\w-]+)+(?!\()")

PREFIX = "cross-stack-reference-input-"
"""What cdktf calls the state of another stack, before the stack's id."""

OWN_WORDS = {"self", "terraform", "p"}
"""The object a postcondition speaks of, Terraform itself, and the variable of our one `for`."""

Stacks = dict[str, SynthesizedStack]


def test_every_reference_leads_to_something(every: Synthesis) -> None:
    assert list(_dangling(every.stacks)) == []


def test_every_dependency_is_a_resource_of_its_stack(every: Synthesis) -> None:
    for stack in every.stacks.values():
        there = stack.raws().keys()
        for address, body in stack.raws().items():
            missing = set(body.get("depends_on", [])) - there
            assert not missing, f"{stack.id}: {address} depends on {missing}"


def test_a_stack_reads_only_stacks_that_come_before_it(stacks: Stacks) -> None:
    reads = {
        id_: {name.removeprefix(PREFIX) for name in _remote_states(stack)} for id_, stack in stacks.items()
    }

    assert reads == {
        "foundation": set(),
        "cluster": {"foundation"},
        "mesh": {"cluster"},
        "egress": {"cluster", "mesh"},
    }


def test_the_output_folder_tells_the_command_line_the_same_order(synthesis: Synthesis) -> None:
    manifest = json.loads((synthesis.out / "manifest.json").read_text(encoding="utf-8"))

    assert {name: set(stack["dependencies"]) for name, stack in manifest["stacks"].items()} == {
        "foundation": set(),
        "cluster": {"foundation"},
        "mesh": {"cluster"},
        "egress": {"cluster", "mesh"},
    }


def test_every_stack_keeps_its_state_where_its_readers_look(every: Synthesis) -> None:
    for stack in every.stacks.values():
        for name, state in _remote_states(stack).items():
            producer = every.stacks[name.removeprefix(PREFIX)].document["terraform"]["backend"]
            assert {state["backend"]: state["config"]} == producer, f"{stack.id} reads {name} elsewhere"


def test_what_a_stack_hands_on_is_not_printed(every: Synthesis) -> None:
    for stack in every.stacks.values():
        for name, output in stack.document.get("output", {}).items():
            assert output["sensitive"] is True, f"{stack.id}: {name}"


def test_what_a_stack_hands_on_is_read_by_another(stacks: Stacks) -> None:
    text = {id_: json.dumps(stack.document) for id_, stack in stacks.items()}

    for id_, stack in stacks.items():
        for name in stack.document.get("output", {}):
            assert any(f".outputs.{name}" in other for reader, other in text.items() if reader != id_), name


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("a resource that is not there", "${google_compute_network.netwrok.id}"),
        ("a data source that is not there", "${data.google_project.p.number}"),
        ("an output that nobody writes", "${data.terraform_remote_state.REMOTE.outputs.nonsense}"),
        ("a stack that is not there", "${data.terraform_remote_state.elsewhere.outputs.x}"),
        ("a reference inside a text", "https://${google_compute_address.ip.address}:443"),
        ("a reference inside a call", '${join(",", [google_compute_address.ip.address])}'),
    ],
)
def test_a_dangling_reference_would_be_found(what: str, value: str, stacks: Stacks) -> None:
    cluster = stacks["cluster"]
    value = value.replace("REMOTE", "cross-stack-reference-input-foundation")
    document = {**cluster.document, "locals": {"planted": value}}
    planted = SynthesizedStack("cluster", document, cluster.resources, cluster.objects)

    assert len(list(_dangling({**stacks, "cluster": planted}))) == 1, what


def _remote_states(stack: SynthesizedStack) -> dict[str, Block]:
    states: dict[str, Block] = stack.document.get("data", {}).get("terraform_remote_state", {})
    return states


def _dangling(stacks: Stacks) -> Iterator[str]:
    for stack in stacks.values():
        for path, value in leaves(stack.document):
            for reference in _references(value):
                if not _leads_somewhere(reference, stack, stacks):
                    yield f"{stack.id}: {path}: ${{{reference}}}"


def _references(value: object) -> Iterator[str]:
    if isinstance(value, str):
        for found in INTERPOLATION.finditer(value):
            for reference in TRAVERSAL.finditer(TEXT.sub("", found["expression"])):
                if reference[0].partition(".")[0] not in OWN_WORDS:
                    yield reference[0]


def _leads_somewhere(reference: str, stack: SynthesizedStack, stacks: Stacks) -> bool:
    parts = reference.split(".")
    if parts[:2] == ["data", "terraform_remote_state"]:
        producer = stacks.get(parts[2].removeprefix(PREFIX))
        outputs = producer.document.get("output", {}) if producer else {}
        return parts[2] in _remote_states(stack) and parts[3] == "outputs" and parts[4] in outputs
    address = ".".join(parts[:3] if parts[0] == "data" else parts[:2])
    return address in stack.raws()
