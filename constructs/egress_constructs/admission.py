"""What the API server refuses in tenants' namespaces."""

from constructs import Construct

from egress.config.platform import Platform
from egress.derived.admission.policies import admission_objects
from egress_constructs.istio_object import istio_object


class Admission(Construct):
    """The ValidatingAdmissionPolicies and their bindings."""

    def __init__(self, scope: Construct, id_: str, platform: Platform) -> None:
        super().__init__(scope, id_)
        for manifest in admission_objects(platform):
            istio_object(self, manifest)
