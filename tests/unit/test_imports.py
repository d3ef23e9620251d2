"""The order of the packages, and that nothing imports upward or in a circle; what proof and review may share."""

import pytest

from tests.unit.house import circles, imports, modules, package_of

FLOORS: tuple[tuple[str, ...], ...] = (
    ("egress.environments.errors", "egress.source", "egress.terraform", "lazy_bindings"),
    ("egress.config",),
    ("egress.derived",),
    ("egress.checks", "egress.logs", "egress_constructs"),
    ("egress.environments.record", "egress.environments.selection", "stacks"),
    ("egress.drift", "egress.review"),
    ("egress.synthesis",),
    ("egress.environments", "egress.proof"),
    ("egress.observed",),
    ("egress", "bench", "experiments", "posture"),
    ("main",),
)
"""From the ground up: a package imports from floors below it, never from its own floor or from above."""

PROOF: tuple[tuple[str, ...], ...] = (
    ("egress.proof", "egress.proof.errors"),
    ("egress.proof.toolchain",),
    ("egress.proof.network",),
    ("egress.proof.cluster",),
    ("egress.proof.asking",),
    ("egress.proof.differential",),
    ("egress.proof.command", "egress.proof.inside", "egress.proof.scale"),
)
"""The floors inside the proof."""

TERRAFORM: tuple[tuple[str, ...], ...] = (
    ("egress.terraform.errors", "egress.terraform.values", "egress.terraform.blocks"),
    ("egress.terraform.google", "egress.terraform.kubernetes"),
)
"""Of egress/terraform: a resource's parsers know nothing of stacks and references."""

WRITING = "egress.synthesis.checkout"
"""How another process writes the stacks."""

ABOUT_ISTIO = "egress.config.istio_releases"
"""Which releases of Istio there are, and the Go module of each: a table, no judgement."""


def upward(floors: tuple[tuple[str, ...], ...]) -> list[str]:
    """The imports that lead to the same floor's other package or to a higher floor."""
    level = {package: number for number, packages in enumerate(floors) for package in packages}
    found = []
    for module, others in sorted(imports().items()):
        for other in sorted(others):
            one, two = package_of(module, level), package_of(other, level)
            if one and two and one != two and level[two] >= level[one]:
                found.append(f"{module} imports {other}")
    return found


@pytest.mark.parametrize("floors", [FLOORS, PROOF, TERRAFORM], ids=["all", "proof", "terraform"])
def test_nothing_imports_upward(floors: tuple[tuple[str, ...], ...]) -> None:
    assert upward(floors) == []


def test_every_module_has_its_floor() -> None:
    packages = [package for floor in FLOORS for package in floor]

    assert [module for module in modules() if not package_of(module, packages)] == []
    assert [package for package in packages if not any(m.startswith(package) for m in modules())] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert [sorted(found) for found in circles(imports())] == []


def test_a_circle_and_an_upward_import_are_found() -> None:
    graph = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a", "d"}), "d": frozenset()}

    assert circles(graph) == [frozenset({"a", "b", "c"})]
    assert any("imports egress.source" in found for found in upward(FLOORS[::-1]))


def test_the_review_never_imports_the_proof() -> None:
    assert crossing("egress.review", "egress.proof") == []


def test_only_the_comparison_of_the_two_knows_the_review() -> None:
    """docs/adr/0006: a proof that asked the review would prove nothing."""
    elsewhere = [line for line in crossing("egress.proof", "egress.review") if ".differential." not in line]

    assert elsewhere == []
    assert crossing("egress.proof.differential", "egress.review")


def test_the_proof_and_the_review_share_parsing_alone() -> None:
    """Of what both import, nothing judges: egress.terraform, how stacks are written, and the table of Istio's releases.

    The proof tries besides what admission states and what drift tells; the review knows neither.
    """
    judges = ("egress.proof.differential", "egress.proof.command")
    of_the_proof = {
        other
        for module, others in imports().items()
        if module.startswith("egress.proof") and not module.startswith(judges)
        for other in others
        if not other.startswith("egress.proof")
    }
    of_the_review = {
        other
        for module, others in imports().items()
        if module.startswith("egress.review")
        for other in others
    }
    shared = of_the_proof & of_the_review

    tried = ("egress.derived.admission", "egress.drift")
    allowed = ("egress.terraform", WRITING, ABOUT_ISTIO, *tried)
    assert {package_of(other, allowed) for other in of_the_proof} == set(allowed)
    assert not any(package_of(other, tried) for other in of_the_review)
    assert {"egress.terraform.google", "egress.terraform.kubernetes"} <= shared


def crossing(one: str, other: str) -> list[str]:
    return [
        f"{module} imports {imported}"
        for module, others in sorted(imports().items())
        for imported in sorted(others)
        if package_of(module, (one,)) and package_of(imported, (other,))
    ]
