"""The Cloud KMS key under which the cluster stores Kubernetes Secrets."""

from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_google.kms_crypto_key import KmsCryptoKey
from cdktf_cdktf_provider_google.kms_crypto_key_iam_member import KmsCryptoKeyIamMember
from cdktf_cdktf_provider_google.kms_key_ring import KmsKeyRing
from constructs import Construct

from egress.config.cluster import SecretsEncryption

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class SecretsKeyProps:
    """`project_number` names GKE's service agent, which uses the key."""

    settings: SecretsEncryption
    project_number: int
    region: str
    depends_on: list[ITerraformDependable]


class SecretsKey(Construct):
    """Ring, key and GKE's right to use it (GKE, "Encrypt secrets at the application layer").

    Terraform refuses to destroy the key: without it no Secret of the cluster can be read again.
    """

    def __init__(self, scope: Construct, id_: str, props: SecretsKeyProps) -> None:
        super().__init__(scope, id_)
        ring = KmsKeyRing(
            self,
            "ring",
            name=props.settings.key_ring,
            location=props.region,
            depends_on=props.depends_on,
        )
        self.key = KmsCryptoKey(
            self,
            "key",
            name=props.settings.key,
            key_ring=ring.id,
            rotation_period=f"{props.settings.rotation_days * SECONDS_PER_DAY}s",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
        KmsCryptoKeyIamMember(
            self,
            "gke",
            crypto_key_id=self.key.id,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=f"serviceAccount:service-{props.project_number}@container-engine-robot.iam.gserviceaccount.com",
        )
