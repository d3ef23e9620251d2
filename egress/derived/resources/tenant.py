"""The resources of one team, as `egress_constructs.tenant` builds them."""

from collections.abc import Iterator

from egress.config.configuration import Configuration, service_account, team_namespaces
from egress.config.team import Grant, Team
from egress.derived import construct_ids as ids
from egress.derived import gateway
from egress.derived.istio.routing import team_objects
from egress.derived.network_policies.as_stated import team_policies
from egress.derived.network_policies.default_deny import network_facts, team_at_gateway, team_isolation
from egress.derived.network_policies.policy import NetworkPolicy
from egress.derived.resources.address import Ids
from egress.derived.resources.resource import PLATFORM, Cause, Derived, from_manifest, manifest_key, typed
from egress.derived.stack_ids import stack_of_team
from egress.derived.tenant_access_name import ACCESS_NAME


def tenant_resources(configuration: Configuration, name: str) -> Iterator[Derived]:
    """Every resource below the team's construct."""
    team = configuration.teams[name]
    stack = stack_of_team(configuration.platform, name)
    scope: Ids = (ids.TEAMS, name)
    for namespace in team_namespaces(name, team):
        cause = _of_namespace(name, namespace)
        yield typed(stack, "Namespace", "", namespace, (*_within(scope, namespace), "namespace"), cause)
        if team.groups:
            below = (*_within(scope, namespace), ids.ACCESS)
            yield typed(stack, "Role", namespace, ACCESS_NAME, (*below, "role"), cause)
            yield typed(stack, "RoleBinding", namespace, ACCESS_NAME, (*below, "binding"), cause)
    yield from _istio_objects(configuration, name, scope, stack)
    yield from _network_policies(configuration, name, scope, stack)
    yield from _accounts(name, team, scope, stack)
    yield from _google(name, team, scope, stack)


def _within(scope: Ids, namespace: str) -> Ids:
    """Where objects of a namespace belong: below it, or with those at the gateway."""
    if namespace == gateway.NAMESPACE:
        return (*scope, ids.AT_GATEWAY)
    return (*scope, ids.NAMESPACES, namespace)


def _of_team(name: str) -> Cause:
    return Cause(file=name, fix=f"rename the team's file, to team-{name}.yaml for instance")


def _of_namespace(name: str, namespace: str) -> Cause:
    if namespace == name:
        return _of_team(name)
    return Cause(file=name, path=("namespaces", namespace))


def _istio_objects(configuration: Configuration, name: str, scope: Ids, stack: str) -> Iterator[Derived]:
    grants = list(enumerate(configuration.teams[name].grants))
    by_grant = configuration.destinations.authorization == "by-namespace"
    for manifest in team_objects(configuration, name):
        key = manifest_key(manifest)
        # By namespace each grant makes one policy, in the order in which the grants stand.
        one_grant = by_grant and key.kind == "AuthorizationPolicy"
        cause = (
            _of_grant(name, *grants.pop(0)) if one_grant else _of_namespace(name, _own(key.namespace, name))
        )
        below = (*_within(scope, key.namespace), ids.ISTIO, ids.istio_object_id(key.kind, key.name))
        yield from_manifest(stack, manifest, below, cause)


def _own(namespace: str, name: str) -> str:
    return name if namespace == gateway.NAMESPACE else namespace


def _of_grant(name: str, position: int, grant: Grant) -> Cause:
    if grant.policy:
        return Cause(file=name, path=("grants", position, "policy"))
    return Cause(
        file=name,
        path=("grants", position, "to"),
        fix="join the two grants, or name this one's `policy`",
    )


def _network_policies(configuration: Configuration, name: str, scope: Ids, stack: str) -> Iterator[Derived]:
    team = configuration.teams[name]
    if configuration.platform.tenants.network == "as-stated":
        for policy in team_policies(team.network_policies) if team.network_policies else ():
            yield _network_policy(stack, scope, name, policy, _of_policy(configuration, name, policy))
        return
    policies = team_isolation(configuration, name, network_facts(configuration.platform))
    for namespace in team_namespaces(name, team):
        for policy in policies:
            yield _network_policy(stack, scope, namespace, policy, _of_policy(configuration, name, policy))
    at_gateway = team_at_gateway(configuration, name)
    if at_gateway:
        yield _network_policy(stack, scope, gateway.NAMESPACE, at_gateway, _of_team(name))


