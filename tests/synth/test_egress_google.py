"""egress: a team's Google identity and its bucket, and the gateway the stack builds on."""

from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import SynthesizedStack

ACCOUNT = "sa-test-app-team-x"
MEMBER = f"serviceAccount:{ACCOUNT}@your-project-id.iam.gserviceaccount.com"


def test_team_x_has_the_tutorials_google_account(egress: SynthesizedStack) -> None:
    assert egress.all("google_service_account") == {ACCOUNT: {"account_id": ACCOUNT}}


def test_only_team_xs_test_workload_may_act_as_it(egress: SynthesizedStack) -> None:
    (binding,) = egress.all("google_service_account_iam_member").values()

    assert binding["role"] == "roles/iam.workloadIdentityUser"
    assert binding["member"] == "serviceAccount:your-project-id.svc.id.goog[team-x/test]"
    assert binding["service_account_id"].endswith(MEMBER.removeprefix("serviceAccount:"))


def test_the_workload_is_told_which_account_it_is(egress: SynthesizedStack) -> None:
    annotations = egress.object("ServiceAccount", "test", "team-x")["metadata"]["annotations"]

    assert annotations == {"iam.gke.io/gcp-service-account": MEMBER.removeprefix("serviceAccount:")}
    assert "annotations" not in egress.object("ServiceAccount", "test", "team-y")["metadata"]


def test_the_bucket_is_named_after_the_project_and_closed_to_the_public(egress: SynthesizedStack) -> None:
    bucket = egress.one("google_storage_bucket", "your-project-id-bucket")

    assert bucket["uniform_bucket_level_access"] is True
    assert bucket["public_access_prevention"] == "enforced"


def test_the_bucket_holds_the_tutorials_hello(egress: SynthesizedStack) -> None:
    assert egress.one("google_storage_bucket_object", "hello") == {
        "bucket": "your-project-id-bucket",
        "name": "hello",
        "content": "Hello, World!\n",
    }


def test_team_xs_account_may_list_and_view_the_bucket_and_no_more(egress: SynthesizedStack) -> None:
    (viewer,) = egress.all("google_storage_bucket_iam_member").values()

    assert viewer == {
        "bucket": "your-project-id-bucket",
        "role": "roles/storage.objectViewer",
        "member": MEMBER,
    }


def test_the_stack_plans_only_when_the_gateways_service_maps_the_ports_the_policies_name(
    every: Synthesis,
) -> None:
    egress = every.stacks["egress"]
    service = egress.raw("data.kubernetes_service_v1", "istio-egressgateway")
    conditions = [each["condition"] for each in service["lifecycle"]["postcondition"]]
    ports = {
        value
        for policy in egress.of_kind("AuthorizationPolicy")
        for rule in policy["spec"].get("rules", [])
        for condition in rule["when"]
        if condition["key"] == "destination.port"
        for value in condition["values"]
    }

    assert ports <= {"8080", "8443", "9443"}
    for port in ports:
        assert any(f':{port}"' in condition for condition in conditions), f"no postcondition names {port}"


def test_an_object_in_a_teams_namespace_waits_for_the_namespace(egress: SynthesizedStack) -> None:
    for team in ("team-x", "team-y"):
        namespace = egress.address("kubernetes_namespace_v1", team)
        for address, body in egress.raws().items():
            if _namespace(body) == team:
                assert namespace in _waits_for(egress, address), f"{address} does not wait for {namespace}"


def _namespace(body: dict[str, object]) -> object:
    block = body.get("manifest", body)
    assert isinstance(block, dict)
    metadata = block.get("metadata", {})
    return metadata.get("namespace")


def _waits_for(stack: SynthesizedStack, address: str) -> set[str]:
    """What `depends_on` names, directly or on the way."""
    found: set[str] = set()
    waiting = [address]
    while waiting:
        for each in stack.raws()[waiting.pop()].get("depends_on", []):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found
