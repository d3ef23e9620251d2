import importlib
import sys
from types import ModuleType

import pytest

from lazy_bindings.finder import LazyProviderFinder
from lazy_bindings.kernel_types import KernelTypes
from lazy_bindings.shape import LazyBindingsWarning

from .conftest import PACKAGE, PACMAK_INIT, WritePackage


@pytest.fixture
def kernel_map(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Puts the finder first on the import path, with a map of its own instead of jsii's."""
    submodules: dict[str, str] = {}
    monkeypatch.setattr(KernelTypes, "of_jsii", lambda: KernelTypes(submodules))
    monkeypatch.setattr(sys, "meta_path", [LazyProviderFinder(), *sys.meta_path])
    return submodules


@pytest.fixture
def package(write_package: WritePackage, kernel_map: dict[str, str]) -> ModuleType:
    write_package()
    assert not kernel_map
    return importlib.import_module(PACKAGE)


def loaded() -> set[str]:
    return {name.removeprefix(f"{PACKAGE}.") for name in sys.modules if name.startswith(f"{PACKAGE}.")}


def test_importing_the_package_loads_its_assembly_and_no_resource(package: ModuleType) -> None:
    assert loaded() == {"_jsii"}
    assert package.__jsii_assembly__.name == "@cdktf/provider-sample"


def test_a_resource_is_loaded_when_it_is_asked_for(package: ModuleType) -> None:
    assert package.compute_network.ComputeNetwork.__name__ == "ComputeNetwork"
    assert loaded() == {"_jsii", "compute_network"}


@pytest.mark.usefixtures("package")
def test_a_from_import_of_one_resource_loads_that_one() -> None:
    importlib.import_module(f"{PACKAGE}.provider")
    assert loaded() == {"_jsii", "provider"}


def test_the_package_lists_all_its_resources(package: ModuleType) -> None:
    assert {"compute_network", "provider"} <= set(dir(package))
    assert package.__all__ == ["compute_network", "provider"]


def test_a_resource_that_does_not_exist_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'compute_netwrok'"):
        _ = package.compute_netwrok


@pytest.mark.usefixtures("package")
def test_the_kernel_is_told_where_each_class_lives(kernel_map: dict[str, str]) -> None:
    assert kernel_map == {
        "@cdktf/provider-sample.computeNetwork": f"{PACKAGE}.compute_network",
        "@cdktf/provider-sample.provider": f"{PACKAGE}.provider",
    }


@pytest.mark.usefixtures("kernel_map")
def test_a_package_of_another_shape_is_loaded_whole_with_a_warning(write_package: WritePackage) -> None:
    write_package(PACMAK_INIT + "class SampleProvider: ...\n")
    with pytest.warns(
        LazyBindingsWarning, match=f"{PACKAGE} is loaded the stock, slow way: .* classes of its own"
    ):
        package = importlib.import_module(PACKAGE)
    assert package.SampleProvider
    assert loaded() == {"_jsii", "compute_network", "provider"}


@pytest.mark.usefixtures("kernel_map")
def test_a_package_is_loaded_whole_when_jsii_keeps_no_map(
    write_package: WritePackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KernelTypes, "of_jsii", lambda: KernelTypes(None))
    write_package()
    with pytest.warns(LazyBindingsWarning, match="cannot find the class of an object"):
        importlib.import_module(PACKAGE)
    assert loaded() == {"_jsii", "compute_network", "provider"}


def test_other_modules_are_left_to_python() -> None:
    finder = LazyProviderFinder()
    assert finder.find_spec("json", None) is None
    assert finder.find_spec("cdktf_cdktf_provider_that_is_not_installed", None) is None
