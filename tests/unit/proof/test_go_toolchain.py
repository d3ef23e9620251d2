"""Which Go is new enough."""

import pytest

from egress.proof.toolchain.go_toolchain import new_enough


@pytest.mark.parametrize("version", ["go1.26.0", "go1.26.8", "go1.27.3", "go2.0"])
def test_a_newer_go_is_taken(version: str) -> None:
    assert new_enough(version)


@pytest.mark.parametrize("version", ["go1.19.8", "go1.25.5", "devel", ""])
def test_an_older_or_unknown_go_is_not(version: str) -> None:
    assert not new_enough(version)
