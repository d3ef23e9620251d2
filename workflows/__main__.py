"""`python -m workflows`: actionlint and zizmor over .github and action.yml, without a network.

actionlint is built once from Go modules, whose hashes stand in go.sum. Exit code 1 where either finds something, 2
where it cannot run.
"""

import os
import subprocess
import sys
from pathlib import Path

from egress.proof.errors import ProofError
from egress.proof.toolchain.go_toolchain import find_go

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = ROOT / ".cache" / "workflows"
PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


def main(root: Path = ROOT) -> int:
    """Exit code 0 where neither finds anything."""
    try:
        actionlint = _actionlint()
    except (ProofError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"actionlint cannot be built: {error}\n")
        return 2
    # shellcheck and pyflakes are on some machines and not on others: what is checked must not depend on it.
    checked = _run([str(actionlint), "-no-color", "-shellcheck=", "-pyflakes="], root)
    zizmor = Path(sys.executable).with_name("zizmor")
    audited = _run([str(zizmor), "--offline", "--no-progress", "--quiet", "--color=never", "."], root)
    worst = max(checked, audited)
    print(f"workflows: {'nothing found' if worst == 0 else 'see above'}")
    return worst


def _run(command: list[str], folder: Path) -> int:
    """0 for nothing found, 1 for findings, 2 where the program itself failed."""
    code = subprocess.run(command, cwd=folder, check=False).returncode
    failed = code in (2, 3) if command[0].endswith("actionlint") else code in (1, 2, 3)
    return 2 if failed or code < 0 else int(code != 0)


def _actionlint() -> Path:
    """The program, built where go.sum is newer than it."""
    built, sums = CACHE / "actionlint", HERE / "go.sum"
    if built.exists() and built.stat().st_mtime >= sums.stat().st_mtime:
        return built
    CACHE.mkdir(parents=True, exist_ok=True)
    go = find_go(CACHE, print)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    subprocess.run(
        [str(go), "build", "-trimpath", "-o", str(built), PACKAGE], cwd=HERE, env=environment, check=True
    )
    return built


if __name__ == "__main__":
    sys.exit(main())
