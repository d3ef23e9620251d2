from pathlib import Path

import pytest

from lazy_bindings.shape import UnknownShapeError, read_shape

from .conftest import PACMAK_INIT, WritePackage


def init_of(package: Path) -> Path:
    return package / "__init__.py"


def test_the_submodules_are_those_the_init_imports(write_package: WritePackage) -> None:
    assert read_shape(init_of(write_package())).submodules == ("compute_network", "provider")


def test_a_package_without_jsii_has_no_known_shape(write_package: WritePackage) -> None:
    with pytest.raises(UnknownShapeError, match="no _jsii module"):
        read_shape(init_of(write_package(assembly=False)))


@pytest.mark.parametrize(
    "own",
    [
        "class Provider:\n    pass\n",
        "Provider = build(\n    jsii_type='@cdktf/provider-sample.Provider',\n)\n",
    ],
)
def test_a_package_with_classes_in_its_root_has_no_known_shape(write_package: WritePackage, own: str) -> None:
    with pytest.raises(UnknownShapeError, match="classes of its own"):
        read_shape(init_of(write_package(PACMAK_INIT + own)))


def test_a_package_that_imports_nothing_has_no_known_shape(write_package: WritePackage) -> None:
    with pytest.raises(UnknownShapeError, match="imports no submodules"):
        read_shape(init_of(write_package("from ._jsii import *\n")))
