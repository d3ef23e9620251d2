"""A small sound configuration, and the problems of it once a file is edited."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.source.problem import ConfigurationError

FILES = {
    "platform.yaml": """\
project:
  id: some-project
  region: us-central1
  zone: us-central1-a
network:
  subnet:
    nodes: 10.0.0.0/24
    pods: 10.1.0.0/16
    services: 10.2.0.0/20
cluster:
  control_plane_range: 10.5.0.0/28
  authorized_networks: [203.0.113.7/32]
backend:
  gcs:
    bucket: some-state
""",
    "destinations.yaml": """\
destinations:
  example.com:
    https: pass-through
  httpbin.org:
    visible_to: [team-x, team-y]
google_apis:
  googleapis:
    hosts: [storage.googleapis.com]
    visible_to: [team-x]
authorization: by-namespace
""",
    "teams/team-x.yaml": """\
labels: { team: x }
workloads:
  test: { image: "gcr.io/some/image:1" }
grants:
  - to: example.com
  - to: httpbin.org
    paths: [/get]
network_policies: { to_teams: [team-y] }
google_service_accounts:
  sa-team-x: { used_by: [test] }
buckets:
  data:
    objects: { hello: world }
    viewers: [sa-team-x]
""",
    "teams/team-y.yaml": """\
grants:
  - to: httpbin.org
""",
}
"""Every kind of entry once, on lines that the tests name."""

BY_IDENTITY = {
    "platform.yaml": FILES["platform.yaml"]
    + """\
mesh:
  gateway: { identity_https: true }
""",
    "destinations.yaml": """\
destinations:
  example.com:
    http: originate-tls
  api.example.net:
    http: closed
    https: identity
  www.example.org:
    http: closed
    https: pass-through
""",
    "teams/team-x.yaml": """\
workloads:
  test: { image: "gcr.io/some/image:1" }
namespaces: [jobs]
service_accounts: [jobs/nightly]
grants:
  - to: example.com
    service_accounts: [test]
    methods: [GET]
  - to: api.example.net
    service_accounts: [jobs/nightly]
  - to: www.example.org
    service_accounts: [test]
    scheme: https
""",
}
"""The same for authorization by identity."""

Edit = tuple[str, str, str]
"""A file, what stands in it, and what is to stand there instead."""


class Folder:
    """A configuration folder that starts out sound."""

    def __init__(self, path: Path, files: Mapping[str, str] = FILES) -> None:
        self.path = path
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file in the folder."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file; an empty one stands at its end."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert not old or text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new) if old else text + new)

    def load(self, environ: Mapping[str, str] | None = None) -> Configuration:
        """The configuration; a ConfigurationError where it has problems."""
        return load(self.path, environ or {})

    def problems(self, environ: Mapping[str, str] | None = None) -> list[str]:
        """Every problem as a line, files named from the folder."""
        try:
            self.load(environ)
        except ConfigurationError as error:
            return [str(problem).replace(f"{self.path}/", "") for problem in error.problems]
        return []


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A sound configuration folder, to be spoilt."""
    return Folder(tmp_path / "config")


@pytest.fixture
def identity_folder(tmp_path: Path) -> Folder:
    """A sound configuration folder by identity, to be spoilt."""
    return Folder(tmp_path / "config", BY_IDENTITY)


@pytest.fixture
def new_folder(tmp_path: Path) -> Callable[[str], Folder]:
    """Makes sound configuration folders by name."""
    return lambda name: Folder(tmp_path / name)
