"""What an API or a CRD would refuse at the apply is refused before: every kind of value, and what just passes."""

from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import TypeAdapter, ValidationError

from egress.config.cluster import GoogleLabelKey
from egress.config.destinations import Destinations
from egress.config.durations import Duration
from egress.config.iam_roles import AROUND_THE_CONTROLS, BASIC, KNOWN, IamRole, role_problem
from egress.config.image_registry import ImageHub
from egress.config.images import Image, ImagePattern
from egress.config.locations import MachineType, Region, Zone
from egress.config.platform import Platform
from egress.config.ranges import PrivateCidr
from egress.config.schema import models_of
from egress.config.team import GroupAddress, LabelKey, Team

L = "l" * 63

REFUSED: list[tuple[Any, list[str]]] = [
    (
        Duration,
        [
            "99999999h",
            "2562048h",
            "9999999999999999999s",
            "9223372037s",
            "153722868m",
            "9223372036855ms",
            "9" * 4000 + "s",
        ],
    ),
    (
        LabelKey,
        ["a..b/x", "a-.b/x", "-a/x", "a./x", ".a/x", "a/b/x", "A.b/x", f"{L}.{L}.{L}.{L}/x", "x" * 64],
    ),
    (GoogleLabelKey, ["goog-x", "goog_x", "Goog", "1a"]),
    (PrivateCidr, ["172.17.0.0/16", "172.17.4.0/24", "172.16.0.0/12", "172.17.255.240/28", "172.16.0.0/15"]),
    (
        Region,
        [
            "us-central",
            "mars-north1",
            "us-middle1",
            "us-central0",
            "us-central100",
            "us-central1-a",
            "eu-west1",
        ],
    ),
    (Zone, ["us-central1", "us-central1-1", "us-central1-aa", "mars-north1-a"]),
    (
        MachineType,
        [
            "a-b",
            "e2-standard",
            "e2-standart-4",
            "e2-standard-0",
            "standard-4",
            "e2-large",
            "n2-custom",
            "e2-standard-4-x",
        ],
    ),
    (
        Image,
        [
            "gcr.io/..",
            "gcr.io/.",
            "gcr.io/a/../b",
            "gcr.io/a:1:2",
            "gcr.io/a@sha256:12",
            "gcr.io/a//b",
            "gcr.io/-a",
            "gcr.io/a-",
            "gcr.io/a:.b",
            "gcr..io/a",
            f"gcr.io/a:{'t' * 129}",
            "gcr.io/a..b",
            "gcr.io/a___b",
        ],
    ),
    (
        ImageHub,
        [
            "us-docker.pkg.dev/project/..",
            "us-docker.pkg.dev/project/r/..",
            "us-docker.pkg.dev/project/r//b",
            "us-docker.pkg.dev",
            "docker.io/istio",
        ],
    ),
    (
        ImagePattern,
        [
            "gcr.io/a:1:2",
            "gcr.io/..",
            "gcr.io/../**",
            "gcr.io/a/***",
            "gcr.io/a*b",
            "gcr.io/a:1@sha256:12",
            "gcr.io/a@*",
        ],
    ),
    (
        IamRole,
        [
            "roles/storage.objectCreater",
            "roles/storage.objectviewer",
            "roles/pubsub.publsher",
            "roles/pubsub",
            "roles/owner",
            "roles/editor",
            "roles/viewer",
            "roles/compute.securityAdmin",
            "roles/iam.serviceAccountTokenCreator",
            "projects/A B/roles/x",
            "projects/p/roles/ab",
            "organizations/x/roles/abc",
            "storage.objectViewer",
        ],
    ),
    (GroupAddress, ["a@..com", "a@-.com", "@example.com", "a@example", "a@example..com", "A@example.com"]),
]

