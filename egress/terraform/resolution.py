"""Resolves the references of several stacks to values."""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from egress.terraform.computed import computed
from egress.terraform.errors import TerraformError
from egress.terraform.expressions import (
    Call,
    Expression,
    Index,
    Literal,
    Mapping,
    Reference,
    Template,
    Tuple,
    parse_template,
)
from egress.terraform.functions import call
from egress.terraform.stack_files import StackFile
from egress.terraform.values import Unknown

Value = Any
"""A Terraform value: JSON, or Unknown."""

_META = frozenset({"//", "depends_on", "provider", "lifecycle", "provisioner", "connection"})
_REMOTE_STATE_PREFIX = "cross-stack-reference-input-"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource (or data source) with its references resolved."""

    stack: str
    type: str
    name: str
    body: dict[str, Value]
    provider: str | None = None
    data: bool = False
    written: AbstractMapping[str, Any] = field(default_factory=dict)
    """The whole block as it is written, meta-arguments included."""

    @property
    def meta(self) -> dict[str, Any]:
        """Its meta-arguments as they are written."""
        return {key: self.written[key] for key in self.written if key in _META and key != "//"}

    @property
    def address(self) -> str:
        """The address in its stack, as `terraform state list` prints it."""
        return f"{'data.' if self.data else ''}{self.type}.{self.name}"

    @property
    def qualified_address(self) -> str:
        """The address with its stack in front, `egress: kubernetes_manifest.x`."""
        return f"{self.stack}: {self.address}"


@dataclass
class _Stack:
    file: StackFile
    resolved: dict[tuple[str, str], dict[str, Value]] = field(default_factory=dict)
    locals: dict[str, Value] = field(default_factory=dict)


Tell = Callable[["Unread"], None]


class Unread(NamedTuple):
    """A resource that is not read as Terraform would, with why."""

    stack: str
    type: str
    name: str
    raw: AbstractMapping[str, Any]
    told: str
    data: bool


def resolve(stacks: Iterable[StackFile], unread: Tell | None = None) -> list[Resource]:
    """Resolve every resource and data source of the stacks, in the order they stand in the files.

    A resource with a reference to something that no stack declares, a cycle, or instances by count or for_each is told
    to `unread` and left out. Raises TerraformError for it where nobody is told.
    """
    return _Resolver({stack.id: _Stack(stack) for stack in stacks}).resources(unread)


class _Resolver:
    def __init__(self, stacks: AbstractMapping[str, _Stack]) -> None:
        self._stacks = stacks
        self._open: list[str] = []
        self._parsed: dict[str, Expression] = {}

    def resources(self, unread: Tell | None) -> list[Resource]:
        found = []
        for stack_id, stack in self._stacks.items():
            for section, data in (("resource", False), ("data", True)):
                for type_, name, raw in _declared(stack.file, section):
                    try:
                        if isinstance(raw, dict) and self._has_no_instance(stack_id, raw):
                            continue
                        found.append(self._resource(stack_id, type_, name, raw, data=data))
                    except (TerraformError, RecursionError) as error:
                        if unread is None:
                            raise
                        self._open.clear()
                        body = raw if isinstance(raw, dict) else {}
                        unread(Unread(stack_id, type_, name, body, str(error), data))
        return found

    def _has_no_instance(self, stack: str, raw: dict[str, Any]) -> bool:
        """True for a resource that is switched off: `count` of nothing, `for_each` over nothing."""
        if "count" in raw and str(self._value(stack, raw["count"])) in ("0", "false"):
            return True
        return "for_each" in raw and self._value(stack, raw["for_each"]) in ([], {})

    def _resource(self, stack: str, type_: str, name: str, raw: Any, *, data: bool) -> Resource:
        if not isinstance(raw, dict):
            raise TerraformError(
                f"{stack}: {type_}.{name}: a {type(raw).__name__}, where a block of arguments belongs; fix it"
            )
        for keyword in ("count", "for_each", "dynamic"):
            if keyword in raw:
                raise TerraformError(f"{stack}: {type_}.{name}: {keyword} is not read here: review the plan")
        provider = raw.get("provider")
        return Resource(
            stack=stack,
            type=type_,
            name=name,
            body=self._body(stack, ("data." if data else "") + type_, name),
            provider=provider if isinstance(provider, str) else None,
            data=data,
            written={key: value for key, value in raw.items() if key != "//"},
        )

    def _body(self, stack: str, type_: str, name: str) -> dict[str, Value]:
        """Resolve a resource's whole body, its provider's project and region filled in."""
        cache = self._stacks[stack].resolved
        if (type_, name) not in cache:
            raw = self._raw(stack, type_, name)
            body = {key: self._value(stack, value) for key, value in raw.items() if key not in _META}
            cache[type_, name] = self._defaults(stack, type_) | body
        return cache[type_, name]

    def _defaults(self, stack: str, type_: str) -> dict[str, Value]:
        """Return project, region and zone as the google provider supplies them to its resources."""
        if not type_.startswith("google_"):
            return {}
        providers = self._stacks[stack].file.document.get("provider", {}).get("google", [])
        first = providers[0] if isinstance(providers, list) and providers else {}
        wanted = {key: first[key] for key in ("project", "region", "zone") if key in first}
        return {key: self._value(stack, value) for key, value in wanted.items()}

    def _raw(self, stack: str, type_: str, name: str) -> dict[str, Any]:
        document = self._stacks[stack].file.document
        section = document.get("data", {}) if type_.startswith("data.") else document.get("resource", {})
        try:
            raw: dict[str, Any] = section[type_.removeprefix("data.")][name]
        except (KeyError, TypeError):
            raise TerraformError(f"{stack}: nothing declares {type_}.{name}, yet it is referred to") from None
        return raw

    def _value(self, stack: str, raw: Any) -> Value:
        if isinstance(raw, str):
            if "${" not in raw and "%{" not in raw:
                return raw
            if raw not in self._parsed:
                self._parsed[raw] = parse_template(raw)
            return self._evaluate(stack, self._parsed[raw])
        if isinstance(raw, list):
            return [self._value(stack, item) for item in raw]
        if isinstance(raw, dict):
            return {key: self._value(stack, value) for key, value in raw.items()}
        return raw

    def _evaluate(self, stack: str, expression: Expression) -> Value:
        match expression:
            case Literal(value):
                return value
            case Reference(steps):
                return self._reference(stack, steps, str(expression))
            case Call(function, arguments):
                return call(function, [self._evaluate(stack, argument) for argument in arguments])
            case Tuple(items):
                return [self._evaluate(stack, item) for item in items]
            case Mapping(pairs):
                return {self._evaluate(stack, key): self._evaluate(stack, value) for key, value in pairs}
            case Index(base, steps):
                return _walk(self._evaluate(stack, base), steps, "an expression")
            case Template(parts):
                return "".join(_text(self._evaluate(stack, part)) for part in parts)

    def _reference(self, stack: str, steps: tuple[str | int, ...], text: str) -> Value:
        where = f"{stack}: {text}"
        if where in self._open:
            raise TerraformError(f"a cycle of references: {' -> '.join([*self._open, where])}")
        self._open.append(where)
        try:
            return self._traverse(stack, steps, text)
        finally:
            self._open.pop()

    def _traverse(self, stack: str, steps: tuple[str | int, ...], text: str) -> Value:
        document = self._stacks[stack].file.document
        head, rest = str(steps[0]), steps[1:]
        if head == "terraform" and rest == ("workspace",):
            return "default"
        if head == "local":
            return _walk(self._value(stack, document.get("locals", {})[str(rest[0])]), rest[1:], text)
        if head == "var":
            variable = document.get("variable", {}).get(str(rest[0]), {})
            return self._value(stack, variable["default"]) if "default" in variable else Unknown.of(text)
        if head == "data":
            if rest[0] == "terraform_remote_state":
                return self._remote(stack, str(rest[1]), rest[2:], text)
            return self._attribute(stack, f"data.{rest[0]}", str(rest[1]), rest[2:], text)
        return self._attribute(stack, head, str(rest[0]), rest[1:], text)

    def _attribute(self, stack: str, type_: str, name: str, path: tuple[str | int, ...], text: str) -> Value:
        raw = self._raw(stack, type_, name)
        if not path:
            return self._body(stack, type_, name)
        attribute = str(path[0])
        if attribute in raw:
            return _walk(self._value(stack, raw[attribute]), path[1:], text)
        known = {key: raw[key] for key in raw if key not in _META}
        body = self._defaults(stack, type_) | {
            k: self._value(stack, v) for k, v in known.items() if k != attribute
        }
        value = body.get(attribute) or computed(type_, attribute, body)
        return Unknown.of(text) if value is None else value

    def _remote(self, stack: str, name: str, path: tuple[str | int, ...], text: str) -> Value:
        """Follow a terraform_remote_state data source to the output of the stack it reads."""
        self._raw(stack, "data.terraform_remote_state", name)
        producer = name.removeprefix(_REMOTE_STATE_PREFIX)
        if producer not in self._stacks:
            raise TerraformError(
                f"{stack}: {text} reads the state of {producer!r}, which is not among the stacks"
            )
        if len(path) < 2 or path[0] != "outputs":
            raise TerraformError(f"{stack}: {text} does not name an output")
        outputs = self._stacks[producer].file.document.get("output", {})
        if path[1] not in outputs:
            raise TerraformError(f"{stack}: {text}: stack {producer!r} has no output {path[1]!r}")
        return _walk(self._value(producer, outputs[path[1]]["value"]), path[2:], text)


def _declared(file: StackFile, section: str) -> Iterator[tuple[str, str, Any]]:
    """The resources of a stack: type, name and arguments. Raises TerraformError for what is no block of them."""
    by_type = file.document.get(section) or {}
    if not isinstance(by_type, dict):
        raise TerraformError(f"{file.path}: {section}: no block of resources by their types; fix it")
    for type_, by_name in by_type.items():
        if not isinstance(by_name, dict):
            raise TerraformError(
                f"{file.path}: {section}.{type_}: no block of resources by their names; fix it"
            )
        for name, raw in by_name.items():
            yield type_, name, raw


def _walk(value: Value, steps: tuple[str | int, ...], text: str) -> Value:
    """Follow attribute and index steps into a value; a single block may stand without its list."""
    for position, step in enumerate(steps):
        if isinstance(value, Unknown):
            return Unknown.of(text)
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, dict) and step == 0:
            continue
        elif isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, dict | list) and position == len(steps) - 1:
            return Unknown.of(text)
        else:
            raise TerraformError(f"{text}: nothing at step {step!r}")
    return value


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
