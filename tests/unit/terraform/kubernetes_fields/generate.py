"""Writes egress/terraform/kubernetes/fields.json: how the provider's fields become Kubernetes' fields.

    python -m tests.unit.terraform.kubernetes_fields.generate

Run it when Pipfile takes another cdktf-cdktf-provider-kubernetes. The provider's schema says what is a block and what
is a map; Kubernetes' own schema says how the field is called there and whether it is a list or a number.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from egress.terraform.kubernetes.resource_types import NO_OBJECT, OBJECTS, PREFIX
from egress.terraform.kubernetes.table import FILE, camel_case
from tests.plan.bindings import folder_of, sources
from tests.plan.schema import Block, Reader
from tests.unit.terraform.kubernetes_fields import api

OWN = frozenset(
    {
        *("id", "timeouts", "target_state", "auto_approve"),
        *("wait_for_completion", "wait_for_default_service_account", "wait_for_load_balancer"),
        *("wait_for_rollout", "wait_for_service_account_token", "wait_until_bound"),
        *("data_wo_revision", "binary_data_wo_revision"),
    }
)
"""Arguments of a resource that tell Terraform what to do, and are no part of the object."""

INLINE = frozenset({"persistent_volume_source"})
"""Blocks whose fields stand in the object one level up."""

NAMES: Mapping[tuple[str, str], str] = {
    ("AzureDiskVolumeSource", "data_disk_uri"): "diskURI",
    ("DaemonSetSpec", "strategy"): "updateStrategy",
    ("GlusterfsPersistentVolumeSource", "endpoints_name"): "endpoints",
    ("GlusterfsVolumeSource", "endpoints_name"): "endpoints",
    **{
        (source, name): field
        for source in ("RBDPersistentVolumeSource", "RBDVolumeSource")
        for name, field in (
            ("ceph_monitors", "monitors"),
            ("rados_user", "user"),
            ("rbd_image", "image"),
            ("rbd_pool", "pool"),
        )
    },
    ("Secret", "binary_data"): "data",
    ("Secret", "binary_data_wo"): "data",
    ("Secret", "data"): "stringData",
    ("Secret", "data_wo"): "stringData",
    ("StorageClass", "storage_provisioner"): "provisioner",
}
"""Names that no rule gives, by the definition they stand in."""

UNKNOWN_TO_KUBERNETES = frozenset(
    {
        ("AzureFileVolumeSource", "secret_namespace"),
        ("HorizontalPodAutoscalerSpec", "target_cpu_utilization_percentage"),
        ("LocalObjectReference", "namespace"),
        ("Volume", "local"),
    }
)
"""What the provider takes and Kubernetes has no field for: it keeps its name, so that it is named and not dropped."""

FIELDS_OF = {"horizontal_pod_autoscaler": "autoscaling/v2"}
"""Types that take the fields of a later version too, and then send that one."""

Table = dict[str, Any]


class UnmappedFieldError(Exception):
    """A field of the provider's for which Kubernetes' schema has no field."""


class Generator:
    """Shapes of blocks; equal ones are written once."""

    def __init__(self) -> None:
        self.shapes: list[Table] = []
        self.unmapped: list[str] = []

    def type(self, noun: str, block: Block) -> int:
        """The number of the shape of a resource type."""
        api_version, kind = OBJECTS[noun]
        return self._shape(block, api.of_kind(FIELDS_OF.get(noun, api_version), kind), noun, top=True)

    def _shape(self, block: Block, schema: api.Schema, path: str, *, top: bool = False) -> int:
        shape: Table = {}
        for name, attribute in sorted(block["attributes"].items()):
            if (top and name in OWN) or _computed(attribute):
                shape[name] = ["", "own"]
            else:
                self._attribute(shape, name, attribute, schema, path)
        for name, nested in sorted(block["block_types"].items()):
            if top and name in OWN:
                shape[name] = ["", "own"]
            elif name in INLINE:
                shape[name] = ["", "inline", self._shape(nested["block"], schema, f"{path}.{name}")]
            else:
                self._block(shape, name, nested, schema, path)
        if shape not in self.shapes:
            self.shapes.append(shape)
        return self.shapes.index(shape)

    def _attribute(
        self, shape: Table, name: str, attribute: Mapping[str, Any], schema: api.Schema, path: str
    ) -> None:
        found, type_ = self._named(name, schema, path), attribute["type"]
        is_map = isinstance(type_, list) and type_[0] == "map"
        wanted = api.types(api.properties(schema)[found]) if found else set()
        if is_map:
            shape[name] = [found or camel_case(name), "data"]
        elif found is None:
            return
        elif isinstance(type_, list) and isinstance(type_[1], list):
            self.unmapped.append(f"{path}.{name}: an attribute of objects")
        elif "integer" in wanted:
            shape[name] = [found, "port" if found.lower().endswith("port") else "number"]
        elif "array" in wanted and not isinstance(type_, list):
            self.unmapped.append(f"{path}.{name}: a list in Kubernetes alone")
        elif "boolean" in wanted and type_ != "bool":
            shape[name] = [found, "switch"]
        elif found != camel_case(name):
            shape[name] = [found, "value"]

    def _block(
        self, shape: Table, name: str, nested: Mapping[str, Any], schema: api.Schema, path: str
    ) -> None:
        found = self._named(name, schema, path)
        target = api.properties(schema)[found] if found else {}
        is_list = "array" in api.types(target)
        inner = api.followed(target)["items"] if is_list else target
        number = self._shape(nested["block"], inner, f"{path}.{name}")
        shape[name] = [found or camel_case(name), "many" if is_list else "one", number]

    def _named(self, name: str, schema: api.Schema, path: str) -> str | None:
        """The name in Kubernetes' schema: the same letters, or its plural."""
        place = (api.title(schema), name)
        if place in NAMES:
            return NAMES[place]
        letters = name.replace("_", "")
        wanted = (letters, f"{letters}s", f"{letters}es", f"{letters.removesuffix('y')}ies")
        fields = {field.lower(): field for field in api.properties(schema)}
        for each in wanted:
            if each in fields:
                return fields[each]
        if schema and place not in UNKNOWN_TO_KUBERNETES:
            self.unmapped.append(
                f"{path}.{name}: {place[0]} has none of {', '.join(sorted(fields.values()))}"
            )
        return None