TAKEN: list[tuple[Any, list[str]]] = [
    (Duration, ["1ms", "2562047h", "9223372036s", "153722867m", "9223372036854ms"]),
    (LabelKey, ["team", "a.b/x", "a-b.c/x", f"{L}.{L}.{L}/X_y.z", "example.com/team"]),
    (GoogleLabelKey, ["google", "part-of", "a", "goo-g"]),
    (PrivateCidr, ["172.16.0.0/16", "172.18.0.0/15", "10.0.0.0/8"]),
    (
        Region,
        [
            "us-central1",
            "europe-west12",
            "northamerica-northeast2",
            "me-central2",
            "africa-south1",
            "us-east5",
        ],
    ),
    (Zone, ["us-central1-a", "asia-southeast3-c"]),
    (
        MachineType,
        [
            "e2-standard-4",
            "e2-medium",
            "n2d-highmem-96",
            "n2-custom-4-8192",
            "c3-standard-176-metal",
            "custom-4-5120",
            "a2-highgpu-1g",
            "a3-megagpu-8g",
            "m1-ultramem-160",
            "e2-custom-small-2048",
            "c4a-standard-4-lssd",
            "n2-custom-4-8192-ext",
            "g2-standard-4",
            "z3-highmem-88",
        ],
    ),
    (
        Image,
        [
            "gcr.io/google.com/cloudsdktool/cloud-sdk:slim",
            "us-docker.pkg.dev/p/r/i_j__k-l:v1.2_3-rc",
            "gcr.io/a",
            f"gcr.io/a:1@sha256:{'0' * 64}",
            f"gcr.io/a@sha256:{'0' * 64}",
            f"gcr.io/a:{'t' * 128}",
        ],
    ),
    (ImageHub, ["us-docker.pkg.dev/project/istio", "europe-west1-docker.pkg.dev/project/r/istio/b.c"]),
    (
        ImagePattern,
        [
            "gcr.io/google.com/cloudsdktool/**",
            "gcr.io/p/*",
            "gcr.io/p/app-*",
            "gcr.io/p/app:1",
            "gcr.io/p/app:1*",
            "gcr.io/p/app:*",
            f"gcr.io/p/app@sha256:{'0' * 64}",
        ],
    ),
    (
        IamRole,
        [
            "roles/storage.objectCreator",
            "roles/pubsub.publisher",
            "projects/p-1/roles/my.role_1",
            "organizations/123/roles/someRole",
            "roles/cloudbuild.builds.editor",
            "roles/brandnew.thing",
        ],
    ),
    (GroupAddress, ["team-x@example.com", "a+b@sub.example.org"]),
]


def rows(table: list[tuple[Any, list[str]]]) -> list[Any]:
    return [pytest.param(kind, value, id=value[:50]) for kind, values in table for value in values]


@pytest.mark.parametrize(("kind", "value"), rows(REFUSED))
def test_what_the_api_would_refuse_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(("kind", "value"), rows(TAKEN))
def test_what_the_api_takes_is_taken(kind: Any, value: str) -> None:
    assert TypeAdapter(kind).validate_python(value) == value


def test_every_kind_above_stands_in_a_model() -> None:
    used = {
        repr(part)
        for model in (Platform, Destinations, Team)
        for each in models_of(model)
        for part in parts(each)
    }

    assert [kind for kind, _ in REFUSED if repr(strip(kind)) not in used] == []
    assert [kind for kind, _ in REFUSED] == [kind for kind, _ in TAKEN]


def parts(model: Any) -> list[Any]:
    """The metadata of a model's fields and of what they hold."""
    found: list[Any] = []
    for field in model.model_fields.values():
        found += [field.metadata, *inner(field.annotation)]
    return found


def inner(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return [strip(annotation), *inner(get_args(annotation)[0])]
    return [part for each in get_args(annotation) for part in inner(each)]


def strip(kind: Any) -> list[Any]:
    """The constraints of an annotated type as a field has them."""
    return [item for each in get_args(kind)[1:] for item in getattr(each, "metadata", [each])]


def test_no_known_role_is_called_misspelled_and_each_slip_of_one_is() -> None:
    fine = sorted(KNOWN - set(AROUND_THE_CONTROLS))
    assert [name for name in fine if role_problem(f"roles/{name}")] == []
    long = [name for name in fine if len(name) >= 20]
    assert long
    for name in long:
        slip = f"{name[:-3]}{name[-2:]}"
        assert slip in KNOWN or role_problem(f"roles/{slip}"), slip


def test_a_refusal_of_a_role_says_why_and_what_to_do() -> None:
    assert role_problem("roles/storage.objectCreater") == (
        "no predefined role of this name is known here, and it is close to one that is: "
        "did you mean roles/storage.objectCreator?"
    )
    for name in (*BASIC, *AROUND_THE_CONTROLS):
        assert "name " in (role_problem(f"roles/{name}") or ""), name


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (("cluster", "labels"), 64),
        (("cluster", "authorized_networks"), 100),
        (("alerts", "notification_channels"), 16),
    ],
)
def test_a_list_has_as_many_items_as_the_api_takes(folder: Any, path: tuple[str, str], most: int) -> None:
    items: dict[str, Any] = {
        "labels": lambda count: "{ " + ", ".join(f"l{number}: x" for number in range(count)) + " }",
        "authorized_networks": lambda count: str([f"203.{number}.113.7/32" for number in range(count)]),
        "notification_channels": lambda count: str(
            [f"projects/some-project/notificationChannels/{number}" for number in range(count)]
        ),
    }
    before = (
        (folder.path / "platform.yaml").read_text().replace("  authorized_networks: [203.0.113.7/32]\n", "")
    )
    holder, key = path
    for count in (most, most + 1):
        stated = f"{holder}:\n  {key}: {items[key](count)}\n"
        text = before.replace("cluster:\n", stated) if holder == "cluster" else before + stated
        folder.write("platform.yaml", text)
        said = f"there are {count}, at most {most} are allowed: take some away"
        if count == most:
            assert folder.problems() == []
        else:
            assert any(said in problem for problem in folder.problems()), folder.problems()
