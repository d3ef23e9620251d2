"""Computed attributes whose value follows from the configuration alone.

Only what the provider's pages state as a fixed form; everything else stays unknown until the apply.
"""

from collections.abc import Callable
from typing import Any

_Body = dict[str, Any]


def _service_account_email(body: _Body) -> str:
    return f"{body['account_id']}@{body['project']}.iam.gserviceaccount.com"


COMPUTED: dict[str, dict[str, Callable[[_Body], str]]] = {
    "google_service_account": {
        "email": _service_account_email,
        "member": lambda body: f"serviceAccount:{_service_account_email(body)}",
        "name": lambda body: f"projects/{body['project']}/serviceAccounts/{_service_account_email(body)}",
        "id": lambda body: f"projects/{body['project']}/serviceAccounts/{_service_account_email(body)}",
    },
    "google_compute_network": {
        "id": lambda body: f"projects/{body['project']}/global/networks/{body['name']}",
    },
    "google_compute_subnetwork": {
        "id": lambda body: f"projects/{body['project']}/regions/{body['region']}/subnetworks/{body['name']}",
    },
    "google_project_service": {"id": lambda body: f"{body['project']}/{body['service']}"},
    "kubernetes_namespace_v1": {"id": lambda body: str(body["metadata"]["name"])},
}


def computed(type_: str, attribute: str, body: _Body) -> str | None:
    """Return a computed attribute's value; None where it is known only after the apply."""
    rule = COMPUTED.get(type_, {}).get(attribute)
    if rule is None:
        return None
    try:
        return rule(body)
    except KeyError:
        return None
