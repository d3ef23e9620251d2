"""`verify`: whether what runs is what was proven, as a signed statement."""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from egress.observed.verification.errors import VerificationError

if TYPE_CHECKING:
    from egress.drift.comparison import Drift, Stated
    from egress.drift.releases import StatedRelease
    from egress.observed.verification.dumps import Dump
    from egress.observed.verification.outcome import Outcome
    from egress.observed.verification.probes import Probe

DEFAULT_INPUT = Path("cdktf.out")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The stacks, the running platform, what it is held against, and the statement."""
    parser.add_argument(
        "--input", type=Path, default=DEFAULT_INPUT, help="an output folder of cdktf (default: cdktf.out)"
    )
    running = parser.add_argument_group("the running platform")
    running.add_argument(
        "--context", metavar="NAME", help="ask the cluster of this kubectl context, read only"
    )
    running.add_argument(
        "--config-dump", type=Path, metavar="FOLDER", help="config_dump of proxies, a .json or .json.gz each"
    )
    running.add_argument("--live", type=Path, metavar="FILE", help="what kubectl get ... -A -o json wrote")
    running.add_argument(
        "--probes", type=Path, metavar="FILE", help="what `kubectl logs` of the probes printed"
    )
    proven = parser.add_argument_group("what was proven")
    proven.add_argument(
        "--proven",
        type=Path,
        metavar="FOLDER",
        help="what --write-proven wrote; without it the mesh is brought up now",
    )
    proven.add_argument("--proof", type=Path, metavar="FILE", help="what `prove --format json` printed")
    other = parser.add_argument_group("instead of verifying")
    other.add_argument(
        "--write-proven", type=Path, metavar="FOLDER", help="write what the proof's proxies hold"
    )
    other.add_argument(
        "--write-probes", type=Path, metavar="FILE", help="write the probes' Jobs as Kubernetes YAML"
    )
    other.add_argument(
        "--check", type=Path, metavar="FILE", help="print a signed statement if --public-key signed it"
    )
    parser.add_argument("--public-key", type=Path, metavar="FILE", help="of --check: ed25519, PEM")
    parser.add_argument(
        "--probe-image", metavar="IMAGE", help="of --write-probes: an image with bash and curl"
    )
    parser.add_argument("--statement", type=Path, metavar="FILE", help="write the in-toto statement here")
    parser.add_argument("--key", type=Path, metavar="FILE", help="sign it with this ed25519 key (PEM)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where all was looked at and nothing differs, 1 where something differs or was not looked at."""
    from egress.observed.verification import attestation
    from egress.observed.verification.outcome import text

    if options.check:
        if not options.public_key:
            raise VerificationError("--check needs --public-key")
        sys.stdout.write(json.dumps(attestation.opened(options.check, options.public_key), indent=2) + "\n")
        return 0
    if options.key and not options.statement:
        raise VerificationError("--key signs a statement: say where to with --statement FILE")
    about = attestation.subjects(options.input)
    if options.write_proven:
        return _write_proven(options)
    if options.write_probes:
        return _write_probes(options)
    if options.context and options.config_dump:
        raise VerificationError("--context and --config-dump are two platforms: give one of them")
    if not (options.context or options.config_dump):
        raise VerificationError("name the running platform: --context NAME, or --config-dump FOLDER")
    found = _verified(options, about)
    document = attestation.statement(about, found.predicate())
    if options.statement:
        whole = attestation.envelope(document, options.key) if options.key else document
        options.statement.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
        if not options.key:
            sys.stderr.write(f"{options.statement} is not signed: name a key with --key\n")
    told = json.dumps(document, indent=2) if options.format == "json" else text(found)
    sys.stdout.write(f"{told}\n")
    return int(bool(found.differences) or not found.complete)


def _verified(options: argparse.Namespace, about: list[dict[str, Any]]) -> "Outcome":
    from egress.drift.errors import DriftError
    from egress.drift.live import read_context, read_file
    from egress.drift.protected import BY_KIND
    from egress.drift.stated import read_stated
    from egress.environments.record import read as read_origin
    from egress.observed.verification.comparison import compare, uncovered
    from egress.observed.verification.outcome import Outcome
    from egress.observed.verification.probes import compared

    try:
        stated, releases = read_stated(options.input)
        live = None
        if options.live:
            live = read_file(options.live)
        elif options.context:
            live = read_context(options.context, sorted({each.namespace for each in releases}))
    except DriftError as error:
        raise VerificationError(str(error)) from error
    proven, facts = _proven(options, about)
    running = _running(options, proven)
    asked, left = _probes(options) if options.probes else ([], [])
    origin = read_origin(options.input)
    return Outcome(
        environment=origin.name if origin else "",
        commit=_commit(),
        time=datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        versions={
            "program": _version(),
            "istio proven": facts.get("istio"),
            "envoy proven": facts.get("envoy"),
            "istio running": sorted({dump.istio for dump in running}),
        },
        proven_rows=_rows(options.proof) if options.proof else None,
        proxies=tuple(compare(proven, running)),
        without_proxy=tuple(uncovered(proven, running)),
        objects=None
        if live is None
        else sum(
            (str(each.object["apiVersion"]).rpartition("/")[0], each.object["kind"]) in BY_KIND
            for each in stated
        ),
        drift=() if live is None else _drift(stated, live, releases),
        probes=tuple(compared(asked, _text(options.probes), str(options.probes))) if options.probes else None,
        not_probed=tuple(left),
    )


