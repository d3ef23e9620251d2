"""Findings in Kubernetes YAML are shown at the document, or at the field, that they speak of."""

from pathlib import Path

import pytest
import yaml

from egress.review.cluster import Cluster
from egress.review.findings.registry import find
from egress.review.inputs.reading import read
from egress.review.locations.location import Place
from egress.review.locations.locations import places
from tests.builders.findings import EXAMPLES
from tests.review.reviewed import State


def written(state: State, file: Path, *, as_list: bool = False) -> Path:
    """A state as YAML: one document for each object, or one List."""
    items = [dict(item) for item in state.objects.values()]
    text = (
        yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items})
        if as_list
        else yaml.safe_dump_all(items)
    )
    file.write_text(text)
    return file


FIELDS = {
    "EG101": '- "8443"',
    "EG103": "apiVersion: security.istio.io/v1beta1",
    "EG125": "host: example.com",
    "EG201": "- '80'",
    "EG203": "- get",
    "EG205": "- httpbin.org",
    "EG206": "- example.com",
    "EG211": "number: 443",
    "EG113": "apiVersion: networking.istio.io/v1beta1",
}
"""Fields of the objects; an object's first line where the finding names none of its values."""


@pytest.mark.parametrize("as_list", [False, True], ids=["documents", "a-list"])
@pytest.mark.parametrize("code", sorted(FIELDS))
def test_findings_in_kubernetes_yaml_are_shown_at_the_field(code: str, as_list: bool, tmp_path: Path) -> None:
    file = written(EXAMPLES[code][0](), tmp_path / "all.yaml", as_list=as_list)
    inventory = read([file])
    finding = next(f for f in find(Cluster(inventory)) if f.kind.code == code)
    place = places(inventory, [file], None).of(finding)
    assert place.file == str(file)
    line = file.read_text().splitlines()[place.line - 1].strip()
    assert line.removeprefix("- ").replace('"', "'") == FIELDS[code].removeprefix("- ").replace('"', "'")


def test_every_object_of_kubernetes_yaml_knows_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(
        "# a comment\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n---\n"
        "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Namespace\n    metadata: {name: b}\n"
        "  - {apiVersion: v1, kind: Namespace, metadata: {name: c}}\n"
    )
    assert {item.name: item.place for item in read([file]).objects} == {
        "a": Place(str(file), 3),
        "b": Place(str(file), 11),
        "c": Place(str(file), 14),
    }
