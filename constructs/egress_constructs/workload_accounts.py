"""What the API server refuses to Pods that take a workload's ServiceAccount."""

from constructs import Construct

from egress.derived.admission.workload_accounts import workload_account_objects
from egress_constructs.istio_object import istio_object


class WorkloadAccounts(Construct):
    """The ValidatingAdmissionPolicy and its binding."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        for manifest in workload_account_objects():
            istio_object(self, manifest)
