"""The names of the subsets of DestinationRules, which routes name too."""

from hashlib import sha256

from egress.config.names import fold

LONGEST_SUBSET_NAME = 63
"""A DNS label, capitals allowed (Istio's pkg/config/validation/validation.go, validateSubsetName)."""


def origination_subset(host: str) -> str:
    """The subset that turns plain HTTP into TLS: `example-com-originate-TLS`."""
    return subset_name(host, "-originate-TLS")


def subset_name(host: str, suffix: str) -> str:
    """A host's subset. The API server refuses a longer name, so a long host is cut and told apart by its digest."""
    name = f"{fold(host)}{suffix}"
    if len(name) <= LONGEST_SUBSET_NAME:
        return name
    ending = f"-{sha256(host.encode()).hexdigest()[:8]}{suffix}"
    return f"{fold(host)[: LONGEST_SUBSET_NAME - len(ending)].rstrip('-')}{ending}"
