"""From a binding's TypeScript to a schema as `terraform providers schema -json` prints it."""

import re
from collections.abc import Mapping
from typing import Any

from tests.plan.bindings import UnreadableBindingError

Block = dict[str, Any]

PLUGIN_FRAMEWORK = frozenset({"helm"})
"""Providers whose structures are nested attributes; the others' (made with SDKv2) are attributes of object type."""

_CLASS = re.compile(r"^export class (\w+) extends cdktf\.(\w+) \{", re.MULTILINE)
_INTERFACE = re.compile(r"^export interface (\w+)(?: extends [\w.]+)? \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(
    r"// (?P<name>\w+) - computed: (?P<computed>true|false), optional: (?P<optional>true|false), "
    r"required: (?P<required>true|false)\n"
    r"\s*(?:private _\w+\??(?:: (?P<declared>[^;=]+))?"
    r"(?: = new (?P<struct>[\w.]+)\(this, \"\w+\"(?:, (?P<set>true|false))?\))?; *\n)?"
    r"\s*public get \w+\(\) \{\s*return (?P<getter>[^;]+);"
)
_CONSTRUCTED = re.compile(r"super\(terraformResource, terraformAttribute, (true|false)(, 0)?\)")

_SIMPLE = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "getAnyMapAttribute": "dynamic",
}
"""How the bindings read an attribute, and the type it then has."""

_MAPS = {
    "cdktf.StringMap": ["map", "string"],
    "cdktf.NumberMap": ["map", "number"],
    "cdktf.BooleanMap": ["map", "bool"],
    "cdktf.AnyMap": "dynamic",
}


class Reader:
    """The schemas of one folder of a binding."""

    def __init__(self, provider: str, typescript: str) -> None:
        self._provider = provider
        self._interfaces: Mapping[str, str] = dict(_INTERFACE.findall(typescript))
        heads = list(_CLASS.finditer(typescript))
        ends = [head.start() for head in heads[1:]] + [len(typescript)]
        self._bodies = {head[1]: typescript[head.end() : end] for head, end in zip(heads, ends, strict=True)}
        self._bases = {head[1]: head[2] for head in heads}

    def root(self) -> Block:
        """The block of the resource, data source or provider that the folder is about."""
        (name,) = (
            name
            for name, base in self._bases.items()
            if base in ("TerraformResource", "TerraformDataSource", "TerraformProvider")
        )
        return self._block(name, f"{name}Config")

    def type(self) -> str:
        """The Terraform type the folder says it is about."""
        (found,) = {
            match for body in self._bodies.values() for match in re.findall(r'tfResourceType = "(\w+)"', body)
        }
        return str(found)

    def _block(self, class_: str, interface: str) -> Block:
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        stated = self._interfaces.get(interface, "")
        for match in self._attributes(class_):
            name = match["name"]
            if match["struct"] is None or match["struct"].startswith("cdktf."):
                attributes[name] = {**_flags(match), "type": _simple(match)}
            elif re.search(rf"\* {name} block\n", stated):
                blocks[name] = self._nested_block(match)
            else:
                attributes[name] = {**_flags(match), **self._structure(match)}
        return {"attributes": attributes, "block_types": blocks}

    def _attributes(self, class_: str) -> list[re.Match[str]]:
        body = self._bodies[class_]
        found = list(_ATTRIBUTE.finditer(body))
        read = {match["name"] for match in found}
        if missing := [name for name in re.findall(r"// (\w+) - computed", body) if name not in read]:
            raise UnreadableBindingError(f"{class_}: cannot read {', '.join(missing)}")
        return found

    def _nested_block(self, match: re.Match[str]) -> dict[str, Any]:
        class_, nesting, single = self._element(match)
        block = self._block(class_, class_.removesuffix("OutputReference"))
        counted = {"min_items": 1} if match["required"] == "true" else {}
        if single and nesting != "single":
            counted["max_items"] = 1
        return {"nesting_mode": nesting, "block": block, **(counted if nesting != "single" else {})}

    def _structure(self, match: re.Match[str]) -> dict[str, Any]:
        """The type of an attribute that has attributes of its own."""
        class_, nesting, _ = self._element(match)
        block = self._block(class_, class_.removesuffix("OutputReference"))
        if self._provider in PLUGIN_FRAMEWORK:
            return {"nested_type": {"nesting_mode": nesting, "attributes": block["attributes"]}}
        inner = {name: _type(attribute) for name, attribute in block["attributes"].items()}
        object_ = ["object", inner]
        return {"type": object_ if nesting == "single" else [nesting, object_]}

    def _element(self, match: re.Match[str]) -> tuple[str, str, bool]:
        """The class of one element, how elements are nested, and whether there is one at most."""
        struct = str(match["struct"])
        if struct.endswith("OutputReference"):
            constructed = _CONSTRUCTED.search(self._bodies[struct])
            if constructed is None:
                raise UnreadableBindingError(f"{struct}: cannot tell a single block from a list of one")
            nesting = "set" if constructed[1] == "true" else "list" if constructed[2] else "single"
            return struct, nesting, True
        element = re.search(r"new (\w+OutputReference)\(", self._bodies[struct])
        if element is None:
            raise UnreadableBindingError(f"{struct}: cannot tell what its elements are")
        nesting = "map" if struct.endswith("Map") else "set" if match["set"] == "true" else "list"
        return element[1], nesting, False


def _flags(match: re.Match[str]) -> dict[str, bool]:
    return {flag: True for flag in ("computed", "optional", "required") if match[flag] == "true"}


def _simple(match: re.Match[str]) -> Any:
    if match["struct"]:
        return _MAPS[str(match["struct"])]
    getter = str(match["getter"])
    method = re.search(r"this\.(\w+)\(", getter)
    if method is None and "boolean" in (match["declared"] or ""):
        return "bool"
    if method is None and getter.startswith("this._"):
        return _declared(match)
    type_ = _SIMPLE.get(method[1] if method else "")
    if type_ is None:
        return "dynamic"
    if "Fn.tolist" in getter and isinstance(type_, list):
        return ["set", type_[1]]
    return type_


def _declared(match: re.Match[str]) -> Any:
    """A provider's own arguments are read from the field; its declaration says the type."""
    declared = (
        str(match["declared"] or "").replace("| undefined", "").replace("| cdktf.IResolvable", "").strip()
    )
    return {
        "string": "string",
        "number": "number",
        "boolean": "bool",
        "string[]": ["list", "string"],
        "{ [key: string]: string }": ["map", "string"],
    }.get(declared, "dynamic")


def _type(attribute: Mapping[str, Any]) -> Any:
    return attribute["type"]
