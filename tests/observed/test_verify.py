"""What runs against what was proven: dumps that the proof's Envoys printed, changed as another cluster changes them."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from egress.observed.verification.attestation import PREDICATE, STATEMENT, subjects
from egress.observed.verification.comparison import compare, uncovered
from egress.observed.verification.dumps import Dump, dump_of, read_dumps
from egress.observed.verification.errors import VerificationError
from egress.observed.verification.normalized import FILTERS, LIST
from egress.observed.verification.probes import Probe, compared, jobs, probes
from egress.observed.verification.proving import FACTS
from egress.observed.verification.running import fetch
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from tests.review.conftest import ROOT, synthesize

DUMPS = Path(__file__).parent / "dumps"
FILES = sorted(DUMPS.glob("*.json.gz"))
Document = dict[str, Any]


def document(name: str) -> Document:
    found: Document = json.loads(gzip.decompress((DUMPS / f"{name}.json.gz").read_bytes()))
    return found


GATEWAY, SIDECAR = "istio-egress.istio-egressgateway-0", "team-x.test-0"


def section(found: Document, sort: str) -> Document:
    return next(each for each in found["configs"] if sort in each["@type"])


def elsewhere(found: Document) -> Document:
    """The same state in another cluster: other addresses, names, times, and istio-proxy's own filters."""
    text = json.dumps(found)
    for number, address in enumerate(sorted(set(re.findall(r"10\.2\.\d+\.\d+", text)))):
        text = re.sub(rf"(?<![0-9.]){re.escape(address)}(?![0-9])", f"172.20.7.{number + 1}", text)
    node = section(found, "BootstrapConfigDump")["bootstrap"]["node"]
    role, address, pod, domain = node["id"].split("~")
    name, _, namespace = pod.rpartition(".")
    text = text.replace(node["id"], f"{role}~10.99.3.4~{name}-5d9f7-abcde.{namespace}~{domain}")
    text = re.sub(rf"(?<![0-9.]){re.escape(address)}(?![0-9])", "10.99.3.4", text)
    moved: Document = json.loads(text)
    section(moved, "BootstrapConfigDump")["bootstrap"]["node"]["metadata"]["NAME"] = f"{name}-5d9f7-abcde"
    clusters = section(moved, "ClustersConfigDump")
    clusters["version_info"] = "another"
    for item in clusters["dynamic_active_clusters"]:
        item["last_updated"] = "2026-12-24T00:00:00Z"
        item["cluster"].setdefault("filters", []).insert(
            0, {"name": "istio.metadata_exchange", "typed_config": {}}
        )
    system = deepcopy(clusters["dynamic_active_clusters"][-1])
    for host in ("kube-dns.kube-system", "kubernetes.default", "collector.gmp-system"):
        system["cluster"]["name"] = f"outbound|443||{host}.svc.cluster.local"
        clusters["dynamic_active_clusters"].append(deepcopy(system))
    for item in section(moved, "ListenersConfigDump")["dynamic_listeners"]:
        for chain in item["active_state"]["listener"].get("filter_chains", ()):
            chain["filters"].insert(0, {"name": "istio.metadata_exchange"})
            for each in chain["filters"]:
                http = (each.get("typed_config") or {}).get("http_filters")
                if http:
                    http.insert(0, {"name": "istio.alpn"})
                    http.insert(-1, {"name": "istio.stats"})
    return moved


def dumps(*found: Document) -> list[Dump]:
    return [dump_of(each, "a dump") for each in found]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.partition(".json")[0])
def test_the_same_state_in_another_cluster_is_equal(file: Path) -> None:
    proven = document(file.name.removesuffix(".json.gz"))
    (found,) = compare(dumps(proven), dumps(elsewhere(proven)))
    assert found.differences == ()
    assert found.resources > 15


def listener(found: Document, name: str) -> Document:
    items = section(found, "ListenersConfigDump")["dynamic_listeners"]
    body: Document = next(item["active_state"]["listener"] for item in items if item["name"] == name)
    return body


