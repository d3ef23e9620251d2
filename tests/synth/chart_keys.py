"""Helm values against the keys that Istio's charts know; chart_values/generate.py says where those come from.

Only the gateway chart refuses an unknown key by itself, and no chart looks into its lists.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from tests.synth.object_schemas import problems

LISTINGS = Path(__file__).parent / "chart_values"

KINDS: dict[str, Any] = {
    "any": object,
    "boolean": bool,
    "list": list,
    "mapping": dict,
    "number": (int, float),
    "text": str,
}

Values = dict[str, Any]


def chart_problems(chart: str, values: Values) -> list[str]:
    """Everything that is wrong with a chart's values, as `path: message`."""
    listing = json.loads((LISTINGS / f"{chart}.json").read_text(encoding="utf-8"))
    found = list(_unknown(values, listing["values"], ""))
    if schema := listing.get("schema"):
        validator = jsonschema.Draft202012Validator(schema)
        found += [
            f"{'.'.join(map(str, each.path))}: {each.message}" for each in validator.iter_errors(values)
        ]
    if chart == "gateway":
        found += _kubernetes_problems(values)
    return found


def _unknown(values: Values, keys: Values, path: str) -> Iterator[str]:
    for key, value in values.items():
        place = f"{path}.{key}" if path else key
        known = keys.get(key)
        if known is None:
            yield f"{place}: the chart knows no such key; it knows {', '.join(sorted(keys))}"
        elif isinstance(known, dict):
            if isinstance(value, dict):
                yield from _unknown(value, known, place)
            else:
                yield f"{place}: {value!r} is no mapping"
        elif not isinstance(value, KINDS[known]) or (known == "number" and isinstance(value, bool)):
            yield f"{place}: {value!r} is no {known}"


def _kubernetes_problems(values: Values) -> list[str]:
    """What the chart copies into a Service and a Pod as it is."""
    service = {"ports": values.get("service", {}).get("ports", [])}
    placement = ("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints")
    pod: Values = {"containers": [{"name": "istio-proxy", "image": "auto"}]}
    pod |= {key: values[key] for key in placement if key in values}
    metadata = {"name": "gateway"}
    objects: list[Values] = [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod},
    ]
    return [problem for each in objects for problem in problems(each)]
