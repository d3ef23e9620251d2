"""What a configuration leads to, as data: every Terraform resource of a stack, and the Kubernetes object it makes."""