def first(value: Any, key: str) -> Any:
    """The first mapping below a value that has a key."""
    if isinstance(value, dict):
        if key in value:
            return value
        return next((found for inner in value.values() if (found := first(inner, key))), None)
    if isinstance(value, list):
        return next((found for inner in value if (found := first(inner, key))), None)
    return None


def rules_open(found: Document) -> None:
    rules = first(listener(found, "0.0.0.0_8080"), "rules")["rules"]
    rules["policies"] = {"anybody": {"permissions": [{"any": True}], "principals": [{"any": True}]}}


def rules_gone(found: Document) -> None:
    for chain in listener(found, "0.0.0.0_8080")["filter_chains"]:
        for each in chain["filters"]:
            config = each.get("typed_config") or {}
            if "http_filters" in config:
                config["http_filters"] = [one for one in config["http_filters"] if "rbac" not in one["name"]]


def one_more_cluster(found: Document) -> None:
    listed = section(found, "ClustersConfigDump")["dynamic_active_clusters"]
    extra = deepcopy(listed[-1])
    extra["cluster"]["name"] = "outbound|443||elsewhere.example"
    listed.append(extra)


def a_listener_gone(found: Document) -> None:
    section(found, "ListenersConfigDump")["dynamic_listeners"].pop()


def another_host(found: Document) -> None:
    for item in section(found, "ClustersConfigDump")["dynamic_active_clusters"]:
        address = first(item, "socket_address")
        if address and "example.com" in item["cluster"]["name"]:
            address["socket_address"]["address"] = "attacker.example"


def rejected(found: Document) -> None:
    section(found, "ListenersConfigDump")["dynamic_listeners"][0]["error_state"] = {"details": "refused"}


def warming(found: Document) -> None:
    item = section(found, "ListenersConfigDump")["dynamic_listeners"][0]
    item["warming_state"] = item["active_state"]


def a_new_section(found: Document) -> None:
    found["configs"].append({"@type": "type.googleapis.com/envoy.admin.v3.Unheard"})


def a_foreign_filter(found: Document) -> None:
    for chain in listener(found, "0.0.0.0_8080")["filter_chains"]:
        chain["filters"].insert(0, {"name": "envoy.filters.network.tap"})


CHANGES = [
    rules_open,
    rules_gone,
    one_more_cluster,
    a_listener_gone,
    another_host,
    rejected,
    warming,
    a_new_section,
    a_foreign_filter,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_whatever_else_differs_is_told(change: Callable[[Document], None]) -> None:
    proven = document(GATEWAY)
    running = elsewhere(proven)
    before = json.dumps(running)
    change(running)
    assert json.dumps(running) != before, "the change changes nothing"
    (found,) = compare(dumps(proven), dumps(running))
    assert found.differences


def test_every_leaf_of_a_listener_and_a_route_counts() -> None:
    """Nothing of what decides is left out by accident: each text and number, changed by itself, is a difference."""
    proven = document(GATEWAY)
    running = deepcopy(proven)
    body = listener(running, "0.0.0.0_8080")
    seen = 0
    for holder, key in list(leaves(body)):
        before = holder[key]
        holder[key] = (
            f"{before}x"
            if isinstance(before, str)
            else not before
            if isinstance(before, bool)
            else before + 1
        )
        (found,) = compare(dumps(proven), dumps(running))
        assert found.differences, (key, before)
        holder[key] = before
        seen += 1
    assert seen > 100


def leaves(value: Any) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        if isinstance(inner, dict | list):
            yield from leaves(inner)
        elif isinstance(inner, str | int | float):
            yield value, key


def test_the_list_of_what_is_not_compared_is_the_pages() -> None:
    page = (ROOT / "docs" / "verify.md").read_text()
    for each in LIST:
        assert f"| {each.what} | {each.why} |" in page


def test_the_filters_that_are_taken_off_are_istio_proxys_own() -> None:
    assert set(FILTERS) == {"istio.alpn", "istio.metadata_exchange", "istio.stats"}


def test_a_proxy_that_follows_from_no_stack_is_a_difference() -> None:
    stranger = document(SIDECAR)
    section(stranger, "BootstrapConfigDump")["bootstrap"]["node"]["metadata"]["SERVICE_ACCOUNT"] = "other"
    (found,) = compare(dumps(document(SIDECAR)), dumps(stranger))
    assert [each.proven for each in found.differences] == ["no such proxy follows from the stacks"]


def test_a_namespace_that_nobody_looked_at_is_named() -> None:
    proven = dumps(document(GATEWAY), document(SIDECAR))
    assert uncovered(proven, dumps(document(GATEWAY))) == ["team-x"]
    assert uncovered(proven, dumps(document(SIDECAR))) == ["the gateway of istio-egress"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"configs": []}', '{"configs": [{"@type": 3}]}', "\x00\xff"]
)
def test_a_file_that_is_no_dump_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(VerificationError, match=r"a\.json: "):
        read_dumps(tmp_path)


