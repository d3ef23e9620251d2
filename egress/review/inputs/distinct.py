"""One object of a key: an input that states it twice does not say which of the two the cluster would hold."""

from collections.abc import Iterable, Iterator, Sequence

from egress.review.doubts.doubt import Doubt
from egress.review.doubts.of_whole import touch_of_whole
from egress.review.doubts.touch import NOTHING
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject
from egress.review.objects.understood import decides


def distinct(objects: Iterable[KubernetesObject]) -> tuple[Sequence[KubernetesObject], list[Doubt]]:
    """One object of each key (group, kind, namespace and name), and a doubt where two have one, identical or not.

    An apply writes the one over the other, and Terraform's next run does so again.
    """
    found: dict[tuple[str, str, str, str], list[KubernetesObject]] = {}
    nameless: list[KubernetesObject] = []
    for item in objects:
        if item.name:
            found.setdefault(item.key, []).append(item)
        else:
            nameless.append(item)
    doubts = [
        doubt
        for same in found.values()
        if len(same) > 1 and (decides(same[0]) or any(item.document != same[0].document for item in same))
        for doubt in _doubts(same)
    ]
    return [*(same[0] for same in found.values()), *nameless], doubts


def _doubts(same: Sequence[KubernetesObject]) -> Iterator[Doubt]:
    """Told once for all objects of a key; those that say the same touch nothing."""
    first = same[0]
    places = list(dict.fromkeys(str(item.place or item.address) for item in same))
    what = f"{first.kind} {'/'.join(filter(None, (first.namespace, first.name)))}"
    times = "two" if len(same) == 2 else str(len(same))
    told = (
        f"{what}: {' and '.join(places)}: {times} objects of one key, and a cluster holds only one of them; "
        "take the others away"
    )
    equal = all(_content(item) == _content(first) for item in same)
    for item in same:
        yield Doubt(
            first.address,
            told,
            NOTHING if equal or not decides(item) else touch_of_whole(item, ROOT_NAMESPACE),
        )


def _content(item: KubernetesObject) -> tuple[object, ...]:
    return (item.api_version, item.labels, item.annotations, item.spec, item.owner)