def _network_policy(stack: str, scope: Ids, namespace: str, policy: NetworkPolicy, cause: Cause) -> Derived:
    below = (*_within(scope, namespace), ids.NETWORK_POLICIES, policy.name, "policy")
    return typed(stack, "NetworkPolicy", namespace, policy.name, below, cause)


def _of_policy(configuration: Configuration, name: str, policy: NetworkPolicy) -> Cause:
    """A policy towards another team is that team's name in the caller's list; any other one every team has."""
    for beginning, towards in (("allow-egress-to-", True), ("allow-ingress-from-", False)):
        far = policy.name.removeprefix(beginning)
        team = configuration.teams.get(far) if policy.name.startswith(beginning) else None
        if team is None or not _peers(policy) <= set(team_namespaces(far, team)):
            continue
        caller, called = (name, far) if towards else (far, name)
        settings = configuration.teams[caller].network_policies
        if settings and called in settings.to_teams:
            fix = f"rename the team {far}, whose name the policy bears"
            return Cause(file=caller, path=("network_policies", "to_teams", called), fix=fix)
    return PLATFORM


def _peers(policy: NetworkPolicy) -> set[str | None]:
    """The namespaces that a policy lets through as a whole; None for any other peer."""
    rules = (*(policy.egress or ()), *(policy.ingress or ()))
    return {peer.namespace if peer.pods is None else None for rule in rules for peer in rule.peers}


def _accounts(name: str, team: Team, scope: Ids, stack: str) -> Iterator[Derived]:
    for workload, settings in team.workloads.items():
        namespace = settings.namespace or name
        below = (*_within(scope, namespace), ids.WORKLOADS, workload)
        cause = Cause(file=name, path=("workloads", workload))
        for kind, id_ in (
            ("ServiceAccount", "service-account"),
            ("Service", "service"),
            ("Deployment", "deployment"),
        ):
            yield typed(stack, kind, namespace, workload, (*below, id_), cause)
    for reference in team.service_accounts:
        namespace, account = service_account(name, reference)
        below = (*_within(scope, namespace), ids.SERVICE_ACCOUNTS, account, "service-account")
        cause = Cause(file=name, path=("service_accounts", reference), fix="take this away, or another name")
        yield typed(stack, "ServiceAccount", namespace, account, below, cause)


def _google(name: str, team: Team, scope: Ids, stack: str) -> Iterator[Derived]:
    for account, settings in team.google_service_accounts.items():
        below, place = (*scope, ids.IDENTITIES, account), ("google_service_accounts", account)
        found: list[tuple[str, Ids, tuple[str | int, ...]]] = [
            ("google_service_account", ("account",), place),
            *(
                ("google_service_account_iam_member", (ids.USERS, user), (*place, "used_by", user))
                for user in settings.used_by
            ),
            *(
                ("google_project_iam_member", (ids.ROLES, ids.role_id(role)), (*place, "roles", role))
                for role in settings.roles
            ),
        ]
        yield from _all(stack, name, below, found)
    for key, bucket in team.buckets.items():
        below, place = (*scope, ids.BUCKETS, key), ("buckets", key)
        yield from _all(
            stack,
            name,
            below,
            [
                ("google_storage_bucket", ("bucket",), place),
                *(
                    ("google_storage_bucket_object", (ids.OBJECTS, object_), (*place, "objects", object_))
                    for object_ in bucket.objects
                ),
                *(
                    ("google_storage_bucket_iam_member", (ids.VIEWERS, viewer), (*place, "viewers", viewer))
                    for viewer in bucket.viewers
                ),
            ],
        )


def _all(
    stack: str, name: str, below: Ids, found: list[tuple[str, Ids, tuple[str | int, ...]]]
) -> Iterator[Derived]:
    for type_, inner, path in found:
        cause = Cause(file=name, path=path, fix="take one of the two away, or another name")
        yield Derived(stack=stack, type=type_, ids=(*below, *inner), cause=cause)
