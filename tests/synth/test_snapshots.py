"""One snapshot per stack: any change of the Terraform JSON shows in its diff.

An alarm and no judgement; the facts stand in the other tests. `pytest tests/synth/test_snapshots.py
--snapshot-update` accepts a change.
"""

import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.synth.conftest import Synthesis


@pytest.mark.parametrize("stack", ["foundation", "cluster", "mesh", "egress"])
def test_the_stacks_json_is_as_before(stack: str, synthesis: Synthesis, snapshot: SnapshotAssertion) -> None:
    text = (synthesis.out / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8")
    document: Any = json.loads(text)

    assert document == snapshot(extension_class=JSONSnapshotExtension)
