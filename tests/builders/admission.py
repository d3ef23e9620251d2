"""What the admission policies of a platform ask."""

from typing import Any

from egress.config.platform import Platform
from egress.derived.admission.policies import admission_objects


def expressions(platform: Platform, name: str) -> str:
    """Return a policy's conditions as one text."""
    policies: dict[str, Any] = {
        item["metadata"]["name"]: item["spec"]
        for item in admission_objects(platform)
        if item["kind"] == "ValidatingAdmissionPolicy"
    }
    return "\n".join(validation["expression"] for validation in policies[name]["validations"])
