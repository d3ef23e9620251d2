"""What stands in the cluster against what the stacks state: what a plan of Terraform cannot see."""
