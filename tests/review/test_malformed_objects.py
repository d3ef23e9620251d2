"""One object that no API server would take is named and costs the answers that it can touch; the others stay."""

import copy
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.objects.forms import FORMS, Form
from tests.review.sound_objects import ENTRY, STATE, STAYS, WRONG, before, document, paths, put, verdicts


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """One object of a modelled kind with one thing wrong, and where."""
    group, kind = draw(st.sampled_from(sorted(FORMS)))
    found = document(group, kind)
    match draw(st.integers(0, 3)):
        case 0:
            found["spec"] = draw(st.sampled_from([[], "text", 1, True, [{}]]))
            return "spec", found
        case 1:
            key = draw(st.sampled_from(["name", "namespace", "labels", "annotations", "ownerReferences"]))
            wrong: list[Any] = [[1], 1, True] if key != "ownerReferences" else ["text", 1, [1]]
            found["metadata"][key] = draw(st.sampled_from(wrong))
            return f"metadata.{key}", found
        case _:
            path, form = draw(st.sampled_from(list(paths(FORMS[group, kind]))))
            wrong_values = WRONG[form] if isinstance(form, Form) else ("text", 1, True)
            put(found["spec"], path, copy.deepcopy(draw(st.sampled_from(wrong_values))))
            spoken = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
            return f"spec{spoken}", found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken())
def test_a_malformed_object_is_named_and_costs_what_it_can_touch(drawn: tuple[str, dict[str, Any]]) -> None:
    path, item = drawn
    found, named = verdicts([*yaml.safe_load_all(STATE), item])
    assert any(path in one and "fix it" in one for one in named), (path, named)
    for cell, verdict in before().items():
        assert found[cell] in (verdict, Verdict.UNKNOWN), cell
        stays = item["kind"] in STAYS and not path.startswith("metadata.name")
        if stays and cell[0].startswith("b/"):
            assert found[cell] == verdict, (cell, path)


@pytest.mark.parametrize(("group", "kind"), sorted(FORMS))
def test_a_sound_object_of_every_kind_is_not_called_malformed(group: str, kind: str) -> None:
    named = verdicts([*yaml.safe_load_all(STATE), document(group, kind)])[1]
    assert not [one for one in named if "fix it" in one]


@pytest.mark.parametrize("missing", ["metadata", "name"])
def test_an_object_without_a_name_is_named(missing: str) -> None:
    item = document("networking.istio.io", "Sidecar")
    if missing == "metadata":
        del item["metadata"]
    else:
        del item["metadata"]["name"]
    found, named = verdicts([*yaml.safe_load_all(STATE), item])
    assert any(f"{missing}: missing" in one for one in named)
    assert before().keys() <= found.keys()


def test_the_host_of_a_malformed_entry_has_rows_and_they_are_unknown() -> None:
    item = copy.deepcopy(ENTRY)
    item["spec"]["ports"][0]["number"] = "80"
    found, named = verdicts([*yaml.safe_load_all(STATE), item])
    assert [
        verdict for (who, host, _), verdict in found.items() if (who, host) == ("a/w", "other.example.com")
    ] == [
        Verdict.UNKNOWN,
        Verdict.UNKNOWN,
    ]
    assert found["a/w", "kept.example.com", "http"] is before()["a/w", "kept.example.com", "http"]
    assert len(named) == 1


def test_strict_stops_at_a_malformed_object(tmp_path: Path) -> None:
    item = document("security.istio.io", "PeerAuthentication") | {"spec": []}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([*yaml.safe_load_all(STATE), item]))
    with pytest.raises(ReviewError, match=r"a\.yaml:\d+: spec: \[\] is no block of fields.*fix it"):
        read([tmp_path], strict=True)


def stacks(folder: Path, resources: Mapping[str, Any]) -> Path:
    stack = folder / "stacks" / "egress"
    stack.mkdir(parents=True)
    manifests = {f"m{number}": {"manifest": one} for number, one in enumerate(yaml.safe_load_all(STATE))}
    document = {"resource": {"kubernetes_manifest": manifests, **resources}}
    (stack / "cdk.tf.json").write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize(
    ("resources", "told", "touched"),
    [
        ({"count": 0, "manifest": ENTRY}, None, set()),
        ({"for_each": {}, "manifest": ENTRY}, None, set()),
        ({"count": "${var.on}", "manifest": ENTRY}, "count is not read here", {"other.example.com"}),
        ({"count": 2, "manifest": ENTRY}, "count is not read here", {"other.example.com"}),
        ({"for_each": ["x"], "manifest": ENTRY}, "for_each is not read here", {"other.example.com"}),
        ({"manifest": ENTRY | {"spec": []}}, "spec: [] is no block of fields", None),
        ({"manifest": "${1 + 1}"}, "", None),
        ([], "a list, where a block of arguments belongs", None),
        ({"manifest": []}, "no object of Kubernetes", None),
        ({"manifest": ENTRY | {"metadata": []}}, "metadata: [] is no block of fields", {"other.example.com"}),
    ],
)
def test_one_resource_of_terraform_costs_what_it_can_touch(
    tmp_path: Path, resources: Any, told: str | None, touched: set[str] | None
) -> None:
    folder = stacks(tmp_path, {"random_pet": {"any": {}}})
    text = json.loads((folder / "stacks/egress/cdk.tf.json").read_text())
    text["resource"]["kubernetes_manifest"]["one"] = resources
    (folder / "stacks/egress/cdk.tf.json").write_text(json.dumps(text))
    inventory = read([folder])
    rows = {(r.identity, r.host): r.answer.verdict for r in Matrix(Cluster(inventory)).rows()}
    named = [one for one in inventory.not_understood if "random_pet" not in one]
    if told is None:
        assert named == []
        assert "other.example.com" not in {host for _, host in rows}
        return
    assert any(told in one and "one" in one for one in named), named
    if touched is not None:
        unknown = {host for (who, host), verdict in rows.items() if verdict is Verdict.UNKNOWN}
        assert unknown == touched


def test_a_malformed_object_beside_others_is_no_error_of_the_program(tmp_path: Path) -> None:
    item = document("networking.istio.io", "Gateway") | {"spec": "text"}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([*yaml.safe_load_all(STATE), item]))
    for verb in ("list", "findings", "report"):
        output = ["--output", str(tmp_path / "page.html")] if verb == "report" else []
        done = subprocess.run(
            [sys.executable, "-m", "egress", verb, "--input", str(tmp_path / "a.yaml"), *output],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "fault of the program" not in done.stderr
        assert done.returncode == 0 or verb == "findings"
