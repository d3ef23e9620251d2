"""Lazy loading with the real bindings: that both levers work, and what they must not break."""

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from lazy_bindings.kernel_types import kernel_name
from lazy_bindings.shape import read_shape

ROOT = Path(__file__).parent.parent.parent
PROVIDERS = ("google", "helm", "kubernetes")

ONE_NETWORK = """
import sys
import lazy_bindings

lazy_bindings.install()
import cdktf
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.provider import GoogleProvider

stack = cdktf.TerraformStack(cdktf.App(outdir=sys.argv[1]), "one")
GoogleProvider(stack, "google", project="a-project")
network = ComputeNetwork(stack, "network", name="a-network")
"""


def python(script: str, out: Path, **environ: str) -> str:
    """What a script prints in a Python of its own, without what this one has told node."""
    inherited = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(out)],
        cwd=ROOT,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_imports_the_resources_in_use_and_no_other(tmp_path: Path) -> None:
    script = ONE_NETWORK + (
        "prefix = 'cdktf_cdktf_provider_google.'\n"
        "print(*sorted({name.split('.')[1] for name in sys.modules if name.startswith(prefix)}))\n"
    )
    assert python(script, tmp_path).split() == ["_jsii", "compute_network", "provider"]


def test_node_requires_the_resources_in_use_and_no_other(tmp_path: Path) -> None:
    listing = tmp_path / "required.json"
    spy = tmp_path / "spy.js"
    spy.write_text(
        f"process.on('exit', () => {{ const files = Object.keys(require.cache);"
        f" if (files.some((file) => file.includes('provider-google')))"
        f" require('fs').writeFileSync({json.dumps(str(listing))}, JSON.stringify(files)); }});"
    )
    python(ONE_NETWORK, tmp_path, NODE_OPTIONS=f'--require="{spy}"')
    files = json.loads(listing.read_text())
    required = {file.split("/provider-google/lib/")[1] for file in files if "/provider-google/lib/" in file}
    assert not [file for file in files if "/archiver/" in file or "/semver/" in file]
    assert "lazy-index.js" in required
    assert "index.js" not in required
    assert {file.split("/")[0] for file in required} == {"lazy-index.js", "compute-network", "provider"}


def test_an_asset_is_archived_by_the_archiver_that_is_read_late(tmp_path: Path) -> None:
    (tmp_path / "asset").mkdir()
    (tmp_path / "asset" / "hello").write_text("hello")
    script = ONE_NETWORK + (
        "kind = cdktf.AssetType.ARCHIVE\n"
        "asset = cdktf.TerraformAsset(stack, 'asset', path=sys.argv[1] + '/asset', type=kind)\n"
        "cdktf.App.of(stack).synth()\n"
        "print(asset.path)\n"
    )
    archive = tmp_path / "stacks" / "one" / python(script, tmp_path).strip()
    with zipfile.ZipFile(archive) as members:
        assert members.read("hello") == b"hello"


def test_cdktf_still_has_the_stack_traces_that_are_not_taken(tmp_path: Path) -> None:
    script = (
        "import sys, lazy_bindings\nlazy_bindings.install()\nimport cdktf\n"
        "print(cdktf.Token.as_any('a').creation_stack)\n"
    )
    assert python(script, tmp_path) == "[]\n"
    assert python(script, tmp_path, EGRESS_LAZY_BINDINGS="off").startswith("['new ")


def test_a_wrong_argument_is_refused_in_the_same_words(tmp_path: Path) -> None:
    script = ONE_NETWORK + (
        "try:\n    ComputeNetwork(stack, 'other', name=5)\nexcept TypeError as error:\n    print(error)\n"
    )
    assert python(script, tmp_path) == "type of argument name must be str; got int instead\n"


def test_assemblies_are_loaded_in_the_background(tmp_path: Path) -> None:
    script = ONE_NETWORK + "import jsii\nprint(type(jsii.kernel.provider._process).__name__)\n"
    assert python(script, tmp_path).strip() == "BackgroundLoadingProcess"


RETURNED_BY_THE_KERNEL = (
    ONE_NETWORK
    + """
from jsii._kernel.types import CreateRequest

import jsii

# Made on the other side, so that Python hears of the class from the kernel alone.
jsii.kernel.provider.create(
    CreateRequest(
        fqn="@cdktf/provider-google.computeAddress.ComputeAddress",
        args=[stack, "address", {"name": "an-address"}],
        overrides=[],
        interfaces=[],
    )
)
assert "cdktf_cdktf_provider_google.compute_address" not in sys.modules
address = stack.node.find_child("address")
print(type(address).__module__, address.name_input)
"""
)


def test_an_object_of_a_class_that_was_never_imported_has_its_class(tmp_path: Path) -> None:
    assert (
        python(RETURNED_BY_THE_KERNEL, tmp_path) == "cdktf_cdktf_provider_google.compute_address an-address\n"
    )


def test_without_the_map_jsii_would_not_know_the_class(tmp_path: Path) -> None:
    emptied = RETURNED_BY_THE_KERNEL.replace(
        "# Made", "from jsii import _reference_map\n_reference_map._submodule_fqn_map.clear()\n# Made"
    )
    with pytest.raises(AssertionError, match=r"Unknown type: @cdktf/provider-google\.computeAddress"):
        python(emptied, tmp_path)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_submodule_has_the_name_the_kernel_uses(provider: str) -> None:
    spec = find_spec(f"cdktf_cdktf_provider_{provider}")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    (tarball,) = (package / "_jsii").glob("*.jsii.tgz")
    with tarfile.open(tarball, "r|gz") as members:
        lazy_index = next(
            members.extractfile(member).read().decode()  # type: ignore[union-attr]
            for member in members
            if member.name == "package/lib/lazy-index.js"
        )
    exported = set(re.findall(r"defineProperty\(exports, '(\w+)'", lazy_index))
    assert {
        kernel_name(submodule) for submodule in read_shape(package / "__init__.py").submodules
    } == exported
