"""How tenants are kept apart and on the way through the gateway."""

from typing import Literal

from egress.config.names import MetadataDomain
from egress.source.model import ConfigModel

Tenancy = Literal["shared", "moving", "stack-per-team"]
"""Where the objects of the teams are: in `egress`, or in a stack of each team's own."""


class Tenants(ConfigModel):
    """platform.yaml, `tenants`: the controls every team's namespaces get."""

    enforcement: Literal["enforce", "observe"] = "enforce"
    """`observe`: the mesh logs everything and refuses nothing, so that `egress learn` can propose the grants. The
    network still refuses what goes around the gateway (docs/learn.md)."""
    network: Literal["default-deny", "as-stated"] = "default-deny"
    """`default-deny`: NetworkPolicies both ways in every team namespace and in istio-egress. `as-stated`: only
    those a team's file asks for (the tutorial)."""
    admission: Literal["enforced", "none"] = "enforced"
    """`enforced`: ValidatingAdmissionPolicies and RBAC refuse what would lead around the gateway."""
    grants_state: tuple[Literal["reason", "owner", "ticket", "until"], ...] = ()
    """What each grant of each team must state beside its host."""
    pod_security: Literal["restricted", "none"] = "restricted"
    """`restricted`: the Pod Security Standard that every team's Pods, the gateway and istiod are held to; a team's
    file may say `baseline` with a reason. `none`: the namespaces are not labelled (the tutorial)."""
    people: Literal["deploy", "deploy-and-enter"] = "deploy"
    """What the teams' groups may do: run workloads and read their logs, or also enter running Pods (`kubectl exec`,
    `cp`, `attach`, `port-forward`), as whoever the Pod is."""
    service_accounts: Literal["bound", "free"] = "bound"
    """`bound`: a ServiceAccount of a stated workload runs that workload's image and command alone (admission).
    `free`: any Pod of its namespace may take it."""
    metadata_domains: tuple[MetadataDomain, ...] = ()
    """Domains of labels and annotations that teams' objects may carry, such as example.com: subdomains are part of
    it. Keys without a domain, those of applications (app.kubernetes.io, helm.sh, ...) and the harmless ones of
    Kubernetes pass without being named. State none that a controller, an agent or a CNI plugin reads: what
    it does, it does with its own rights."""
