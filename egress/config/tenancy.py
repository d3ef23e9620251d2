"""How tenants are kept apart and on the way through the gateway."""

from typing import Literal

from egress.source.model import ConfigModel


class Tenants(ConfigModel):
    """platform.yaml, `tenants`: the controls every team's namespaces get."""

    network: Literal["default-deny", "as-stated"] = "default-deny"
    """`default-deny`: NetworkPolicies both ways in every team namespace and in istio-egress. `as-stated`: only
    those a team's file asks for (the tutorial)."""
    admission: Literal["enforced", "none"] = "enforced"
    """`enforced`: ValidatingAdmissionPolicies and RBAC refuse what would lead around the gateway."""
    grants_state: tuple[Literal["reason", "owner", "ticket", "until"], ...] = ()
    """What each grant of each team must state beside its host."""
