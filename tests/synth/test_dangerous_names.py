"""Names that meet others: a configuration is refused with the line that names it, or it synthesizes without a clash."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.source.problem import ConfigurationError
from tests.synth.conftest import Synthesize
from tests.synth.derived_resources import NOT_DERIVED, differences
from tests.unit.by_identity.generated import platform_file

SCOPES = [
    "access",
    "account",
    "admission",
    "backend",
    "bucket",
    "buckets",
    "control-planes",
    "deployment",
    "gateway",
    "gateway-isolation",
    "gateway-service",
    "google",
    "identities",
    "istio",
    "kubernetes",
    "namespace",
    "namespaces",
    "network-policies",
    "policy",
    "routing",
    "service",
    "service-account",
    "service-accounts",
    "teams",
    "workloads",
]
"""Ids of constructs."""

POLICIES = [
    "all-443",
    "control-plane",
    "deny",
    "dns",
    "google-apis",
    "identity-https",
    "metadata-server",
    "nothing",
    "outside",
    "same-namespace",
    "same-team",
]
"""Last words of the platform's own policies."""

TAKEN = [
    "default",
    "istio-egress",
    "istio-egressgateway",
    "istio-system",
    "istiod",
    "kube-system",
    "kubernetes",
]

TEAMS = [*SCOPES, *POLICIES, "team-x", "team-y", "x-outside", "t" * 63]

WORKLOADS = [
    *SCOPES,
    *TAKEN[1:],
    "authorizationpolicy-egress-team-x",
    "gateway-networkpolicy-allow-ingress-from-team-x",
    "networkpolicy-default-deny",
    "run-workloads",
    "service-account-foo",
    "sidecar-default",
    "w" * 63,
]

HOSTS = ["a-b.com", "a.b.com", "egress.gateway", "identity.a.b.com", "target-egress-gateway.x"]
LONG_HOST = ".".join(["h" * 60] * 3 + ["h" * 50])

API_GROUPS = ["a-b-com-ext", "egress-gateway", "googleapis", "target-egress-gateway-x-ext"]
ACCOUNTS = ["account", "bucket-data", "identities", "sa-application-nodes", "sa-gateway-nodes"]
OBJECTS = ["a/b", "a--b", "bucket", "viewers", "x.txt"]
ROLES = [
    "roles/pubsub.publisher",
    "roles/pubsub.subscriber",
    "projects/your-project-id/roles/pubsub.publisher",
]
REVISIONS = ["1-30-3", "base", "canary", "control-planes", "gateway", "release", "r" * 46]
TAGS = ["stable", "another", "t" * 43]

Files = dict[str, Any]


def some(words: list[str], least: int = 0, most: int = 3) -> st.SearchStrategy[list[str]]:
    """A few of the words, each once."""
    return (
        st.lists(st.sampled_from(words), min_size=least, max_size=most, unique=True) if words else st.just([])
    )


