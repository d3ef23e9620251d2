"""A mesh in observation, brought up for real: it refuses nobody, and the network still refuses what goes around it."""

import json
import shutil

import pytest

from egress.proof.toolchain.preparation import synthesize
from tests.proof.conftest import ROOT, prove

pytestmark = pytest.mark.proof

Rows = dict[tuple[str, str], dict[str, str]]
REFUSED_WHEN_ENFORCED = [
    ("team-x/batch", "GET http://example.com/"),
    ("team-x/test", "POST http://example.com/"),
    ("team-x/proof-other", "GET http://example.com/"),
    ("team-y/test", "GET http://httpbin.org/not-granted"),
    ("team-x/proof-other", "GET https://api.github.com/"),
]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    folder = tmp_path_factory.mktemp("observing")
    config = folder / "production"
    shutil.copytree(ROOT / "config" / "production", config)
    platform = config / "platform.yaml"
    text = platform.read_text().replace("  dns: closed", "  dns: open")
    platform.write_text(text + "\ntenants: { enforcement: observe }\n")
    done = prove("--out", str(synthesize(config, folder)), "--format", "json", seconds=400)
    assert done.returncode == 0, done.stderr
    return {(row["identity"], row["request"]): row for row in json.loads(done.stdout)["rows"]}


@pytest.mark.parametrize("asked", REFUSED_WHEN_ENFORCED, ids=" ".join)
def test_what_the_gateway_would_refuse_reaches_its_site(asked: tuple[str, str], rows: Rows) -> None:
    assert rows[asked]["ended"].startswith("outside through the gateway"), rows[asked]


def test_a_host_that_nobody_names_is_stopped_by_the_network_and_by_no_proxy(rows: Rows) -> None:
    for scheme in ("http", "https"):
        row = rows["team-x/test", f"GET {scheme}://nobody-may.example/"]
        assert row["ended"].startswith(("networkpolicy", "firewall")), row


def test_no_row_of_a_meshed_identity_ends_at_a_policy_of_the_gateway(rows: Rows) -> None:
    ended = {
        row["ended"] for (identity, _), row in rows.items() if not identity.endswith(("unmeshed", "intruder"))
    }
    assert not {end for end in ended if "gateway policy" in end}