def _drift(
    stated: "Sequence[Stated]", live: "Sequence[Mapping[str, Any]]", releases: "Sequence[StatedRelease]"
) -> "tuple[Drift, ...]":
    """The differences of stored objects and of Helm's releases."""
    from egress.drift.comparison import compare
    from egress.drift.releases import compare_releases

    names = frozenset(f"{each.namespace}/{each.name}" for each in releases)
    return (*compare(stated, live, names), *compare_releases(releases, live))


def _proven(
    options: argparse.Namespace, about: list[dict[str, Any]]
) -> "tuple[list[Dump], Mapping[str, Any]]":
    """The proof's proxies, and which Istio and Envoy they are. Raises VerificationError for those of other stacks."""
    from egress.observed.verification.dumps import read_dumps
    from egress.observed.verification.proving import read_facts, write_proven

    if options.proven is None:
        with tempfile.TemporaryDirectory() as folder:
            write_proven(options.input, Path(folder))
            return read_dumps(Path(folder)), read_facts(Path(folder))
    facts = read_facts(options.proven)
    if facts.get("subject") != about:
        raise VerificationError(
            f"--proven {options.proven}: it is of other stacks than {options.input}: write it anew with --write-proven"
        )
    return read_dumps(options.proven), facts


def _running(options: argparse.Namespace, proven: "list[Dump]") -> "list[Dump]":
    from egress.observed.verification.dumps import read_dumps
    from egress.observed.verification.running import fetch

    if options.config_dump:
        return read_dumps(options.config_dump)
    return fetch(options.context, {dump.namespace for dump in proven if not dump.gateway})


def _probes(options: argparse.Namespace) -> "tuple[list[Probe], list[str]]":
    from egress.observed.verification.probes import probes
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read

    return probes(Cluster(read([options.input])))


def _write_proven(options: argparse.Namespace) -> int:
    from egress.observed.verification.proving import write_proven

    folder: Path = options.write_proven
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VerificationError(f"--write-proven {folder}: name a new or empty folder")
    write_proven(options.input, folder)
    sys.stdout.write(f"{folder}: {len(list(folder.glob('*.json')))} proxies\n")
    return 0


def _write_probes(options: argparse.Namespace) -> int:
    from egress.observed.verification.probes import IMAGE, jobs

    asked, left = _probes(options)
    for each in left:
        sys.stderr.write(f"not probed: {each}\n")
    if not asked:
        raise VerificationError(
            "no ServiceAccount is free to run a probe: state one in a team's `service_accounts`, with the grants to try"
        )
    if options.write_probes.exists():
        raise VerificationError(
            f"--write-probes {options.write_probes}: it is there already: name a new file"
        )
    options.write_probes.write_text(jobs(asked, options.probe_image or IMAGE), encoding="utf-8")
    accounts = len({(each.namespace, each.account) for each in asked})
    sys.stdout.write(
        f"{options.write_probes}: {len(asked)} requests of {accounts} ServiceAccount{'s' * (accounts != 1)}\n"
    )
    return 0


def _rows(proof: Path) -> dict[str, Any]:
    """How many rows a proof has. Raises VerificationError."""
    from egress.observed.verification.attestation import digest

    try:
        rows = json.loads(proof.read_text(encoding="utf-8"))["rows"]
        differ = sum(bool(row.get("differs")) for row in rows)
        return {"rows": len(rows), "differences": differ, "file": proof.name, "sha256": digest(proof)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerificationError(
            f"--proof {proof}: must be what `prove --format json` prints ({error})"
        ) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise VerificationError(f"--probes {file}: {error.strerror}") from error


def _commit() -> str:
    """The commit of the folder that the verb runs in, `+` behind it where files differ; empty outside git."""

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
        except OSError:
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    head = git("rev-parse", "HEAD")
    return f"{head}+" if head and git("status", "--porcelain") else head


def _version() -> str:
    from egress.source.version import VERSION

    return VERSION
