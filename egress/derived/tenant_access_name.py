"""The name of the Role and the RoleBinding that let a team's people run workloads."""

ACCESS_NAME = "run-workloads"
