"""Whatever differs asks for agreement, unless an allow-list with reasons says otherwise.

Walked here: each section and meta-argument that Terraform's JSON has, each type of resource, and each place of the
synthesized stacks.
"""

import os
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from egress.review.changes.change import NOT_JUDGED, change
from egress.review.changes.harmless import TEXTS, Why
from egress.review.cluster import Cluster
from egress.review.comparison import Effect
from egress.review.errors import ReviewError
from egress.review.findings.finding import Level
from egress.review.inputs.reading import read
from egress.review.inputs.synthesized import inventory_of_stacks, read_synthesized
from egress.review.judgement import Judgement, judge_cluster
from egress.review.output.documents import ChangeReport
from egress.review.output.formats.summary_markdown import render
from egress.terraform import StackFile, read_stacks
from egress.terraform.statements import AssetContent
from tests.review.edits import Document, Edit, edited, page
from tests.review.mutations import TODAY, Mutation, Outcome, Walk, does_something, mutations

BLOCK: Document = {"name": "x"}
SECTIONS: dict[str, Any] = {
    "terraform": {"required_version": ">= 1.0"},
    "provider": {"google": [{"alias": "other", "project": "another-project"}]},
    "module": {"x": {"source": "./anything"}},
    "data": {"external": {"x": {"program": ["sh", "-c", "id"]}}},
    "resource": {"null_resource": {"x": {}}},
    "variable": {"x": {"default": "y"}},
    "locals": {"x": "y"},
    "output": {"x": {"value": "y"}},
    "moved": [{"from": "google_compute_network.a", "to": "google_compute_network.b"}],
    "removed": [{"from": "google_compute_network.a", "lifecycle": {"destroy": False}}],
    "import": [{"to": "google_compute_network.a", "id": "a"}],
    "check": {"x": {"assert": {"condition": "${true}", "error_message": "no"}}},
    "ephemeral": {"google_service_account_access_token": {"x": {}}},
    "action": {"local_command": {"x": {"config": {"command": "id"}}}},
    "no_such_section": {"x": BLOCK},
}
"""Every section of a Terraform file (developer.hashicorp.com, "JSON Configuration Syntax"), and one that is none."""

META: dict[str, Any] = {
    "lifecycle": {"prevent_destroy": True},
    "lifecycle-ignore": {"lifecycle": {"ignore_changes": ["labels"]}},
    "lifecycle-all": {"lifecycle": {"ignore_changes": "all"}},
    "lifecycle-create": {"lifecycle": {"create_before_destroy": True}},
    "lifecycle-replace": {"lifecycle": {"replace_triggered_by": ["google_compute_network.a"]}},
    "lifecycle-precondition": {
        "lifecycle": {"precondition": [{"condition": "${true}", "error_message": "no"}]}
    },
    "lifecycle-postcondition": {
        "lifecycle": {"postcondition": [{"condition": "${true}", "error_message": "no"}]}
    },
    "provisioner": [{"local-exec": {"command": "id"}}],
    "connection": {"type": "ssh", "host": "192.0.2.1"},
    "depends_on": ["google_compute_network.a"],
    "provider": "google.other",
    "count": 0,
    "for_each": {"a": "b"},
    "timeouts": {"create": "1m"},
    "dynamic": {"x": {"for_each": ["a"], "content": {}}},
    "no_such_argument": "x",
}
"""Every meta-argument of a resource, and each field of `lifecycle`."""

TYPES = (
    *("google_compute_network", "google_container_cluster", "google_dns_policy", "google_service_account"),
    *("kubernetes_manifest", "kubernetes_deployment_v1", "kubernetes_network_policy_v1", "helm_release"),
)


@pytest.fixture(scope="module")
def walk(production: Path) -> Walk:
    """The production stacks, judged once."""
    return Walk(production)


def merged(section: str, content: Any) -> Edit:
    """Adds to a section of a stack."""

    def edit(document: Document) -> None:
        there = document.setdefault(section, type(content)())
        if isinstance(there, list):
            there.extend(content)
            return
        for key, inner in content.items():
            if isinstance(there.get(key), list):
                there[key] = [*there[key], *inner]
            elif isinstance(there.get(key), dict):
                there[key] = {**there[key], **inner}
            else:
                there[key] = inner

    return edit


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_every_section_of_a_terraform_file_asks_when_it_changes(section: str, walk: Walk) -> None:
    changed = edited(walk.stacks, "egress", merged(section, SECTIONS[section]))
    for old, new in ((walk.stacks, changed), (changed, walk.stacks)):
        text, asks = page(old, new)
        assert asks, text
        assert "Nobody has to agree" not in text
        assert f"egress.{'null_resource.x' if section == 'resource' else section}" in text


@pytest.mark.parametrize("name", sorted(META))
@pytest.mark.parametrize("type_", TYPES)
def test_every_meta_argument_asks_when_it_changes(type_: str, name: str, walk: Walk) -> None:
    argument = name.partition("-")[0]
    content = META[name][argument] if argument != name else META[name]

    def edit(document: Document) -> None:
        next(iter(document["resource"][type_].values()))[argument] = content

    (stack, *_) = [one.id for one in walk.stacks if type_ in one.document["resource"]]
    told = walk.compared(edited(walk.stacks, stack, edit))
    assert told.outcome is Outcome.ASKS


def types_of(stacks: Iterable[StackFile]) -> list[tuple[str, str]]:
    return sorted({(stack.id, type_) for stack in stacks for type_ in stack.document["resource"]})


def test_every_type_of_resource_asks_when_another_one_comes(walk: Walk) -> None:
    """A copy under another name; kinds that only refuse or watch are on the allow-list."""
    quiet = set()
    for stack, type_ in types_of(walk.stacks):

        def edit(document: Document, type_: str = type_) -> None:
            name, body = next(iter(document["resource"][type_].items()))
            text = deepcopy(body)
            for holder in (
                text,
                text.get("metadata") or {},
                (text.get("manifest") or {}).get("metadata") or {},
            ):
                if "name" in holder:
                    holder["name"] = f"{holder['name']}-copy"
            document["resource"][type_][f"{name}-copy"] = text

        if walk.compared(edited(walk.stacks, stack, edit)).outcome is Outcome.GREEN:
            quiet.add(type_)
    assert quiet <= {"google_logging_metric", "google_monitoring_alert_policy", "kubernetes_manifest"}


ONLY_GIVES = {
    *(
        "google_compute_firewall",
        "google_compute_network_firewall_policy_rule",
        "google_dns_response_policy_rule",
    ),
    *("kubernetes_manifest", "kubernetes_role_binding_v1", "kubernetes_role_v1"),
}


def test_every_type_of_resource_asks_when_one_goes(walk: Walk) -> None:
    """Of the types that only give something, a resource that goes is named and asks nobody."""
    quiet = {
        type_
        for stack, type_ in types_of(walk.stacks)
        if walk.compared(
            edited(walk.stacks, stack, lambda document, type_=type_: document["resource"].pop(type_))  # type: ignore[misc]
        ).outcome
        is Outcome.GREEN
    }
    assert quiet <= ONLY_GIVES


UNKNOWN = (
    "google_something_new",
    "aws_instance",
    "null_resource",
    "http",
    "local_file",
    "kubernetes_something_v1",
)


@pytest.mark.parametrize("type_", UNKNOWN)
def test_a_type_that_nobody_has_heard_of_is_named_and_asks(type_: str, walk: Walk) -> None:
    text, asks = page(
        walk.stacks, edited(walk.stacks, "egress", merged("resource", {type_: {"x": {"a": "b"}}}))
    )
    assert asks
    assert f"`egress.{type_}.x`" in text


def grant(member: str, role: str) -> Document:
    return {"service_account_id": "x", "member": member, "role": role}


def manifest(kind: str, group: str, **fields: Any) -> Document:
    return {"manifest": {"apiVersion": group, "kind": kind, "metadata": {"name": "x"}, **fields}}


HOOKS = [{"name": "x.example.com", "clientConfig": {"url": "https://x.example.com"}}]
RESOURCES: dict[str, tuple[str, Document]] = {
    "impersonation": (
        "google_service_account_iam_member",
        grant("user:x@example.com", "roles/iam.serviceAccountUser"),
    ),
    "project-role": (
        "google_project_iam_member",
        {"project": "p", "role": "roles/owner", "member": "user:x@example.com"},
    ),
    "project-binding": ("google_project_iam_binding", {"role": "roles/editor", "members": ["allUsers"]}),
    "audit-config": ("google_project_iam_audit_config", {"service": "allServices"}),
    "custom-role": ("google_project_iam_custom_role", {"role_id": "x", "permissions": ["*"]}),
    "bucket": (
        "google_storage_bucket_iam_member",
        {"bucket": "b", "role": "roles/storage.admin", "member": "allUsers"},
    ),
    "mutating-webhook": (
        "kubernetes_manifest",
        manifest("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1", webhooks=HOOKS),
    ),
    "validating-webhook": (
        "kubernetes_manifest",
        manifest("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1", webhooks=HOOKS),
    ),
    "crd": (
        "kubernetes_manifest",
        manifest("CustomResourceDefinition", "apiextensions.k8s.io/v1", spec={"group": "x"}),
    ),
    "cluster-role-binding": (
        "kubernetes_manifest",
        manifest(
            "ClusterRoleBinding",
            "rbac.authorization.k8s.io/v1",
            roleRef={"kind": "ClusterRole", "name": "cluster-admin"},
            subjects=[{"kind": "Group", "name": "system:authenticated"}],
        ),
    ),
    "priority-class": ("kubernetes_manifest", manifest("PriorityClass", "scheduling.k8s.io/v1", value=1)),
    "log-sink": ("google_logging_project_sink", {"name": "x", "destination": "storage.googleapis.com/x"}),
    "log-exclusion": ("google_logging_project_exclusion", {"name": "x", "filter": "true"}),
    "perimeter": ("google_access_context_manager_service_perimeter_resource", {"resource": "projects/1"}),
    "dns-policy": (
        "google_dns_policy",
        {"name": "x", "alternative_name_server_config": {"target_name_servers": []}},
    ),
    "route": (
        "google_compute_route",
        {"name": "x", "dest_range": "0.0.0.0/0", "next_hop_gateway": "default"},
    ),
}


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_a_resource_that_gives_or_watches_is_named_when_it_comes_and_when_it_goes(
    name: str, walk: Walk
) -> None:
    type_, body = RESOURCES[name]
    changed = edited(walk.stacks, "egress", merged("resource", {type_: {"x": body}}))
    text, asks = page(walk.stacks, changed)
    assert asks
    assert f"`egress.{type_}.x`" in text
    text, asks = page(changed, walk.stacks)
    assert asks or name == "cluster-role-binding", text
    assert f"`egress.{type_}.x`" in text


def test_a_page_never_says_both_that_nobody_has_to_agree_and_that_something_is_not_judged(walk: Walk) -> None:
    rng = random.Random(20261128)  # noqa: S311 - a sample
    for mutation in rng.sample(list(mutations(walk.stacks)), 40):
        told = walk.told(mutation)
        if told.change is not None:
            text = render(ChangeReport(change=told.change, asks=told.change.asks(Level.WARNING)))
            assert "## Changed, and not judged" not in text, mutation
            assert "Nobody has to agree" in text, mutation


FURTHER = (
    *("more.tf", "override.tf.json", "terraform.tfvars", "x.auto.tfvars.json", "assets/a/b.txt"),
    *("mod/main.tf", "mod/deep/any.txt", ".terraform.lock.hcl", ".hidden/x", "../evil/main.tf"),
    *("../evil/x", "../../mod/main.tf", "../../any"),
)


@pytest.mark.parametrize("file", FURTHER)
def test_a_further_file_that_terraform_reads_asks(file: str, production: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cdktf.out"
    shutil.copytree(production, folder)
    added = folder / "stacks" / "egress" / file
    added.parent.mkdir(parents=True, exist_ok=True)
    added.write_text("{}")
    changed = tmp_path / "changed"
    shutil.copytree(folder, changed)
    (changed / "stacks" / "egress" / file).resolve().write_text("{ }")
    base, head = (judge_cluster(Cluster(read_synthesized(one)), [], TODAY) for one in (folder, changed))
    assert NOT_JUDGED in change(base, head, TODAY).asks(Level.WARNING), "its content"
    base, head = (judge_cluster(Cluster(read_synthesized(one)), [], TODAY) for one in (production, folder))
    found = change(base, head, TODAY)
    assert NOT_JUDGED in found.asks(Level.WARNING)
    place = os.path.normpath(f"stacks/egress/{file}")
    stack, _, rest = place.removeprefix("stacks/").partition("/")
    assert (f"{stack}.{rest}" if rest else stack) in [one.address for one in found.unjudged]


@pytest.mark.parametrize("folder", [False, True])
def test_where_a_link_leads_is_what_it_says(folder: bool, production: Path, tmp_path: Path) -> None:
    states = []
    for name in ("one", "other"):
        out, to = tmp_path / name, tmp_path / f"to-{name}"
        shutil.copytree(production, out)
        to.mkdir() if folder else to.write_text("x")
        (out / "stacks" / "egress" / "link").symlink_to(to)
        states.append(judge_cluster(Cluster(read_synthesized(out)), [], TODAY))
    base, head = states
    assert "egress.link" in [one.address for one in change(base, head, TODAY).unjudged if one.open_question]


@pytest.mark.parametrize(
    ("file", "head", "place"),
    [
        ("stacks/egress/cdk.tf.json", '{"resource": {"null_resource": {"x": {}}}, ', "resource"),
        (
            "stacks/egress/cdk.tf.json",
            '{"x": [{"a": {"b": 1, "b": 1}}], ',
            r"x\.0\.a\.b",
        ),
    ],
)
def test_a_key_that_is_there_twice_is_refused(
    file: str, head: str, place: str, production: Path, tmp_path: Path
) -> None:
    """Python's reader keeps the last of them, and Terraform reads both."""
    folder = tmp_path / "cdktf.out"
    shutil.copytree(production, folder)
    text = (folder / file).read_text()
    (folder / file).write_text(head + text.lstrip()[1:])
    with pytest.raises(ReviewError, match=rf"cdk\.tf\.json: {place} is there twice"):
        read_synthesized(folder)


def test_a_key_that_is_there_twice_is_refused_in_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"format_version": "1.2", "planned_values": {}, "planned_values": {}}')
    with pytest.raises(ReviewError, match=r"planned_values is there twice"):
        read([plan])


def test_where_a_stack_is_deployed_from_asks(production: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cdktf.out"
    shutil.copytree(production, folder)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("stacks/egress", "stacks/another"))
    base, head = (judge_cluster(Cluster(read_synthesized(one)), [], TODAY) for one in (production, folder))
    found = change(base, head, TODAY)
    assert NOT_JUDGED in found.asks(Level.WARNING)
    assert [one.address for one in found.unjudged] == ["manifest.json.egress"]


def test_a_vpc_that_loses_its_last_rule_is_weaker() -> None:
    """Without a rule there is no VPC to compare, and the rule that refused is gone all the same."""
    deny = {
        "name": "deny",
        "direction": "EGRESS",
        "deny": [{"protocol": "all"}],
        "destination_ranges": ["0.0.0.0/0"],
    }
    both = {
        "resource": {
            "google_compute_firewall": {"deny": deny},
            "google_service_account": {"a": {"account_id": "a"}},
        }
    }
    without = {"resource": {"google_service_account": {"a": {"account_id": "a"}}}}
    old, new = ([StackFile(id="x", path=Path("x"), document=one)] for one in (both, without))
    text, asks = page(old, new)
    assert "a guard is weakened" in asks
    assert "This rule is gone: deny every port (all) to 0.0.0.0/0" in text


@pytest.mark.parametrize(("action", "asks"), [("allow", False), ("deny", True)])
def test_a_rule_that_denies_fewer_names_asks(action: str, asks: bool, walk: Walk) -> None:
    def rule_with(document: Document, names: slice) -> None:
        for body in document["resource"]["google_compute_network_firewall_policy_rule"].values():
            body["action"] = action
            named = body["match"]["dest_fqdns"]
            body["match"]["dest_fqdns"] = named[names] or named

    old, new = (
        edited(walk.stacks, "egress", lambda document, names=names: rule_with(document, names))  # type: ignore[misc]
        for names in (slice(None), slice(1, None))
    )
    found = change(read_rules(old), read_rules(new), TODAY)
    assert bool(found.weakened) is asks
    listed = [one for one in found.unjudged if one.kind == "google_compute_network_firewall_policy_rule"]
    assert any(one.open_question for one in listed) is asks


def roles(*rules: Document) -> Document:
    return {"kubernetes_role_v1": {"x": {"metadata": {"name": "x", "namespace": "y"}, "rule": list(rules)}}}


def rule(resource: str, *verbs: str) -> Document:
    return {"api_groups": [""], "resources": [resource], "verbs": list(verbs)}


READS = (rule("pods", "get"), rule("secrets", "delete"), rule("configmaps", "list"))


@pytest.mark.parametrize(
    ("after", "asks"),
    [
        (READS[:2], False),
        (tuple(reversed(READS[:2])), False),
        # The same verbs and fewer, each given to another resource.
        ((rule("pods", "delete"), rule("secrets", "get"), READS[2]), True),
        ((rule("pods", "get", "delete"), READS[1]), True),
        ((rule("secrets", "delete", "get"),), True),
        ((), True),
    ],
)
def test_of_a_role_only_whole_rules_that_go_are_known_to_be_less(
    after: tuple[Document, ...], asks: bool, walk: Walk
) -> None:
    old, new = (edited(walk.stacks, "egress", merged("resource", roles(*rules))) for rules in (READS, after))
    base, head = (read_rules(side) for side in (old, new))
    found = change(base, head, TODAY)
    assert any(one.open_question for one in found.unjudged) is asks


def read_rules(stacks: list[StackFile]) -> Judgement:
    return judge_cluster(Cluster(inventory_of_stacks(stacks, "stacks")), [], TODAY)


def test_a_resource_under_another_address_asks_since_terraform_makes_it_anew(walk: Walk) -> None:
    def edit(document: Document) -> None:
        names = document["resource"]["google_service_account"]
        names["another"] = names.pop(next(iter(names)))

    stack = next(
        one.id
        for one in walk.stacks
        if "google_service_account" in one.document["resource"] and one.id == "egress"
    )
    found = walk.compared(edited(walk.stacks, stack, edit))
    assert found.outcome is not Outcome.GREEN


# The walk through every place.

CALM = frozenset({Effect.LOST, Effect.VIEW, Effect.CONDITIONAL})
"""What may become of an answer without anybody's agreement: less gets through, or it is refused in another way."""


def reasons(told: Any) -> frozenset[str]:
    """Why a green change is green: each reason of the allow-list, and `less` for answers that let less through."""
    found = told.change
    assert all(not one.open_question for one in found.unjudged)
    effects = {one.effect for one in found.comparison.changes}
    assert effects <= CALM
    named = {str(why) for one in found.unjudged for why in one.reasons}
    return frozenset(named | ({"less"} if effects else set()))


ALLOWED = frozenset({str(why) for why in Why} | {"less"})
GREEN_SHARE = 0.05
"""More green places than this would mean that the allow-list has grown into something else."""


def walked(walk: Walk, chosen: Iterable[Mutation]) -> tuple[Counter[str], dict[str, list[Mutation]]]:
    """The outcomes of some mutations, and the green ones by their reason."""
    outcomes: Counter[str] = Counter()
    green: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in chosen:
        told = walk.told(mutation)
        outcomes[str(told.outcome)] += 1
        if told.outcome is Outcome.GREEN:
            why = reasons(told)
            assert why, f"{mutation} is green, and nothing says why"
            assert why <= ALLOWED, mutation
            for one in why:
                green[one].append(mutation)
    return outcomes, green


def sampled(stacks: list[StackFile], count: int) -> list[Mutation]:
    """Some mutations, of as many families as there are, the same at each run."""
    rng = random.Random(7)  # noqa: S311 - a sample
    families: dict[str, list[Mutation]] = defaultdict(list)
    for mutation in mutations(stacks):
        families[mutation.family].append(mutation)
    chosen = [rng.choice(found) for found in families.values()]
    return [one for one in rng.sample(chosen, min(count, len(chosen))) if does_something(stacks, one)]


def test_a_sample_of_every_single_change_asks_or_has_a_reason_not_to(walk: Walk) -> None:
    outcomes, green = walked(walk, sampled(walk.stacks, 160))
    assert outcomes[str(Outcome.ASKS)] > 100
    assert sum(map(len, green.values())) < 30, green


@pytest.mark.walk
def test_every_single_change_asks_or_has_a_reason_not_to(walk: Walk) -> None:
    """Figures for docs/pull-requests.md are printed (`make test-walk`)."""
    every = [one for one in mutations(walk.stacks) if does_something(walk.stacks, one)]
    outcomes, green = walked(walk, every)
    print(f"\n{len(every):,} places changed: {dict(outcomes)}")  # noqa: T201
    for why, found in sorted(green.items(), key=lambda item: -len(item[1])):
        families = Counter(one.family for one in found)
        print(f"  {len(found):5,} {why}: {len(families)} kinds of places, such as {next(iter(families))}")  # noqa: T201
    assert outcomes[str(Outcome.GREEN)] < GREEN_SHARE * len(every)


def test_the_texts_for_people_are_texts_of_resources_that_the_stacks_have(walk: Walk) -> None:
    there = {type_ for _, type_ in types_of(walk.stacks)}
    assert {type_ for type_, _ in TEXTS} <= there


def test_the_synthesized_stacks_are_what_is_walked(production: Path, walk: Walk) -> None:
    assert [one.id for one in read_stacks(production)] == [one.id for one in walk.stacks]


def test_a_file_beside_the_stacks_is_read_where_it_is_compared_alone(
    production: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider's binary is one: `list` after a deploy would read hundreds of megabytes."""
    folder = tmp_path / "cdktf.out"
    shutil.copytree(production, folder)
    (folder / "stacks" / "egress" / "provider").write_bytes(b"binary")
    opened: list[Path] = []

    def told(one: AssetContent) -> str:
        opened.append(one.file)
        return "content"

    monkeypatch.setattr(AssetContent, "told", told)
    judged = judge_cluster(Cluster(read_synthesized(folder)), [], TODAY)
    assert opened == []
    change(judged, judged, TODAY)
    assert [file.name for file in opened] == ["provider", "provider"]
