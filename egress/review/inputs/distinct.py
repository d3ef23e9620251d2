"""One object of a key: an input that states it twice does not say which of the two the cluster would hold."""

from collections.abc import Iterable, Sequence

from egress.review.errors import ReviewError
from egress.review.objects.kubernetes_object import KubernetesObject


def distinct(objects: Iterable[KubernetesObject]) -> Sequence[KubernetesObject]:
    """The objects. Raises ReviewError where two have one key (group, kind, namespace and name), identical or not.

    An apply writes the one over the other, and Terraform's next run does so again.
    """
    listed = list(objects)
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for item in listed:
        if item.name:
            places.setdefault(item.key, []).append(str(item.place or item.address))
    problems = [
        f"{kind} {'/'.join(filter(None, (namespace, name)))}: {' and '.join(found)}"
        for (_, kind, namespace, name), found in places.items()
        if len(found) > 1
    ]
    if problems:
        raise ReviewError(
            "the input holds two objects of one key, and a cluster holds only one of them; take the others away:\n"
            + "\n".join(f"  {problem}" for problem in problems)
        )
    return listed
