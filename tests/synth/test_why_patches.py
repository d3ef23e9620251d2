"""A patch of `why` makes the refused request allowed: applied with git, synthesized, and reviewed again."""

import itertools
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.why.asked import Asked
from egress.review.why.explained import Explained, explain
from egress.review.why.folder import Folder
from egress.review.why.remedy import Granting
from tests.synth.conftest import Synthesize
from tests.synth.variations import COMMITTED

DAY = {"SOURCE_DATE_EPOCH": "1795000000"}
CONFIGURATIONS = ("00-mesh", "03-authorization", "tutorial", "production")

SAMPLE = 5
"""So many patches of a configuration are synthesized; every one is loaded and held against the request."""

REQUESTS = (("http", "GET", "/status/500"), ("http", "POST", "/a/b?c=d"), ("https", "GET", "/"))
NEW_HOSTS = ("unlisted.example", "storage.googleapis.com", "192.0.2.1", "example.com:8080")


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def patched(
    request: pytest.FixtureRequest, synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory
) -> "Patched":
    folder = tmp_path_factory.mktemp("patched") / request.param
    shutil.copytree(COMMITTED[request.param], folder)
    return Patched(folder, Cluster(read([synthesize(folder).out])))


class Patched:
    """A configuration, and what `why` says of every identity's requests."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder, self.cluster = folder, cluster

    @cache  # noqa: B019 - as long as the module's fixture
    def refused(self) -> tuple[Explained, ...]:
        return tuple(self._refused())

    def _refused(self) -> Iterator[Explained]:
        read_ = Folder(self.folder, DAY)
        hosts = (*read_.configuration.destinations.destinations, *NEW_HOSTS)
        for source, host, (scheme, method, path) in itertools.product(
            self.cluster.identities.all(), hosts, REQUESTS
        ):
            question = Asked(source.identity, f"{scheme}://{host}{path}", method)
            found = explain(self.cluster, read_, question)
            if found.refused:
                yield found

    def apply(self, patch: str, to: Path) -> Path:
        shutil.copytree(self.folder, to)
        subprocess.run(["git", "apply", "-p1", "-"], input=patch, text=True, cwd=to, check=True)
        return to


def patch_of(found: Explained) -> str:
    assert found.remedy is not None
    return found.remedy.patch


def test_each_refusal_has_a_patch_or_says_why_there_is_none(patched: Patched) -> None:
    refused = patched.refused()

    assert len(refused) > 5
    for found in refused:
        remedy = found.remedy
        assert remedy is not None
        assert bool(remedy.patch) != bool(remedy.unpatched), found.asked
        if remedy.patch:
            assert remedy.deciding is not None
            assert remedy.deciding.place.line >= 1
    without = {
        found.asked.url.partition("//")[2].partition("/")[0] for found in refused if not patch_of(found)
    }
    assert {"192.0.2.1", "example.com:8080"} <= without, "an address and another port are no patch"


def test_a_patched_folder_grants_what_was_asked(patched: Patched, tmp_path: Path) -> None:
    """Of every refusal: the patch applies with git, the folder has no problem, and nothing lacks any more."""
    patches = {found.asked: found for found in patched.refused() if patch_of(found)}

    assert patches
    for number, (question, found) in enumerate(patches.items()):
        folder = Folder(patched.apply(patch_of(found), tmp_path / str(number)), DAY)
        source = patched.cluster.identities.find(question.source)
        again = Granting(folder, source.namespace, source.service_account, question.request()).remedy()
        assert again.deciding is None, (question, again)


def test_a_patched_folder_is_synthesized_to_a_state_that_allows_it(
    patched: Patched, synthesize: Synthesize, tmp_path: Path
) -> None:
    patches = {patch_of(found): found.asked for found in patched.refused() if patch_of(found)}
    every = max(1, len(patches) // SAMPLE)

    for number, (patch, question) in enumerate(list(patches.items())[::every]):
        folder = patched.apply(patch, tmp_path / str(number))
        answer = evaluate(Cluster(read([synthesize(folder).out])), question.request())
        assert answer.verdict is Verdict.ALLOWED, (question, patch, answer.decisive)
