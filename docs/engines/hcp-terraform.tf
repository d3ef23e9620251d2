# HCP Terraform: one workspace for each synthesized stack, from a branch that holds the output. HCP keeps the states itself, so each stack's
# folder needs an override beside `cdk.tf.json` (the `overrides` below, written by the job that pushes the branch): it replaces the backend,
# and says where outputs of other stacks are read.
terraform {
  required_providers {
    tfe = {
      source  = "hashicorp/tfe"
      version = "~> 0.70"
    }
  }
}

variable "organization" {
  description = "The organization in HCP Terraform"
  type        = string
}

variable "repository" {
  description = "OWNER/NAME of the repository with the branch of synthesized stacks"
  type        = string
}

variable "oauth_token_id" {
  description = "The connection to that repository's host"
  type        = string
}

locals {
  stacks = jsondecode(file("${path.module}/cdktf.out/manifest.json")).stacks
}

resource "tfe_workspace" "synthesized" {
  for_each = local.stacks

  name                  = "egress-${each.key}"
  organization          = var.organization
  working_directory     = "cdktf.out/${each.value.workingDirectory}"
  terraform_version     = "1.11.4"
  auto_apply            = startswith(each.key, "team-")
  assessments_enabled   = true
  file_triggers_enabled = true
  trigger_patterns      = ["cdktf.out/${each.value.workingDirectory}/**"]

  vcs_repo {
    identifier     = var.repository
    branch         = "synthesized"
    oauth_token_id = var.oauth_token_id
  }
}

# A stack reads the outputs of those that it depends on.
resource "tfe_workspace_settings" "shared" {
  for_each = local.stacks

  workspace_id              = tfe_workspace.synthesized[each.key].id
  remote_state_consumer_ids = [for name, stack in local.stacks : tfe_workspace.synthesized[name].id if contains(stack.dependencies, each.key)]
}

# A run of a stack starts those of the stacks that depend on it.
resource "tfe_run_trigger" "order" {
  for_each = merge([
    for name, stack in local.stacks : { for before in stack.dependencies : "${name} ${before}" => { stack = name, before = before } }
  ]...)

  workspace_id  = tfe_workspace.synthesized[each.value.stack].id
  sourceable_id = tfe_workspace.synthesized[each.value.before].id
}

output "overrides" {
  description = "By stack, the content of stacks/STACK/backend_override.tf.json"
  value = {
    for name, stack in local.stacks : name => jsonencode({
      terraform = {
        cloud = {
          organization = var.organization
          workspaces   = { name = "egress-${name}" }
        }
      }
      data = {
        terraform_remote_state = {
          for before in stack.dependencies : "cross-stack-reference-input-${before}" => {
            backend = "remote"
            config = {
              organization = var.organization
              workspaces   = { name = "egress-${before}" }
            }
          }
        }
      }
    })
  }
}
