"""The project's Binary Authorization policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.binary_authorization_policy import (
    BinaryAuthorizationPolicy,
    BinaryAuthorizationPolicyAdmissionWhitelistPatterns,
    BinaryAuthorizationPolicyDefaultAdmissionRule,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ImagePolicyProps:
    """`allowed` are image patterns beyond GKE's own images."""

    allowed: Sequence[str]
    depends_on: list[ITerraformDependable]


class ImagePolicy(Construct):
    """Refuses every image that neither Google's policy for its own images nor a pattern admits.

    A project has one policy: this one replaces whatever was there.
    """

    def __init__(self, scope: Construct, id_: str, props: ImagePolicyProps) -> None:
        super().__init__(scope, id_)
        BinaryAuthorizationPolicy(
            self,
            "policy",
            global_policy_evaluation_mode="ENABLE",
            default_admission_rule=BinaryAuthorizationPolicyDefaultAdmissionRule(
                evaluation_mode="ALWAYS_DENY", enforcement_mode="ENFORCED_BLOCK_AND_AUDIT_LOG"
            ),
            admission_whitelist_patterns=[
                BinaryAuthorizationPolicyAdmissionWhitelistPatterns(name_pattern=pattern)
                for pattern in props.allowed
            ],
            depends_on=props.depends_on,
        )