def rarely(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Seldom what is nearly always refused: more of it, and hardly a configuration would synthesize."""
    return st.integers(1, 30).flatmap(lambda drawn: rare if drawn == 30 else usual)


def often(words: list[str], refused: list[str]) -> st.SearchStrategy[list[str]]:
    """One to three words, seldom one that is always refused."""
    return rarely(some(words, 1), some([*words, *refused], 1))


@st.composite
def _team(
    draw: st.DrawFn, name: str, others: list[str], hosts: list[str], *, by_identity: bool
) -> dict[str, Any]:
    workloads = draw(often(WORKLOADS, ["default"]))
    google = draw(rarely(st.just([f"sa-{name[:20]}-x"]), some(ACCOUNTS)))
    roles = rarely(some(ROLES), st.lists(st.sampled_from(ROLES), max_size=3))
    objects = rarely(some(["a/b", "bucket", "viewers", "x.txt"]), some(OBJECTS))
    keys = rarely(st.just([f"bucket-{name[:20]}-x"]), some(["account", "bucket", "data"]))
    team: dict[str, Any] = {
        "workloads": {each: {"image": "gcr.io/some/image:1"} for each in workloads},
        "google_service_accounts": {
            account: {"used_by": [workloads[position % len(workloads)]], "roles": draw(roles)}
            for position, account in enumerate(google)
        },
        "buckets": {
            key: {"objects": dict.fromkeys(draw(objects), "text"), "viewers": google} for key in draw(keys)
        },
        "network_policies": {"to_teams": draw(some(others))},
    }
    if not by_identity:
        policies = rarely(st.none(), st.sampled_from(["egress-nothing", "egress-team-x-to-a-b-com", "mine"]))
        granted = draw(rarely(some(hosts), st.lists(st.sampled_from(hosts), max_size=3)))
        stated = [(host, draw(policies)) for host in granted]
        return team | {"grants": [{"to": host} | ({"policy": name} if name else {}) for host, name in stated]}
    further = [f"{name[:40]}-{each}" for each in draw(some(["access", "istio", "namespaces"]))]
    namespaces = draw(rarely(st.just(further), some([*SCOPES, *POLICIES])))
    free = [each for each in WORKLOADS if each not in workloads] + [f"{each}/access" for each in namespaces]
    return team | {
        "namespaces": namespaces,
        "service_accounts": draw(rarely(some(free), some(["default", *workloads]))),
        "groups": ["people@example.com"],
        "grants": [{"to": host, "service_accounts": [workloads[0]]} for host in draw(some(hosts))],
    }


@st.composite
def dangerous(draw: st.DrawFn) -> Files:
    """The files of a configuration whose names are all words that something else is called."""
    by_identity = draw(st.booleans())
    hosts, names = draw(often(HOSTS, [LONG_HOST])), draw(often(TEAMS, TAKEN))
    platform = platform_file()
    platform["cluster"]["groups_domain"] = "example.com"
    platform["mesh"]["revision"] = draw(
        rarely(st.sampled_from(REVISIONS), st.sampled_from(["r" * 47, "r" * 57]))
    )
    platform["mesh"].pop("tag", None)
    if draw(st.booleans()):
        platform["mesh"]["tag"] = draw(rarely(st.sampled_from(TAGS), st.sampled_from(["t" * 44, "t" * 63])))
    platform["network"]["nat"]["name"] = draw(rarely(st.just("n" * 61), st.just("n" * 62)))
    platform["tenants"] = {
        "network": draw(st.sampled_from(["default-deny", "as-stated"])),
        "admission": draw(st.sampled_from(["enforced", "none"])),
    }
    apis = {"hosts": ["storage.googleapis.com"], "visible_to": names}
    found: Files = {"platform.yaml": platform}
    for name in names:
        others = [each for each in names if each != name]
        found[f"teams/{name}.yaml"] = draw(_team(name, others, hosts, by_identity=by_identity))
    found["destinations.yaml"] = {
        "authorization": "by-identity" if by_identity else "by-namespace",
        "destinations": {host: {"http": "originate-tls"} for host in hosts},
        "google_apis": dict.fromkeys(draw(some(API_GROUPS, 0, 1)), apis),
    }
    return found


def loaded(data: Files) -> Configuration | ConfigurationError:
    """The configuration, or why it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in data.items():
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            # JSON is YAML in which every text is quoted.
            path.write_text(json.dumps(content, indent=1), encoding="utf-8")
        try:
            return load(Path(folder), {})
        except ConfigurationError as error:
            return error


def faults(error: ConfigurationError) -> list[str]:
    """The problems that do not say where they stand, or what to do."""
    return [
        str(problem)
        for problem in error.problems
        if not (
            problem.line
            or (not problem.path and "/teams/" in problem.file and "rename the file" in str(problem))
        )
        and "rename the team's file" not in problem.message
    ]


@given(data=dangerous())
@settings(max_examples=150)
def test_a_dangerous_name_is_refused_with_its_line_or_derived_once(data: Files) -> None:
    found = loaded(data)

    if isinstance(found, ConfigurationError):
        assert faults(found) == []


@given(data=dangerous())
@settings(max_examples=25)
def test_a_dangerous_name_is_refused_or_synthesizes_to_keys_of_its_own(
    data: Files, synthesize: Synthesize
) -> None:
    found = loaded(data)

    if isinstance(found, ConfigurationError):
        assert faults(found) == []
        return
    synthesis = synthesize(found)
    assert differences(synthesis) == []
    for stack in set(synthesis.stacks) - set(NOT_DERIVED):
        made = [
            each
            for each in synthesis.stacks[stack].resources
            if each.startswith("kubernetes_") and not each.startswith("data.")
        ]
        assert len(synthesis.stacks[stack].objects) == len(made)


def test_names_that_once_ended_in_a_traceback_synthesize(synthesize: Synthesize) -> None:
    words = ["access", "authorizationpolicy-egress-admission", "service-account-foo", "jobs", "namespace"]
    words.append("gateway-networkpolicy-allow-ingress-from-admission")
    image = {"image": "gcr.io/some/image:1"}
    team = {
        "namespaces": ["access-jobs", "workloads"],
        "groups": ["people@example.com"],
        "workloads": dict.fromkeys(words, image),
        "service_accounts": ["foo", "workloads/access"],
        "grants": [{"to": "a-b.com", "service_accounts": ["access"]}],
    }
    platform = platform_file()
    platform["cluster"]["groups_domain"] = "example.com"
    found = loaded(
        {
            "platform.yaml": platform,
            "destinations.yaml": {"destinations": {"a-b.com": {"http": "originate-tls"}}},
            "teams/admission.yaml": team,
            "teams/gateway-isolation.yaml": {"workloads": {"admission": image}},
            "teams/gateway.yaml": {"workloads": {"gateway": image}},
        }
    )

    assert isinstance(found, Configuration), str(found)
    assert differences(synthesize(found)) == []
