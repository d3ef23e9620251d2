# Spacelift: one stack for each synthesized one, from a branch that holds the output (a job pushes `cdktf.out` there after each
# merge). The state stays in the bucket of `backend.gcs`, so outputs are read between stacks as they are.
# The manifest is the one that `main.py` writes; its dependencies become Spacelift's.
terraform {
  required_providers {
    spacelift = {
      source  = "spacelift-io/spacelift"
      version = "~> 1.0"
    }
  }
}

variable "repository" {
  description = "The repository with the branch of synthesized stacks"
  type        = string
}

variable "branch" {
  description = "That branch"
  type        = string
  default     = "synthesized"
}

locals {
  stacks = jsondecode(file("${path.module}/cdktf.out/manifest.json")).stacks
  edges = merge([
    for name, stack in local.stacks : { for before in stack.dependencies : "${name} ${before}" => { stack = name, before = before } }
  ]...)
}

resource "spacelift_stack" "synthesized" {
  for_each = local.stacks

  name                         = each.key
  repository                   = var.repository
  branch                       = var.branch
  project_root                 = "cdktf.out/${each.value.workingDirectory}"
  terraform_version            = "1.11.4"
  manage_state                 = false
  autodeploy                   = startswith(each.key, "team-")
  enable_local_preview         = false
  protect_from_deletion        = !startswith(each.key, "team-")
  terraform_smart_sanitization = true
}

resource "spacelift_stack_dependency" "order" {
  for_each = local.edges

  stack_id            = spacelift_stack.synthesized[each.value.stack].id
  depends_on_stack_id = spacelift_stack.synthesized[each.value.before].id
}

resource "spacelift_drift_detection" "nightly" {
  for_each = local.stacks

  stack_id  = spacelift_stack.synthesized[each.key].id
  reconcile = false
  schedule  = ["41 3 * * *"]
}
