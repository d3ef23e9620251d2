"""Google service accounts and who acts as them."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.nearest import nearest
from egress.source.problem import Problem

NODE_ACCOUNTS = frozenset({"sa-application-nodes", "sa-gateway-nodes"})
"""The nodes' own service accounts (the tutorial's names)."""


def accounts_are_used_by_workloads(draft: Draft) -> Iterator[Problem]:
    """A Google service account is for workloads of its team."""
    for team in draft.teams.values():
        workloads = team.file.keys(("workloads",)).union(team.team.service_accounts)
        for account, settings in team.team.google_service_accounts.items():
            for position, workload in enumerate(settings.used_by):
                place = ("google_service_accounts", account, "used_by", position)
                if workload not in workloads:
                    message = f"the team has no such workload: {nearest(workload, workloads)}"
                    yield team.file.problem(place, message)
                elif workload in settings.used_by[:position]:
                    yield team.file.problem(place, "this workload is listed twice: remove one")


def workloads_act_as_one_account(draft: Draft) -> Iterator[Problem]:
    """A Kubernetes ServiceAccount is annotated with one Google service account."""
    for team in draft.teams.values():
        accounts: dict[str, str] = {}
        for account, settings in team.team.google_service_accounts.items():
            for position, workload in enumerate(settings.used_by):
                first = accounts.setdefault(workload, account)
                if first != account:
                    message = (
                        f"the workload acts as {first} already, and can act as one account only: choose one"
                    )
                    place = ("google_service_accounts", account, "used_by", position)
                    yield team.file.problem(place, message)


def accounts_are_unique(draft: Draft) -> Iterator[Problem]:
    """Google service accounts belong to the project, which all teams share."""
    owners: dict[str, str] = {}
    for team in draft.teams.values():
        for account in team.team.google_service_accounts:
            place = ("google_service_accounts", account)
            if account in NODE_ACCOUNTS:
                message = "the nodes run as this service account: use another id"
                yield team.file.problem(place, message, account)
            elif account in owners:
                message = f"this service account is another team's ({owners[account]}): use another id"
                yield team.file.problem(place, message, account)
            else:
                owners[account] = f"{team.file.source.file}:{team.file.source.line(place)}"


def bucket_viewers_are_accounts(draft: Draft) -> Iterator[Problem]:
    """A bucket's viewers are Google service accounts of the same team."""
    for team in draft.teams.values():
        accounts = team.file.keys(("google_service_accounts",))
        for key, bucket in team.team.buckets.items():
            for position, viewer in enumerate(bucket.viewers):
                place = ("buckets", key, "viewers", position)
                if viewer not in accounts:
                    message = f"the team has no such Google service account: {nearest(viewer, accounts)}"
                    yield team.file.problem(place, message)
                elif viewer in bucket.viewers[:position]:
                    yield team.file.problem(place, "this account is listed twice: remove one")


def bucket_objects_have_names(draft: Draft) -> Iterator[Problem]:
    """Cloud Storage keeps some object names for itself ("About Cloud Storage objects")."""
    for team in draft.teams.values():
        for key, bucket in team.team.buckets.items():
            for name in bucket.objects:
                if name in (".", "..") or name.startswith(".well-known/acme-challenge/"):
                    message = "Cloud Storage refuses this object name: use another"
                    yield team.file.problem(("buckets", key, "objects", name), message, name)
                elif len(name.encode()) > 1024:
                    message = "an object's name has at most 1024 bytes in UTF-8: shorten it"
                    yield team.file.problem(("buckets", key, "objects", name), message, name)
