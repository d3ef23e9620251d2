"""One object of a key: an input that states it twice does not say which of the two the cluster would hold."""

from collections.abc import Iterable, Sequence

from egress.review.doubts.doubt import Doubt
from egress.review.doubts.of_fields import touch_of
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject
from egress.review.objects.understood import decides


def distinct(objects: Iterable[KubernetesObject]) -> tuple[Sequence[KubernetesObject], list[Doubt]]:
    """One object of each key (group, kind, namespace and name), and a doubt where two have one, identical or not.

    An apply writes the one over the other, and Terraform's next run does so again.
    """
    listed = list(objects)
    found: dict[tuple[str, str, str, str], KubernetesObject] = {}
    nameless: list[KubernetesObject] = []
    doubts = []
    for item in listed:
        if not item.name:
            nameless.append(item)
        elif item.key not in found:
            found[item.key] = item
        elif decides(item):
            first = found[item.key]
            _, kind, namespace, name = item.key
            told = (
                f"{kind} {'/'.join(filter(None, (namespace, name)))}: {first.place or first.address} and "
                f"{item.place or item.address}: two objects of one key, and a cluster holds only one of them; "
                "take the others away"
            )
            doubts += [Doubt(one.address, told, touch_of(one, "", ROOT_NAMESPACE)) for one in (first, item)]
    return [*found.values(), *nameless], doubts