@pytest.mark.parametrize("value", [None, 3, "x", [1], [None], {"a": 1}, [{"cluster": 3}], [{"cluster": {}}]])
@pytest.mark.parametrize("key", ["dynamic_active_clusters", "dynamic_listeners"])
def test_a_dump_of_another_shape_is_refused_or_differs(key: str, value: Any) -> None:
    proven = document(GATEWAY)
    running = deepcopy(proven)
    next(each for each in running["configs"] if key in each)[key] = value
    try:
        (found,) = compare(dumps(proven), dumps(running))
    except VerificationError as error:
        assert "a shape that no Envoy prints" in str(error)  # noqa: PT017 - either is right
    else:
        assert found.differences


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesize("tutorial", tmp_path_factory.mktemp("tutorial"))


@pytest.fixture(scope="module")
def places(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `proven`, and with `running`: the same state elsewhere."""
    folder = tmp_path_factory.mktemp("verify")
    shutil.copytree(DUMPS, folder / "proven")
    facts = {"istio": "1.31.0", "envoy": "1.40.0", "subject": subjects(out)}
    (folder / "proven" / FACTS).write_text(json.dumps(facts))
    (folder / "running").mkdir()
    for file in FILES:
        moved = elsewhere(document(file.name.removesuffix(".json.gz")))
        (folder / "running" / file.name.removesuffix(".gz")).write_text(json.dumps(moved))
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "key.pub").write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    other = Ed25519PrivateKey.generate().public_key()
    (folder / "other.pub").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    rsa = generate_private_key(65537, 2048)
    (folder / "rsa.pem").write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder


def verify(*arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    command = [sys.executable, "-m", "egress", "verify", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def given(out: Path, places: Path) -> list[str]:
    return [
        *("--input", str(out), "--proven", str(places / "proven")),
        *("--config-dump", str(places / "running")),
    ]


def test_a_signed_statement_says_what_was_compared(out: Path, places: Path, tmp_path: Path) -> None:
    file = tmp_path / "statement.json"
    done = verify(*given(out, places), "--statement", str(file), "--key", str(places / "key.pem"))

    assert done.returncode == 1, done.stderr
    assert "equal, " in done.stdout
    assert "No difference in what was looked at, and not everything was." in done.stdout
    envelope = json.loads(file.read_text())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    assert (statement["_type"], statement["predicateType"]) == (STATEMENT, PREDICATE)
    assert statement["subject"] == subjects(out)
    predicate = statement["predicate"]
    assert (predicate["environment"], predicate["result"], predicate["complete"]) == (
        "tutorial",
        "equal",
        False,
    )
    assert len(predicate["proxies"]) == 3
    checked = verify("--check", str(file), "--public-key", str(places / "key.pub"))
    assert (checked.returncode, json.loads(checked.stdout)) == (0, statement)


@pytest.mark.parametrize("what", ["payload", "sig", "key", "type"])
def test_a_statement_that_was_changed_or_that_another_signed_is_refused(
    what: str, out: Path, places: Path, tmp_path: Path
) -> None:
    file = tmp_path / "statement.json"
    verify(*given(out, places), "--statement", str(file), "--key", str(places / "key.pem"))
    envelope = json.loads(file.read_text())
    if what == "payload":
        payload = base64.b64decode(envelope["payload"]).replace(b'"equal"', b'"EQUAL"')
        envelope["payload"] = base64.b64encode(payload).decode()
    elif what == "sig":
        envelope["signatures"][0]["sig"] = base64.b64encode(b"0" * 64).decode()
    elif what == "type":
        envelope["payloadType"] = "text/plain"
    file.write_text(json.dumps(envelope))
    public = "other.pub" if what == "key" else "key.pub"
    done = verify("--check", str(file), "--public-key", str(places / public))
    assert (done.returncode, done.stdout) == (2, "")


def test_an_unsigned_statement_says_so(out: Path, places: Path, tmp_path: Path) -> None:
    file = tmp_path / "statement.json"
    done = verify(*given(out, places), "--statement", str(file))
    assert "is not signed: name a key with --key" in done.stderr
    assert json.loads(file.read_text())["_type"] == STATEMENT
    assert verify("--check", str(file), "--public-key", str(places / "key.pub")).returncode == 2


def test_stored_objects_are_compared_beside_the_proxies(out: Path, places: Path, tmp_path: Path) -> None:
    live = tmp_path / "live.json"
    live.write_text(
        json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-x", "labels": {}}})
    )
    done = verify(*given(out, places), "--live", str(live))
    assert done.returncode == 1
    assert "missing  AuthorizationPolicy istio-egress/egress-all-443" in done.stdout
    assert "What runs is not what was proven" in done.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--context", "a"], "are two platforms: give one of them"),
        (["--key", "KEY"], "say where to with --statement FILE"),
        (["--statement", "S", "--key", "RSA"], "it must be an ed25519 private key"),
        (["--statement", "S", "--key", "none.pem"], "--key none.pem: No such file"),
        (["--proof", "README.md"], "must be what `prove --format json` prints"),
        (["--live", "none.json"], "none.json: it cannot be read"),
        (["--probes", "README.md"], "there is no result of a probe in it"),
        (["--check", "README.md"], "--check needs --public-key"),
        (["--config-dump", "tests/logs"], "tests/logs: there is no .json or .json.gz in it"),
        (["--input", "docs"], "there is no stacks/*/cdk.tf.json in it"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    more: list[str], said: str, out: Path, places: Path, tmp_path: Path
) -> None:
    named = {"KEY": str(places / "key.pem"), "RSA": str(places / "rsa.pem"), "S": str(tmp_path / "s.json")}
    done = verify(*given(out, places), *(named.get(each, each) for each in more))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "s.json").exists()


def test_what_was_proven_for_other_stacks_is_refused(out: Path, places: Path, tmp_path: Path) -> None:
    other = tmp_path / "out"
    shutil.copytree(out, other)
    file = other / "stacks/egress/cdk.tf.json"
    file.write_text(file.read_text() + "\n")
    done = verify(*given(other, places))
    assert (done.returncode, "it is of other stacks than" in done.stderr) == (2, True)


KUBECTL = """#!{python}
import gzip, json, sys
arguments = sys.argv[1:]
open({calls!r}, "a").write(" ".join(arguments) + "\\n")
if arguments[2] == "get":
    namespace = arguments[arguments.index("-n") + 1]
    names = {{"istio-egress": "istio-egressgateway-0"}}.get(namespace, "test-0")
    pods = [{{"metadata": {{"name": name}}, "status": {{"phase": phase}},
             "spec": {{"initContainers": [{{"name": proxy}}]}}}}
            for name, phase, proxy in ((names, "Running", "istio-proxy"), ("a", "Pending", "istio-proxy"),
                                       ("b", "Running", "main"))]
    print(json.dumps({{"items": pods}}))
else:
    file = arguments[4] + "." + arguments[5]
    print(gzip.open({dumps!r} + "/" + file + ".json.gz", "rt").read())
"""


def test_a_running_cluster_is_asked_and_not_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = tmp_path / "calls"
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(KUBECTL.format(python=sys.executable, calls=str(calls), dumps=str(DUMPS)))
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = fetch("prod", ["team-x", "team-y"])

    assert [each.name for each in found] == [
        "istio-egress/istio-egressgateway-0",
        "team-x/test-0",
        "team-y/test-0",
    ]
    verbs = {line.split()[2] for line in calls.read_text().splitlines()}
    assert verbs == {"get", "exec"}
    assert all(line.startswith("--context prod ") for line in calls.read_text().splitlines())
    assert {line.partition(" -- ")[2] for line in calls.read_text().splitlines() if " exec " in line} == {
        "pilot-agent request GET config_dump"
    }
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(VerificationError, match="kubectl is not on PATH"):
        fetch("prod", [])


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Probe], list[str]]:
    stacks = synthesize("production", tmp_path_factory.mktemp("production"))
    return probes(Cluster(read([stacks])))


def result(probe: Probe, status: int, code: int) -> str:
    return f"egress-probe {probe.identity} {probe.method} {probe.url} {status:03d} {code}"


def as_expected(probe: Probe) -> str:
    from egress.review.why.symptoms import SYMPTOMS

    if probe.answer.verdict is Verdict.ALLOWED:
        return result(probe, 200, 0)
    if probe.answer.client.status:
        return result(probe, probe.answer.client.status, 0)
    return result(probe, 0, SYMPTOMS[probe.answer.client].curl_exits[0])


def test_probes_are_allowed_and_refused_rows_of_accounts_that_are_free(
    asked: tuple[list[Probe], list[str]],
) -> None:
    found, left = asked
    assert {each.identity for each in found} == {"team-y-jobs/sa/nightly"}
    assert {each.answer.verdict for each in found} == {Verdict.ALLOWED, Verdict.REFUSED}
    assert left == [
        f"{name}: its ServiceAccount runs its workload alone (admission)"
        for name in ("team-x/batch", "team-x/test", "team-y/test")
    ]


def test_results_are_held_against_the_review(asked: tuple[list[Probe], list[str]]) -> None:
    found, _ = asked
    good = "\n".join(f"[pod/egress-probe-nightly-x/probe] {as_expected(each)}" for each in found)
    assert not any(each.differs for each in compared(found, good, "results"))
    for probe in found:
        wrong = result(probe, 403, 0) if probe.answer.verdict is Verdict.ALLOWED else result(probe, 200, 0)
        if probe.url.startswith("https") and probe.answer.verdict is Verdict.ALLOWED:
            wrong = result(probe, 0, 35)
        text = good.replace(as_expected(probe), wrong)
        assert [each.differs for each in compared(found, text, "results")].count(True) == 1, probe.url
    missing = "\n".join(as_expected(each) for each in found[1:])
    assert [each.got for each in compared(found, missing, "results") if each.differs] == ["no result"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no result of a probe"),
        ("egress-probe a GET http://x/ 200", "this is no result of a probe"),
        ("egress-probe a/b GET http://x.com/ 200 0", "none of the probes of these stacks"),
    ],
)
def test_results_that_are_none_are_refused(
    text: str, said: str, asked: tuple[list[Probe], list[str]]
) -> None:
    with pytest.raises(VerificationError, match=said):
        compared(asked[0], text, "results")


def test_a_job_prints_results_that_are_read_back(
    asked: tuple[list[Probe], list[str]], tmp_path: Path
) -> None:
    """The container's own command, run here with a curl that answers as the review expects."""
    import yaml

    found, _ = asked
    (job,) = yaml.safe_load_all(jobs(found, "image"))
    container = job["spec"]["template"]["spec"]["containers"][0]
    curl = tmp_path / "curl"
    table = {each.url: as_expected(each).split()[-2:] for each in found}
    curl.write_text(f"#!{sys.executable}\nimport sys\nprint(*{table!r}[sys.argv[-1]], end='')\n")
    curl.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*container["command"], *container["args"]],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not any(each.differs for each in compared(found, done.stdout, "results"))


def test_the_statement_is_what_its_schema_says(out: Path, places: Path) -> None:
    import jsonschema

    from egress.review.output.schemas.documents import schema

    done = verify(*given(out, places), "--format", "json")
    jsonschema.Draft202012Validator(schema("verify")).validate(json.loads(done.stdout))
