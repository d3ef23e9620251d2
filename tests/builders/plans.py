"""Plans as `terraform show -json` prints them, made from synthesized stacks."""

import json
from pathlib import Path
from typing import Any

from egress.terraform import read_stacks, resolve

BLOCKS = frozenset(
    {"metadata", "spec", "template", "node_config", "private_cluster_config", "ip_allocation_policy"}
)


def padded(value: Any, key: str = "") -> Any:
    """A value as a plan has it: single blocks as lists, absent attributes null."""
    if isinstance(value, dict):
        inner = {name: padded(item, name) for name, item in value.items()}
        return [{**inner, "timeouts": None}] if key in BLOCKS else inner
    return [padded(item) for item in value] if isinstance(value, list) else value


def plan_of(out: Path, stack: str) -> dict[str, Any]:
    """A plan's JSON for a stack, as `terraform show -json` describes it, with nothing applied yet."""
    resources, changes, configured = [], [], []
    raw = json.loads((out / "stacks" / stack / "cdk.tf.json").read_text())["resource"]
    for item in resolve(read_stacks(out)):
        if item.stack != stack or item.data:
            continue
        body = {key: value for key, value in item.body.items() if key != "//"}
        values = body if item.type == "kubernetes_manifest" else {k: padded(v, k) for k, v in body.items()}
        unknown: dict[str, Any] = {}
        expressions: dict[str, Any] = {}
        if accounts := values.get("target_service_accounts"):
            values["target_service_accounts"] = [None for _ in accounts]
            unknown["target_service_accounts"] = [True for _ in accounts]
            references = [
                reference.removeprefix("${").removesuffix("}")
                for reference in raw[item.type][item.name]["target_service_accounts"]
            ]
            expressions["target_service_accounts"] = {
                "references": [each for one in references for each in (one, one.rpartition(".")[0])]
            }
        common = {"address": item.address, "mode": "managed", "type": item.type, "name": item.name}
        resources.append({**common, "values": values})
        changes.append({**common, "change": {"after_unknown": unknown}})
        configured.append({**common, "expressions": expressions})
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }
