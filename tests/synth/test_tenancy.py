"""A stack for each team: what it holds, what a change of one team touches, and how a platform moves to it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from egress.derived.resources.moving import CREATED_ANEW, import_id
from egress.derived.resources.tenant import tenant_resources
from tests.synth.conftest import Synthesis, Synthesize
from tests.synth.derived_resources import differences

ROOT = Path(__file__).parents[2]
PRODUCTION = ROOT / "config" / "production"
TEAMS = ("team-x", "team-y")
RECORD = "environment.json"
"""Beside the stacks, from the command line alone: which environment they are of."""


def with_tenancy(folder: Path, tenancy: str) -> Path:
    shutil.copytree(PRODUCTION, folder)
    with (folder / "platform.yaml").open("a", encoding="utf-8") as platform:
        platform.write(f"\ntenancy: {tenancy}\n")
    return folder


@pytest.fixture(scope="module")
def tenancies(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesis]:
    """config/production with each tenancy."""
    folder = tmp_path_factory.mktemp("tenancies")
    return {
        name: synthesize(with_tenancy(folder / name / "production", name))
        for name in ("shared", "moving", "stack-per-team")
    }


def resources(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    """Every resource as written, by address; no two of `egress` and the teams' stacks share one."""
    found: dict[str, dict[str, Any]] = {}
    for id_, stack in synthesis.stacks.items():
        if id_ == "egress" or id_.startswith("team-"):
            own = {key: body for key, body in stack.raws().items() if not key.startswith("data.")}
            assert not found.keys() & own.keys()
            found |= own
    return found


def without_paths(bodies: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Without cdktf's note of where a resource lies, which begins with its stack."""
    return {address: {k: v for k, v in body.items() if k != "//"} for address, body in bodies.items()}


@pytest.mark.parametrize("tenancy", ["moving", "stack-per-team"])
def test_the_stacks_together_hold_what_the_shared_one_held(
    tenancy: str, tenancies: dict[str, Synthesis]
) -> None:
    assert without_paths(resources(tenancies[tenancy])) == without_paths(resources(tenancies["shared"]))
    assert differences(tenancies[tenancy]) == []


def test_nothing_of_a_team_is_left_in_egress(tenancies: dict[str, Synthesis]) -> None:
    egress = tenancies["stack-per-team"].stacks["egress"]

    assert [address for address in egress.resources if "teams_" in address] == []
    assert "removed" not in egress.document


def test_a_team_stack_reads_the_cluster_and_comes_after_egress(tenancies: dict[str, Synthesis]) -> None:
    synthesis = tenancies["stack-per-team"]
    manifest = json.loads((synthesis.out / "manifest.json").read_text(encoding="utf-8"))["stacks"]

    for team in TEAMS:
        stack = synthesis.stacks[f"team-{team}"]
        assert set(stack.document["data"]["terraform_remote_state"]) == {
            "cross-stack-reference-input-cluster"
        }
        assert "egress" in manifest[stack.id]["dependencies"]
        assert not any(other.startswith("team-") for other in manifest[stack.id]["dependencies"])


def test_only_a_team_with_google_resources_needs_the_google_provider(
    tenancies: dict[str, Synthesis],
) -> None:
    stacks = tenancies["stack-per-team"].stacks

    assert "google" in stacks["team-team-x"].document["provider"]
    assert "google" not in stacks["team-team-y"].document["provider"]


def test_the_shared_stacks_but_egress_do_not_depend_on_the_tenancy(tenancies: dict[str, Synthesis]) -> None:
    for stack in ("foundation", "cluster", "mesh"):
        first, *others = (synthesis.stacks[stack].document for synthesis in tenancies.values())
        assert all(other == first for other in others)


def changed(before: Synthesis, after: Synthesis) -> dict[str, set[str]]:
    """The stacks that differ, each with the resources that do."""
    found = {}
    for id_ in before.stacks.keys() | after.stacks.keys():
        one, other = (
            without_paths(each.stacks[id_].raws()) if id_ in each.stacks else {} for each in (before, after)
        )
        differing = {
            address for address in one.keys() | other.keys() if one.get(address) != other.get(address)
        }
        if differing:
            found[id_] = differing
    return found


@pytest.mark.parametrize(
    ("edit", "beside", "hosts"),
    [
        (("replicas: 1", "replicas: 3"), False, set()),
        (("methods: [GET]", "methods: [GET, HEAD]"), False, set()),
        (("grants:\n", "grants:\n  - { to: api.github.com, service_accounts: [test] }\n"), True, {"github"}),
        (("namespaces: [team-y-jobs]", "namespaces: [team-y-jobs, team-y-more]"), True, {"httpbin"}),
    ],
    ids=["a workload", "a grant's methods", "a grant", "a namespace"],
)
def test_a_change_of_one_team_changes_its_stack_and_the_objects_of_destinations_it_names(
    edit: tuple[str, str],
    beside: bool,
    hosts: set[str],
    tenancies: dict[str, Synthesis],
    synthesize: Synthesize,
    tmp_path: Path,
) -> None:
    folder = with_tenancy(tmp_path / "production", "stack-per-team")
    file = folder / "teams" / "team-y.yaml"
    text = file.read_text(encoding="utf-8").replace("\ngrants:", "\n    replicas: 1\n\ngrants:", 1)
    before = tenancies["stack-per-team"]
    if edit[0].startswith("replicas"):
        file.write_text(text, encoding="utf-8")
        before = synthesize(folder)
    assert edit[0] in text
    file.write_text(text.replace(*edit), encoding="utf-8")
    found = changed(before, synthesize(folder))

    egress = found.pop("egress", set())
    # team-x says that it calls team-y: its proxies and policies know team-y's namespaces.
    if "namespaces" in edit[0]:
        assert all("team-x" in address for address in found.pop("team-team-x"))
    assert set(found) == {"team-team-y"}
    assert bool(egress) is beside
    assert all(any(host in address for host in hosts) for address in egress), egress


def test_moving_forgets_in_egress_and_imports_in_the_teams_stack(tenancies: dict[str, Synthesis]) -> None:
    synthesis = tenancies["moving"]
    shared = tenancies["shared"].stacks["egress"]
    of_teams = {address for address in shared.resources if ".teams_" in address}
    removed = synthesis.stacks["egress"].document["removed"]

    assert {block["from"] for block in removed} == of_teams
    assert all(block["lifecycle"] == {"destroy": False} for block in removed)
    imported = {
        block["to"] for team in TEAMS for block in synthesis.stacks[f"team-{team}"].document["import"]
    }
    left = {address.partition(".")[0] for address in of_teams - imported}
    assert imported <= of_teams
    assert left == CREATED_ANEW


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("kubernetes_namespace_v1", "team-x"),
        ("kubernetes_deployment_v1", "team-x/batch"),
        ("kubernetes_network_policy_v1", "istio-egress/allow-ingress-from-team-x"),
        ("kubernetes_role_binding_v1", "team-x/run-workloads"),
        (
            "kubernetes_manifest",
            "apiVersion=networking.istio.io/v1,kind=Sidecar,namespace=team-x,name=default",
        ),
        (
            "google_service_account",
            "projects/your-project-id/serviceAccounts/sa-test-app-team-x@your-project-id.iam.gserviceaccount.com",
        ),
        (
            "google_service_account_iam_member",
            "projects/your-project-id/serviceAccounts/sa-test-app-team-x@your-project-id.iam.gserviceaccount.com"
            " roles/iam.workloadIdentityUser serviceAccount:your-project-id.svc.id.goog[team-x/test]",
        ),
        ("google_storage_bucket", "your-project-id/your-project-id-bucket"),
        (
            "google_storage_bucket_iam_member",
            "b/your-project-id-bucket roles/storage.objectViewer"
            " serviceAccount:sa-test-app-team-x@your-project-id.iam.gserviceaccount.com",
        ),
    ],
)
def test_an_import_names_the_object_as_its_provider_does(
    type_: str, expected: str, tenancies: dict[str, Synthesis]
) -> None:
    configuration = tenancies["moving"].configuration
    found = [
        import_id(configuration, "team-x", each)
        for each in tenant_resources(configuration, "team-x")
        if each.type == type_
    ]

    assert expected in found


SHARDED = """
import sys
import stacks.synthesis as synthesis
from main import main
synthesis.STACKS_OF_A_SHARD = 1
raise SystemExit(main(sys.argv[1:]))
"""


def run(*arguments: str, out: Path, program: tuple[str, ...] = ("main.py",)) -> str:
    environ = {"PATH": "/usr/bin:/bin", "CDKTF_OUTDIR": str(out), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *program, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.json") if path.name != RECORD
    }


def test_several_processes_write_the_bytes_that_one_writes(
    tenancies: dict[str, Synthesis], tmp_path: Path
) -> None:
    config = with_tenancy(tmp_path / "production", "stack-per-team")
    out = tmp_path / "out"
    run("--config", str(config), "--processes", "2", out=out, program=("-c", SHARDED))

    assert files(out) == files(tenancies["stack-per-team"].out)


def test_a_stack_alone_is_written_as_among_all_and_without_the_others(
    tenancies: dict[str, Synthesis], tmp_path: Path
) -> None:
    config = with_tenancy(tmp_path / "production", "stack-per-team")
    out = tmp_path / "out"
    printed = run("--config", str(config), "--stacks", "team-team-x", "egr*", out=out)

    whole = files(tenancies["stack-per-team"].out)
    alone = files(out)
    stacks = json.loads(alone.pop("manifest.json"))["stacks"]
    assert set(alone) == {"stacks/egress/cdk.tf.json", "stacks/team-team-x/cdk.tf.json"}
    assert all(whole[name] == content for name, content in alone.items())
    # cdktf stops at a dependency that the manifest does not have.
    assert {name: stack["dependencies"] for name, stack in stacks.items()} == {
        "egress": [],
        "team-team-x": ["egress"],
    }
    assert [line.split()[0] for line in printed.splitlines()[1:3]] == ["egress", "team-team-x"]


def test_the_stack_of_a_team_that_is_gone_is_not_left_for_the_review(tmp_path: Path) -> None:
    config, out = with_tenancy(tmp_path / "production", "stack-per-team"), tmp_path / "out"
    gone = out / "stacks" / "team-team-z" / "cdk.tf.json"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}", encoding="utf-8")
    run("--config", str(config), out=out)

    assert not gone.exists()
    assert (out / "stacks" / "team-team-y" / "cdk.tf.json").exists()
