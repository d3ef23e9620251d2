"""What a plan states beside the values of its resources: providers, data sources, modules, and what it does besides."""

from collections.abc import Iterator, Mapping
from typing import Any

from egress.review.inventory import Beside

_META = ("provisioners", "depends_on", "count_expression", "for_each_expression", "provider_config_key")
_USUAL = frozenset({"no-op", "read", "create", "update"})
"""Actions that lead to the planned values and to nothing else."""


def beside_resources(document: Mapping[str, Any]) -> Iterator[Beside]:
    """Every statement of a plan's configuration that is no value of a resource, and every unusual action."""
    configuration = document.get("configuration") or {}
    for name, body in (configuration.get("provider_config") or {}).items():
        yield Beside(address=f"provider.{name}", kind="provider", body=body)
    for name, body in (document.get("variables") or {}).items():
        yield Beside(address=f"var.{name}", kind="variable", body=body)
    yield from _of_module(configuration.get("root_module") or {}, "")
    for change in document.get("resource_changes") or ():
        done = change.get("change") or {}
        unusual = [action for action in done.get("actions") or () if action not in _USUAL]
        body = {
            **({"actions": done["actions"]} if unusual else {}),
            **({"importing": done["importing"]} if done.get("importing") else {}),
            **({"moved_from": change["previous_address"]} if change.get("previous_address") else {}),
        }
        if body and change.get("mode") != "data":
            yield Beside(address=f"plan of {change['address']}", kind="plan", body=body)


def _references(expression: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    """What each expression of a resource refers to, by its place."""
    if isinstance(expression, Mapping):
        if isinstance(references := expression.get("references"), list):
            yield path, [str(one) for one in references]
        for key, inner in expression.items():
            if key not in ("references", "constant_value"):
                yield from _references(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(expression, list):
        for number, inner in enumerate(expression):
            yield from _references(inner, f"{path}[{number}]")


def _of_module(module: Mapping[str, Any], scope: str) -> Iterator[Beside]:
    for name, body in (module.get("outputs") or {}).items():
        yield Beside(address=f"{scope}output.{name}", kind="output", body=body)
    for item in module.get("resources") or ():
        address = f"{scope}{item['address']}"
        if item.get("mode") == "data":
            stated = {key: value for key, value in item.items() if key != "schema_version"}
            yield Beside(address=address, kind=f"data {item.get('type')}", body=stated)
            continue
        meta = {key: item[key] for key in _META if item.get(key)}
        if named := dict(_references(item.get("expressions"), "")):
            # A value that is known only after the apply is told apart by what it refers to.
            meta["references"] = named
        if meta:
            yield Beside(address=f"arguments of {address}", kind="arguments", body=meta)
    for name, call in (module.get("module_calls") or {}).items():
        told = {key: value for key, value in call.items() if key != "module"}
        yield Beside(address=f"{scope}module.{name}", kind="module", body=told)
        yield from _of_module(call.get("module") or {}, f"{scope}module.{name}.")