def _computed(attribute: Mapping[str, Any]) -> bool:
    """True for what the server alone sets."""
    return "computed" in attribute and not {"optional", "required"} & set(attribute)


def schemas() -> dict[str, Block]:
    """The provider's schema of every type that stands for an object, by the type without its prefix."""
    folders = {folder_of("kubernetes", f"{PREFIX}{noun}", data=False): noun for noun in OBJECTS}
    found = {}
    for folder, typescript in sources("kubernetes", folders).items():
        reader = Reader("kubernetes", typescript)
        if reader.type() != f"{PREFIX}{folders[folder]}":
            raise UnmappedFieldError(f"the folder {folder} is about {reader.type()}")
        found[folders[folder]] = reader.root()
    return found


def table() -> Table:
    """The table. Raises UnmappedFieldError, every unmapped field at once."""
    generator = Generator()
    types = {noun: generator.type(noun, block) for noun, block in sorted(schemas().items())}
    if generator.unmapped:
        raise UnmappedFieldError("\n".join(dict.fromkeys(generator.unmapped)))
    return {"types": types, "shapes": generator.shapes}


def written(found: Table) -> str:
    """The table as the file holds it: one line a type and one line a shape."""
    types = ",\n".join(f"    {json.dumps(noun)}: {number}" for noun, number in found["types"].items())
    shapes = ",\n".join(f"    {json.dumps(shape)}" for shape in found["shapes"])
    return f'{{\n  "types": {{\n{types}\n  }},\n  "shapes": [\n{shapes}\n  ]\n}}\n'


def main() -> int:
    """Write the file."""
    assert not set(OBJECTS) & set(NO_OBJECT)
    FILE.write_text(written(table()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
