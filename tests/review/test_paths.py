"""Paths as Envoy 1.40 normalizes them: what it was asked, and what it made of it."""

import pytest

from egress.review.paths import normalized, readable

SEEN = {
    "/a/..;/b": "/b", "/a/..;x/b": "/b", "/a/..;": "/", "/a/.;/b": "/a/b", "/a/%2e%2e;/b": "/a/..;/b",
    "/a/..%3b/b": "/a/..%3b/b", "/%73": "/s", "/%7e": "/~", "/%2d%2e%5f": "/-._", "/%2e/b": "/b",
    "/%2E%2E/b": "/b", "/a/%2e%2e/b": "/b", "/a/.%2e/b": "/b", "/a\\b": "/a/b", "/a/..\\b": "/b",
    "/%5c": "/%5c", "/%5C": "/%5C", "/%2f": "/%2f", "/%3f": "/%3f", "/%41%5a%30": "/AZ0", "/%": "/%",
    "/%4": "/%4", "/%zz": "/%zz", "//a": "//a", "//a/../b": "//b", "/..//a": "//a", "/a//../b": "/a/b",
    "/a/./": "/a/", "/a/.": "/a/", "/a/..": "/", "/a/b/..": "/a/", "/..": "/", "/a;b": "/a;b",
    "/a{b}": "/a%7Bb%7D", "/a|b": "/a%7Cb", "/a^b": "/a%5Eb", "/a`b": "/a%60b", '/a"b': "/a%22b",
    "/a<b>": "/a%3Cb%3E", "/a'b": "/a'b", "/a[b]": "/a[b]", "/%20": "/%20", "/%25": "/%25",
    "/%2561": "/%2561", "/a?%61": "/a?%61", "/a?..": "/a?..", "/%e4": "/%e4", "/a/...": "/a/...",
    "/a/..a": "/a/..a", "/a/%2e": "/a/", "/a/%2e%2e": "/", "/a/..?x=/../": "/?x=/../",
    "/a/.../b": "/a/.../b", "/%2e%2e": "/", "/\\..\\a": "/a", "/a/..;/..;/b": "/b", "/a..;/b": "/a..;/b",
    "/a/.%2e;/b": "/a/..;/b", "/a\\..;\\b": "/a/..;/b", "/a/..;\\b": "/", "/;/b": "/;/b",
    "/a/b;x/../c": "/a/c", "/a/..;?x": "/?x", "/a/..;%2f/b": "/b", "/a/.;x": "/a/", "/a/..;/": "/",
    "/a//..;/b": "/a/b", "/a/%2e;/b": "/a/.;/b", "/a/..\\;/b": "/;/b", "/a/%5c../b": "/a/%5c../b",
    "/a/b\\..\\..\\c": "/c", "/%2e%2e%2f": "/..%2f", "/%2F..": "/%2F..", "/a%2f../b": "/a%2f../b",
    "/x/%2e%2E/%2e./y": "/y", "/a%2Bb": "/a%2Bb", "/a%5fb": "/a_b", "/%30%31": "/01",
}  # fmt: skip
ANSWERED_WITH_400 = ("/%00", "/a%00b", "/a#b", "/a?b#c", "/\xe4", "/..%00")


@pytest.mark.parametrize(("asked", "made"), SEEN.items())
def test_a_path_is_normalized_as_envoy_does_it(asked: str, made: str) -> None:
    assert readable(asked)
    assert normalized(asked) == made


@pytest.mark.parametrize("path", ANSWERED_WITH_400)
def test_a_path_that_envoy_refuses_is_not_readable(path: str) -> None:
    assert not readable(path)
