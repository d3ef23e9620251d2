"""The nearest right word to a wrong one."""

from collections.abc import Iterable

_LISTED = 8
"""How many words a message lists before it says how many more there are."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or what there is to choose from where nothing is near."""
    # Imported where it is needed: a configuration without mistakes pays nothing for it.
    from difflib import get_close_matches

    words = sorted(known)
    if not words:
        return "there are none"
    near = get_close_matches(word, words, n=1) or get_close_matches(word.lower(), words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    listed = ", ".join(words[:_LISTED])
    return (
        f"there are {listed} and {len(words) - _LISTED} more"
        if len(words) > _LISTED
        else f"there is {listed}"
    )
