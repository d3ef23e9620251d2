"""One synth for the whole session; nothing here, and no test module, loads the provider packages whole."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Before any test module imports cdktf: bindings are then loaded when they are used.
import lazy_bindings

lazy_bindings.install()

import pytest  # noqa: E402 - after the installation

from egress.checks.loading import load  # noqa: E402
from egress.config.configuration import Configuration  # noqa: E402
from tests.synth.synthesized_stack import SynthesizedStack, read_synthesis  # noqa: E402
from tests.synth.variations import COMMITTED, EVERY, write  # noqa: E402


@dataclass(frozen=True)
class Synthesis:
    """A configuration, its output folder and the stacks read from it."""

    configuration: Configuration
    out: Path
    stacks: dict[str, SynthesizedStack]


Synthesize = Callable[[Configuration | Path], Synthesis]
Synthesized = Callable[[str], Synthesis]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesizes a configuration, given as loaded or as its folder, in this process."""

    def run(source: Configuration | Path) -> Synthesis:
        from cdktf import App

        from stacks.layers import add_stacks

        configuration = load(source, {}) if isinstance(source, Path) else source
        out = tmp_path_factory.mktemp("out")
        app = App(outdir=str(out))
        add_stacks(app, configuration)
        app.synth()
        return Synthesis(configuration, out, read_synthesis(out))

    return run


@pytest.fixture(scope="session")
def synthesized(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """A committed configuration or a variation by its name, each synthesized once."""

    @cache
    def run(name: str) -> Synthesis:
        return synthesize(
            COMMITTED.get(name) or write(name, tmp_path_factory.mktemp("config") / name / "tutorial")
        )

    return run


@pytest.fixture(scope="session")
def synthesis(synthesized: Synthesized) -> Synthesis:
    """config/tutorial."""
    return synthesized("tutorial")


@pytest.fixture(scope="session")
def stacks(synthesis: Synthesis) -> dict[str, SynthesizedStack]:
    """The tutorial's stacks by id."""
    return synthesis.stacks


@pytest.fixture(scope="session", params=EVERY)
def every(request: pytest.FixtureRequest, synthesized: Synthesized) -> Synthesis:
    """Each committed configuration and each variation in turn: for what holds of all."""
    name: str = request.param
    return synthesized(name)


@pytest.fixture(scope="session")
def foundation(synthesis: Synthesis) -> SynthesizedStack:
    """The tutorial's `foundation`."""
    return synthesis.stacks["foundation"]


@pytest.fixture(scope="session")
def cluster(synthesis: Synthesis) -> SynthesizedStack:
    """The tutorial's `cluster`."""
    return synthesis.stacks["cluster"]


@pytest.fixture(scope="session")
def mesh(synthesis: Synthesis) -> SynthesizedStack:
    """The tutorial's `mesh`."""
    return synthesis.stacks["mesh"]


@pytest.fixture(scope="session")
def egress(synthesis: Synthesis) -> SynthesizedStack:
    """The tutorial's `egress`."""
    return synthesis.stacks["egress"]
