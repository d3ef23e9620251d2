"""A team's Cloud Storage bucket."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_google.storage_bucket import StorageBucket
from cdktf_cdktf_provider_google.storage_bucket_iam_member import StorageBucketIamMember
from cdktf_cdktf_provider_google.storage_bucket_object import StorageBucketObject
from constructs import Construct

from egress.derived import construct_ids as ids
from egress_constructs.scope import scope_at


@dataclass(frozen=True, kw_only=True)
class BucketProps:
    """`objects` by name with their text; `viewers` by account id, as policy members."""

    name: str
    location: str
    objects: Mapping[str, str]
    viewers: Mapping[str, str]


class Bucket(Construct):
    """A bucket with its objects, and the accounts that may list and read it."""

    def __init__(self, scope: Construct, id_: str, props: BucketProps) -> None:
        super().__init__(scope, id_)
        bucket = StorageBucket(
            self,
            "bucket",
            name=props.name,
            location=props.location,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
        )
        for name, content in props.objects.items():
            StorageBucketObject(
                scope_at(self, ids.OBJECTS), name, bucket=bucket.name, name=name, content=content
            )
        for account_id, member in props.viewers.items():
            StorageBucketIamMember(
                scope_at(self, ids.VIEWERS),
                account_id,
                bucket=bucket.name,
                role="roles/storage.objectViewer",
                member=member,
            )
