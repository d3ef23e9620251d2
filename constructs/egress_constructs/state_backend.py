"""Where a stack's state lives."""

from cdktf import GcsBackend, LocalBackend, TerraformStack

from egress.config.platform import Backend


def declare_backend(stack: TerraformStack, backend: Backend | None, environment: str) -> None:
    """Declare the backend: a bucket where one is named, else a local file beside the output folder.

    With none declared cdktf writes an absolute path into the JSON. The local path is relative to the folder
    Terraform runs in, `<output>/stacks/<stack>`, and leads out of the output, which a synth may replace.
    Both hold the environment's name: two environments of one checkout never share a state.
    """
    stack_id = stack.node.id
    if backend is None:
        LocalBackend(stack, path=f"../../../terraform.{environment}.{stack_id}.tfstate")
    else:
        GcsBackend(
            stack,
            bucket=backend.gcs.bucket,
            prefix=f"{backend.gcs.prefix}/{environment}/{stack_id}",
            impersonate_service_account=backend.gcs.impersonate_service_account,
        )
