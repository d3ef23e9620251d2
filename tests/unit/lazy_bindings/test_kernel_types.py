import pytest

from lazy_bindings.kernel_types import KernelTypes, kernel_name


@pytest.mark.parametrize(
    ("submodule", "name"),
    [
        ("provider", "provider"),
        ("compute_network", "computeNetwork"),
        ("network_policy_v1", "networkPolicyV1"),
        ("os_config_v2_policy_orchestrator", "osConfigV2PolicyOrchestrator"),
    ],
)
def test_a_submodule_has_the_kernels_name(submodule: str, name: str) -> None:
    assert kernel_name(submodule) == name


def test_the_installed_jsii_has_a_map() -> None:
    assert KernelTypes.of_jsii().submodules is not None


def test_nothing_is_registered_where_jsii_keeps_no_map() -> None:
    with pytest.raises(LookupError, match="no map of submodules"):
        KernelTypes(None).register("@cdktf/provider-sample", "sample", ["provider"])
