"""The label that makes a namespace a tenant's: what the admission policies select by."""

TENANT_LABEL = "secure-egress/tenant"


def tenant_label(team: str) -> dict[str, str]:
    """A namespace's label that names its team."""
    return {TENANT_LABEL: team}
