"""The line that a weakened guard follows from: of the field's own key, not of the block around it."""

import json
from pathlib import Path
from typing import Any

import pytest

from egress.review.changes.guards import GUARDS, KEPT
from egress.review.locations.guard_keys import KEYS, keys_of

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "config/schema/platform.schema.json").read_text())
ALL = sorted({keys for by_field in KEYS.values() for listed in by_field.values() for keys in listed})


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference followed, of several forms the block."""
    for form in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in form:
            found: dict[str, Any] = SCHEMA["$defs"][form["$ref"].rpartition("/")[2]]
            return found
    return schema


@pytest.mark.parametrize("keys", ALL, ids=".".join)
def test_every_key_is_one_of_the_platforms(keys: tuple[str, ...]) -> None:
    found = SCHEMA
    for key in keys:
        properties = resolved(found).get("properties", {})
        assert key in properties, (keys, sorted(properties))
        found = properties[key]


def test_every_entry_is_of_a_guard() -> None:
    guarded = {guard.kind for guard in GUARDS} | {kept.kind for kept in KEPT}
    assert set(KEYS) <= guarded
    fields = {(guard.kind, ".".join(guard.path)) for guard in GUARDS}
    for kind, by_field in KEYS.items():
        for start in filter(None, by_field):
            assert any(one == kind and field.startswith(start) for one, field in fields), (kind, start)


def test_every_guard_of_the_platforms_resources_has_a_key() -> None:
    """Those of what a team states are in teams/*.yaml; a few are constants of the stacks."""
    constant = {
        "logging_config",
        "monitoring_config",
        "workload_identity_config",
        "network_policy",
        "management",
    }
    constant |= {
        "enable_legacy_abac",
        "enable_kubernetes_alpha",
        "logging_service",
        "master_auth",
        "oauth_scopes",
    }
    without = [
        f"{guard.kind}.{'.'.join(guard.path)}"
        for guard in GUARDS
        if guard.kind in KEYS and not keys_of(guard.kind, ".".join(guard.path))
        if not constant & set(guard.path)
    ]
    assert without == [
        "google_container_node_pool.node_config.sandbox_config.sandbox_type",
        "google_container_node_pool.node_config.confidential_nodes.enabled",
        "google_container_node_pool.network_config.enable_private_nodes",
    ]
