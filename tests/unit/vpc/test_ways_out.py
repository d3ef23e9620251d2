"""Names and addresses of granted hosts as data: what follows from grants, and what from nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.derived.istio.sent_on import TAKEN_OFF, proxy_config
from egress.derived.object_names import LONGEST_LABEL, label_of
from egress.derived.vpc.dns_names import EVERY_NAME, host_rules, platform_rules
from egress.derived.vpc.gateway_destinations import MOST_NAMES, gateway_destinations

PRODUCTION = Path(__file__).parents[3] / "config" / "production"


def changed(folder: Path, file: str, **edit: Any) -> Configuration:
    shutil.copytree(PRODUCTION, folder)
    path = folder / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in edit.items():
        data[key].update(value)
    path.write_text(json.dumps(data), encoding="utf-8")
    return load(folder, {})


def test_a_host_that_nobody_is_granted_is_neither_resolved_nor_reached(tmp_path: Path) -> None:
    before = load(PRODUCTION, {})
    after = changed(
        tmp_path / "config", "destinations.yaml", destinations={"never.example.net": {"http": "plain"}}
    )
    assert host_rules(after) == host_rules(before)
    assert gateway_destinations(after) == gateway_destinations(before)


def test_names_are_labels_of_their_own_however_long() -> None:
    long = ".".join(["a" * 60] * 4)
    other = ".".join(["a" * 60] * 3 + ["b" * 60])
    assert label_of("example.com") == "example-com"
    assert len(label_of(long)) <= LONGEST_LABEL
    assert label_of(long) != label_of(other)


def test_rule_names_are_unique_in_the_response_policy() -> None:
    configuration = load(PRODUCTION, {})
    rules = [*platform_rules(configuration.platform), *host_rules(configuration)]
    assert len({rule.name for rule in rules}) == len(rules)
    assert len({rule.dns_name for rule in rules}) == len(rules)
    assert [rule.dns_name for rule in rules if rule.address] == [EVERY_NAME]


def test_more_hosts_than_a_rule_takes_are_several_rules(tmp_path: Path) -> None:
    hosts = {
        f"host-{number:03}.example.net": {"http": "closed", "https": "identity"} for number in range(150)
    }
    folder = tmp_path / "config"
    shutil.copytree(PRODUCTION, folder)
    destinations = yaml.safe_load((folder / "destinations.yaml").read_text(encoding="utf-8"))
    destinations["destinations"].update(hosts)
    (folder / "destinations.yaml").write_text(json.dumps(destinations), encoding="utf-8")
    team = yaml.safe_load((folder / "teams/team-x.yaml").read_text(encoding="utf-8"))
    team["grants"] += [{"to": host, "service_accounts": ["test"]} for host in hosts]
    (folder / "teams/team-x.yaml").write_text(json.dumps(team), encoding="utf-8")

    rules = gateway_destinations(load(folder, {}))

    assert {rule.name for rule in rules} == {"port-80", "port-443", "port-443-2"}
    assert all(len(rule.names) <= MOST_NAMES for rule in rules)
    assert len({rule.priority for rule in rules}) == len(rules)
    assert all(rule.priority < 2**31 for rule in rules)


def test_every_header_that_proxies_add_is_taken_off() -> None:
    """The names measured on the real mesh (docs/lab.md), and those of each tracer Envoy has."""
    measured = {
        *("x-forwarded-client-cert", "x-forwarded-for", "x-forwarded-proto", "x-request-id"),
        *("x-envoy-external-address", "x-envoy-attempt-count", "x-envoy-decorator-operation"),
    }
    tracers = {"x-b3-traceid", "traceparent", "x-ot-span-context", "sw8", "x-datadog-trace-id"}
    assert measured | tracers <= set(TAKEN_OFF)
    assert all(name == name.lower() for name in TAKEN_OFF)
    assert len(set(TAKEN_OFF)) == len(TAKEN_OFF)
    assert set(proxy_config()) == {"gatewayTopology", "proxyHeaders"}
