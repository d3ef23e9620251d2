"""Compares two synthesized outputs value by value: `python experiments/cdktn/compare.py cdktf.out OTHER`.

Exit code 0 when they differ in nothing but the synthesizer's version and the long form of a provider's
source (`hashicorp/google` for `google`, which Terraform reads as the same), else 1.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ABSENT = "(absent)"
Difference = tuple[str, object, object]


def differences(stock: object, fork: object, path: str = "") -> Iterator[Difference]:
    """Every place where two JSON values differ, as (path, stock's value, fork's value)."""
    if isinstance(stock, dict) and isinstance(fork, dict):
        for key in sorted({*stock, *fork}):
            yield from differences(stock.get(key, ABSENT), fork.get(key, ABSENT), f"{path}/{key}")
    elif isinstance(stock, list) and isinstance(fork, list) and len(stock) == len(fork):
        for index, (ours, theirs) in enumerate(zip(stock, fork, strict=True)):
            yield from differences(ours, theirs, f"{path}/{index}")
    elif stock != fork:
        yield path, stock, fork


def expected(path: str, stock: object, fork: object) -> bool:
    """Whether a difference says nothing about what Terraform would do."""
    names_the_synthesizer = path == "////metadata/version"
    long_source = path.startswith("/terraform/required_providers/") and fork == f"hashicorp/{stock}"
    return names_the_synthesizer or long_source


def main(stock: Path, fork: Path) -> int:
    """Print one line per difference and a total."""
    unexpected = 0
    for file in sorted(stock.glob("stacks/*/cdk.tf.json")):
        name = file.relative_to(stock)
        ours, theirs = (json.loads((out / name).read_text(encoding="utf-8")) for out in (stock, fork))
        for path, a, b in differences(ours, theirs):
            mark = "expected" if expected(path, a, b) else "DIFFERS"
            unexpected += mark == "DIFFERS"
            sys.stdout.write(f"{mark:<9} {file.parent.name:<11} {path}: {json.dumps(a)} -> {json.dumps(b)}\n")
    sys.stdout.write(f"{unexpected} unexpected differences\n")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
