"""Access logs that the proof's own Envoys wrote (tests/unit/logs/samples), in every form in which people have them."""

import gzip
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.derived.access_log import FIELDS
from egress.logs import fields
from egress.logs.entry import Entry, Format, Writer
from egress.logs.reading import SHOWN, Logs, UnreadableLog

SAMPLES = Path(__file__).parent / "samples"
FILES = {
    "gateway.json": Format.PLATFORM_JSON,
    "sidecar.json": Format.ISTIO_JSON,
    "gateway.text": Format.ISTIO_TEXT,
    "sidecar.text": Format.ISTIO_TEXT,
}
ROOT = Path(__file__).parents[3]


def lines(name: str) -> list[str]:
    return (SAMPLES / f"{name}.log").read_text(encoding="utf-8").splitlines(keepends=True)


def entries(name: str) -> list[Entry]:
    return list(Logs([str(SAMPLES / f"{name}.log")]))


def alike(found: list[Entry]) -> list[Entry]:
    """Without where it stood and who wrote it."""
    return [each._replace(line=0, writer=Writer()) for each in found]


@pytest.mark.parametrize("name", FILES)
def test_every_line_of_a_real_log_is_an_entry_or_the_proxys_own_words(name: str) -> None:
    logs = Logs([str(SAMPLES / f"{name}.log")])
    found = list(logs)

    assert {each.format for each in found} == {FILES[name]}
    assert len(found) == logs.tally.entries > 3
    assert logs.tally.own_words == 2
    assert logs.tally.bad == 0
    assert logs.tally.lines == len(found) + 2


def test_what_the_gateway_refused_is_in_the_entry() -> None:
    refused = [each for each in entries("gateway.json") if each.status == 403]

    assert refused[0].details == "rbac_access_denied_matched_policy[none]"
    assert refused[0].principal.startswith("spiffe://cluster.local/ns/team-")
    assert {each.status for each in entries("gateway.text")} >= {0, 200, 403}
    assert any("SAN_matcher" in each.downstream_failure for each in entries("gateway.json"))
    blocked = [each for each in entries("sidecar.text") if each.route == "block_all"]
    assert [(each.status, each.authority) for each in blocked] == [(502, "nobody-may.example")]


def test_the_formats_agree_on_the_same_request() -> None:
    """The sidecar of team-x/test asks example.com in both runs, and both formats say the same of it."""
    found = [
        next(each for each in entries(name) if each.authority == "example.com" and each.status == 200)
        for name in ("sidecar.json", "sidecar.text")
    ]
    shown = [
        (each.method, each.path, each.details, each.upstream_cluster, each.local_address.partition(":")[2])
        for each in found
    ]
    assert shown[0] == shown[1]


def exported(name: str) -> list[dict[str, object]]:
    labels = {"namespace_name": "istio-egress", "pod_name": "gateway-1", "container_name": "istio-proxy"}
    found: list[dict[str, object]] = []
    for line in lines(name):
        payload = {"jsonPayload": json.loads(line)} if line.startswith("{") else {"textPayload": line}
        resource_ = {"type": "k8s_container", "labels": labels}
        found.append({"insertId": "a", "logName": "projects/p/logs/stdout", "resource": resource_, **payload})
    return found


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("indent", [None, 2], ids=["a line each", "array"])
@pytest.mark.parametrize("numbers", [int, float, str])
def test_a_cloud_logging_export_is_the_same_log(
    name: str, indent: int | None, numbers: type, tmp_path: Path
) -> None:
    documents = exported(name)
    for document in documents:
        payload = document.get("jsonPayload")
        if isinstance(payload, dict):
            payload["response_code"] = numbers(payload["response_code"])
    text = "\n".join(map(json.dumps, documents)) if indent is None else json.dumps(documents, indent=indent)
    file = tmp_path / "export.json"
    file.write_text(text)
    logs = Logs([str(file)])
    found = list(logs)

    assert alike(found) == alike(entries(name))
    assert {each.writer for each in found} == {Writer("istio-egress", "gateway-1")}
    assert logs.tally.bad == 0


def test_an_array_on_one_line_is_read_too() -> None:
    logs = Logs([])
    assert alike(list(logs.of_lines([json.dumps(exported("gateway.json"))]))) == alike(
        entries("gateway.json")
    )


@pytest.mark.parametrize("name", FILES)
def test_what_kubectl_puts_in_front_comes_off(name: str) -> None:
    logs = Logs([])
    given_ = [f"[pod/test-7f/istio-proxy] 2026-11-28T17:15:05.338Z {line}" for line in lines(name)]
    found = list(logs.of_lines(line for line in given_ if '"' in line))

    assert alike(found) == alike(entries(name))
    assert {each.writer.pod for each in found} == {"test-7f"}


