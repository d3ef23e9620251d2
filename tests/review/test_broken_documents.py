"""Templates among documents and keys that stand twice are named with their line, and cost what they can touch."""

from pathlib import Path

import pytest

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.inputs.templates import pieces
from egress.review.matrix import Matrix
from tests.review.sound_objects import STATE

DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: a}
spec: {podSelector: {}, policyTypes: [Egress]}
"""
TEMPLATE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: {{ .Values.name }}, namespace: a}
spec: {podSelector: {}, policyTypes: [Egress]}
"""


def reviewed(folder: Path, text: str) -> tuple[dict[str, set[Verdict]], tuple[str, ...], tuple[str, ...]]:
    """The verdicts of each namespace, what is not understood, and what is skipped."""
    (folder / "all.yaml").write_text(text)
    inventory = read([folder])
    found: dict[str, set[Verdict]] = {}
    for row in Matrix(Cluster(inventory)).rows():
        found.setdefault(row.identity.partition("/")[0], set()).add(row.answer.verdict)
    return found, inventory.not_understood, inventory.skipped


def test_a_template_behind_readable_documents_is_named_and_costs_what_its_object_can_touch(
    tmp_path: Path,
) -> None:
    found, named, skipped = reviewed(tmp_path, f"{STATE}---{TEMPLATE}")
    line = STATE.count("\n") + 2
    assert [one for one in named if "NetworkPolicy" in one and f"all.yaml:{line}: a template" in one]
    assert found["a"] == {Verdict.UNKNOWN}
    assert Verdict.UNKNOWN not in found["b"]
    assert not skipped


@pytest.mark.parametrize("template", [TEMPLATE, "{{- if .Values.on }}\nkind: {{ .kind }}\n{{- end }}\n"])
def test_a_document_behind_a_template_is_read(template: str, tmp_path: Path) -> None:
    found, named, _ = reviewed(tmp_path, f"{STATE}---\n{template}---{DENY}")
    assert len(named) == 1
    (tmp_path / "all.yaml").write_text(f"{STATE}---\n{template}---{DENY}")
    names = [item.name for item in read([tmp_path]).objects]
    assert names.count("deny") == 1
    assert names.count("kept") == 1
    assert found["a"] <= {Verdict.UNKNOWN, Verdict.REFUSED}


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("apiVersion: {{ .v }}\nkind: NetworkPolicy\nmetadata: {name: n, namespace: a}\n", {"a", "b"}),
        ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: {{ .n }}}\n", {"a", "b"}),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: {{ .n }}}\n", {"a", "b"}),
        (
            "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: {{ .n }}, namespace: a}\n",
            {"a"},
        ),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain, namespace: a}\ndata: {{ .d }}\n", set()),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .n }}, namespace: a}\n", set()),
    ],
)
def test_a_template_costs_what_its_kind_can_touch_where_it_may_be(
    text: str, open_: set[str], tmp_path: Path
) -> None:
    found, named, _ = reviewed(tmp_path, f"{STATE}---\n{text}")
    assert len(named) == 1
    assert {space for space in "ab" if Verdict.UNKNOWN in found[space]} == open_


@pytest.mark.parametrize("key", ["name", "namespace"])
def test_a_name_that_is_a_template_is_named(key: str, tmp_path: Path) -> None:
    text = DENY.replace("name: deny" if key == "name" else "namespace: a", f"{key}: '{{{{ .Values.x }}}}'")
    found, named, _ = reviewed(tmp_path, f"{STATE}---{text}")
    assert [one for one in named if f"metadata.{key}: " in one and "still to be rendered" in one]
    assert found["a"] == {Verdict.UNKNOWN}
    assert (Verdict.UNKNOWN in found["b"]) == (key == "namespace")


def test_a_file_of_templates_alone_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "chart.yaml").write_text(TEMPLATE)
    _, named, skipped = reviewed(tmp_path, STATE)
    assert not named
    assert len(skipped) == 1


def test_a_broken_document_without_a_template_ends_the_review_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(f"{STATE}---\napiVersion: v1\nkind: [\n")
    with pytest.raises(ReviewError, match="line"):
        read([tmp_path])


@pytest.mark.parametrize(
    "text", ["", "---\n", "# a\n---\n", "a: 1\n---\nb: 2\n", "%YAML 1.1\n---\na: 1\n...\n"]
)
def test_pieces_are_the_documents_with_something_in_them(text: str) -> None:
    found = list(pieces(text))
    assert len(found) == text.count(": ")
    for line, piece in found:
        assert text.split("\n", line)[line].startswith(piece.split("\n")[0])


@pytest.mark.parametrize(
    ("twice", "path"),
    [
        ("spec: {hosts: [kept.example.com], hosts: [x.example.com], ports: [{number: 80}]}", "spec.hosts"),
        ("spec: {hosts: [kept.example.com], ports: [{number: 80, number: 81}]}", "spec.ports[0].number"),
        ("spec: {hosts: [kept.example.com]}\nspec: {hosts: [x.example.com]}", "spec"),
        ("kind: Sidecar\nspec: {hosts: [kept.example.com]}", "kind"),
    ],
)
def test_a_key_that_stands_twice_is_named_and_leaves_its_object_open(
    twice: str, path: str, tmp_path: Path
) -> None:
    text = f"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: twice, namespace: a}}\n{twice}\n"
    found, named, _ = reviewed(tmp_path, f"{STATE}---\n{text}")
    assert [one for one in named if f" {path}: stated twice, in lines " in one and "fix it" in one], named
    assert Verdict.UNKNOWN in found["a"]


def test_a_list_whose_items_stand_twice_is_named(tmp_path: Path) -> None:
    _, named, _ = reviewed(tmp_path, f"{STATE}---\napiVersion: v1\nkind: List\nitems: []\nitems: []\n")
    assert [one for one in named if "items: stated twice" in one]


def test_a_merged_block_states_nothing_twice(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a}\nx: &x {k: v}\ndata: {<<: *x, k: w}\n"
    assert not [one for one in reviewed(tmp_path, f"{STATE}---\n{text}")[1] if "twice" in one]
