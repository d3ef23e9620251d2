"""Which modules of Kubernetes need a version of their own."""

from egress.proof.toolchain.installation import staged

GO_MOD = """
require (
	k8s.io/api v0.0.0
	k8s.io/kube-openapi v0.0.0-20250710124328-f3f2b991d03b
	k8s.io/utils v0.0.0-20250604170112-4c0f3b243397
	k8s.io/mount-utils v0.0.0 // indirect
	k8s.io/klog/v2 v2.130.1
)
replace k8s.io/api => ./staging/src/k8s.io/api
"""


def test_only_modules_at_exactly_v0_0_0_are_staging_modules() -> None:
    assert staged(GO_MOD) == ["k8s.io/api", "k8s.io/mount-utils"]