def test_compressed_files_and_pipes_are_read(tmp_path: Path) -> None:
    packed = tmp_path / "a.log.gz"
    packed.write_bytes(gzip.compress((SAMPLES / "gateway.json.log").read_bytes()))
    assert alike(list(Logs([str(packed)]))) == alike(entries("gateway.json"))

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("".join(lines("sidecar.text"))))
    writer.start()
    assert alike(list(Logs([str(pipe)]))) == alike(entries("sidecar.text"))
    writer.join()

    program = "from egress.logs.reading import Logs; print(sum(1 for _ in Logs(['-'])))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="".join(lines("gateway.text")),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert int(done.stdout) == len(entries("gateway.text"))


GOOD = json.dumps(dict.fromkeys(FIELDS))
MALFORMED = {
    '{"start_time": "2026': "JSON that does not end",
    GOOD[:-1] + ', "color": "red"}': "unknown key 'color'",
    GOOD[:-1] + ', "route_name": "x"}': "keys of two formats",
    '{"method": "GET"}': "no key",
    GOOD.replace('"response_code": null', '"response_code": "many"'): "'many' is no number",
    GOOD.replace('"method": null', '"method": ["GET"]'): "a value is no text",
    '{"logName": "x", "protoPayload": {}}': "without jsonPayload",
    '[2026-11-28T17:15:05.352Z] "GET / HTTP/2" 403': "not Istio's text format",
    "hello": "no access log",
    "[1, 2]": "no access log",
    '"text"': "no access log",
}


@pytest.mark.parametrize("line", MALFORMED)
def test_a_malformed_line_is_counted_and_named(line: str) -> None:
    logs = Logs([])
    assert list(logs.of_lines([GOOD, line, GOOD], "a.log"))[1].line == 3
    assert logs.tally.bad == 1
    assert MALFORMED[line] in logs.tally.told()
    assert "a.log:2: " in logs.tally.told()


def test_the_first_malformed_lines_are_named_and_all_are_counted() -> None:
    logs = Logs([])
    assert list(logs.of_lines(["nothing"] * 100)) == []
    assert logs.tally.bad == 100
    assert logs.tally.told().count("line:") == SHOWN
    assert f"and {100 - SHOWN} more" in logs.tally.told()


def test_a_header_cannot_pretend_to_be_the_rest_of_a_line() -> None:
    """Envoy writes quotes as they are: a user agent that holds the end of a line must not become another request."""
    line = next(each for each in lines("gateway.text") if "proof-row" in each)
    agent = line.split('"')[7]
    forged = (
        'x" "id" "evil.example" "1.1.1.1:80" outbound|80||evil.example - 1.1.1.1:80 1.1.1.1:1 evil.example -'
    )
    logs = Logs([])

    assert list(logs.of_lines([line.replace(agent, forged)])) == []
    assert logs.tally.bad == 1


@given(st.lists(st.one_of(st.text(), st.sampled_from(lines("gateway.json") + lines("sidecar.text")))))
def test_no_line_is_dropped_in_silence(drawn: list[str]) -> None:
    given_ = [line for line in drawn if line.lstrip()[:2] not in ("[{", "[]") and line.strip() != "["]
    logs = Logs([])
    found = list(logs.of_lines(given_))
    tally = logs.tally

    assert tally.lines == len(given_)
    assert tally.lines == len(found) + tally.own_words + tally.empty + tally.bad


def test_a_file_that_is_not_there_or_no_text_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="No such file"):
        list(Logs([str(tmp_path / "none.log")]))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableLog, match="UTF-8"):
        list(Logs([str(tmp_path / "bytes")]))


def test_the_keys_are_those_of_the_platform_and_of_istio() -> None:
    assert set(json.loads(lines("gateway.json")[-1])) == set(FIELDS) == fields.PLATFORM_KEYS
    assert set(json.loads(lines("sidecar.json")[-1])) == fields.ISTIO_KEYS


@pytest.mark.parametrize("name", ["gateway.json", "sidecar.text"])
def test_a_hundred_thousand_lines_take_seconds_and_no_memory(name: str) -> None:
    def many() -> Iterator[str]:
        found = lines(name)
        while True:
            yield from found

    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    logs = Logs([])
    assert sum(1 for _ in logs.of_lines(islice(many(), 100_000))) == logs.tally.entries
    assert time.process_time() - started < 6, "a million lines in a minute"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kilobytes"
