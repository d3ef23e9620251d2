"""Long-running processes of the sandbox, each with a log file."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from egress.proof.errors import ProofError
from egress.proof.network.sandbox import RUN


class Process:
    """A started process; its output goes to `<name>.log` in the sandbox."""

    def __init__(
        self, name: str, argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.name = name
        self.log = RUN / f"{name}.log"
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
            )

    @property
    def pid(self) -> int:
        """The process id inside the sandbox."""
        return self._process.pid

    def require_alive(self) -> None:
        """Raise ProofError with the end of its log where the process has ended."""
        code = self._process.poll()
        if code is not None:
            raise ProofError(f"{self.name} ended with {code}:\n{self.tail()}")

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def resident(self) -> int:
        """Return its proportional share of memory, in bytes."""
        return resident(self.pid)


def resident(pid: int) -> int:
    """Return the proportional set size of a process, in bytes (0 where it has ended)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0
