"""Readers: a folder of synthesized stacks, a Terraform plan, Kubernetes YAML."""
