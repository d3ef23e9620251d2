"""The google-beta provider, for the one field that the google provider does not have.

`behavior` of google_dns_response_policy_rule is in google-beta alone (hashicorp/terraform-provider-google, 6.50.0). Its
prebuilt binding would be a second package of the size of google's for one field, so the stack states the provider
itself; type and schema of the resource are those of google's binding otherwise.
"""

from cdktf import TerraformResource, TerraformStack

NAME = "google-beta"
VERSION = "6.50.0"
"""The google provider's own version: both are released together."""


def declare_google_beta(stack: TerraformStack, *, project: str, region: str) -> None:
    """Require and configure the provider in a stack."""
    stack.add_override(
        f"terraform.required_providers.{NAME}", {"source": f"hashicorp/{NAME}", "version": VERSION}
    )
    stack.add_override(f"provider.{NAME}", [{"project": project, "region": region}])


def with_google_beta(resource: TerraformResource, field: str, value: str) -> None:
    """Let google-beta make a resource, with a field that it alone knows."""
    resource.add_override("provider", NAME)
    resource.add_override(field, value)
