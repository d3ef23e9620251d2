"""Every problem of every file in one report, in the order of the files."""

import pytest

from egress.source.problem import ConfigurationError, Problem, show_path

EDITS = [
    ("platform.yaml", "id: some-project", "id: Some_Project"),
    ("platform.yaml", "zone: us-central1-a", "zone: us-central2-a"),
    ("platform.yaml", "  subnet:", "  subnetwork: {}\n  subnet:"),
    ("platform.yaml", "pods: 10.1.0.0/16", "pods: 10.0.0.0/16"),
    ("platform.yaml", "services: 10.2.0.0/20", "services: 8.8.0.0/20"),
    ("platform.yaml", "[203.0.113.7/32]", "[0.0.0.0/0, 1.2.3.4]"),
    ("destinations.yaml", "https: pass-through", "https: passthrough"),
    ("destinations.yaml", "[team-x, team-y]", "[team-x, team-y, team-z]"),
    ("destinations.yaml", "storage.googleapis.com", "storage.example.com"),
    ("teams/team-x.yaml", "team: x", "team: no"),
    ("teams/team-x.yaml", "to: example.com", "to: exmple.com"),
    ("teams/team-x.yaml", "[/get]", "[get, //get]"),
    ("teams/team-x.yaml", "[test]", "[tset]"),
    ("teams/team-y.yaml", "httpbin.org", "httpbin.org\n    method: GET"),
]

PLACES = [
    "platform.yaml:2: project.id",
    "platform.yaml:4: project.zone",
    "platform.yaml:6: network.subnetwork",
    "platform.yaml:9: network.subnet.pods",
    "platform.yaml:10: network.subnet.services",
    "platform.yaml:13: cluster.authorized_networks[1]",
    "platform.yaml:13: cluster.authorized_networks[0]",
    "destinations.yaml:3: destinations.example.com.https",
    "destinations.yaml:5: destinations.httpbin.org.visible_to[2]",
    "destinations.yaml:8: google_apis.googleapis.hosts[0]",
    "teams/team-x.yaml:1: labels.team",
    "teams/team-x.yaml:5: grants[0].to",
    "teams/team-x.yaml:7: grants[1].paths[0]",
    "teams/team-x.yaml:7: grants[1].paths[1]",
    "teams/team-x.yaml:10: google_service_accounts.sa-team-x.used_by[0]",
    "teams/team-y.yaml:3: grants[0].method",
]


def test_every_problem_is_reported_in_one_run_in_the_order_of_the_files(folder):
    for name, old, new in EDITS:
        folder.edit(name, old, new)

    assert [": ".join(problem.split(": ")[:2]) for problem in folder.problems()] == PLACES


@pytest.mark.parametrize("left_out", range(len(EDITS)))
def test_no_problem_hides_another_one(folder, left_out):
    edits = [edit for number, edit in enumerate(EDITS) if number != left_out]
    for name, old, new in edits:
        folder.edit(name, old, new)
    together = {problem.partition(": ")[2] for problem in folder.problems()}

    for name, old, new in edits:
        folder.edit(name, new, old)
    alone = set()
    for name, old, new in edits:
        folder.edit(name, old, new)
        alone |= {problem.partition(": ")[2] for problem in folder.problems()}
        folder.edit(name, new, old)

    # Some words of a message follow from other entries (which names are near); the places must all be there.
    assert {problem.partition(": ")[0] for problem in alone} <= {
        problem.partition(": ")[0] for problem in together
    }


def test_a_faulty_entry_keeps_the_lines_of_those_after_it(folder):
    folder.edit("teams/team-x.yaml", "  - to: example.com\n", "  - to: EXAMPLE\n")
    folder.edit("teams/team-x.yaml", "  - to: httpbin.org\n", "  - to: htpbin.org\n")

    assert [problem.split(": ")[:2] for problem in folder.problems()] == [
        ["teams/team-x.yaml:5", "grants[0].to"],
        ["teams/team-x.yaml:6", "grants[1].to"],
    ]


def test_a_faulty_host_does_not_make_its_grants_faulty(folder):
    folder.edit("destinations.yaml", "example.com:", "Example.com:")

    assert len(folder.problems()) == 1


def test_a_misspelt_key_of_a_grant_does_not_make_it_a_grant_for_everything(folder):
    folder.edit(
        "teams/team-x.yaml", "  - to: example.com\n", "  - { to: httpbin.org, policy: p, pahts: [/a] }\n"
    )

    assert [problem.split(": ")[1] for problem in folder.problems()] == ["grants[0].pahts"]


def test_the_error_reads_as_one_line_a_problem_and_their_number():
    error = ConfigurationError(
        [
            Problem(file="a.yaml", line=3, path=("b", 0, "c"), value="d", message="e: f"),
            Problem(file="g.yaml", message="h"),
        ]
    )

    assert (
        str(error)
        == "a.yaml:3: b[0].c: 'd': e: f\ng.yaml: h\n2 problems in the configuration; nothing was written."
    )
    assert str(ConfigurationError([Problem(file="g.yaml", message="h")])).endswith(
        "\n1 problem in the configuration; nothing was written."
    )


def test_a_path_is_shown_on_one_line_whatever_stands_in_it():
    assert show_path(("a", 0, 1, "b.c", "d\ne", "")) == "a[0][1].b.c.'d\\ne'.''"


def test_a_key_that_looks_like_pydantics_mark_is_a_key_like_others(folder):
    folder.edit("destinations.yaml", "destinations:\n", "'[key]':\ndestinations:\n  '[key]': 1\n")
    folder.edit("teams/team-x.yaml", "team: x", "'[key]': 1")

    assert [problem.split(": ")[:2] for problem in folder.problems()] == [
        ["destinations.yaml:1", "[key]"],
        ["destinations.yaml:3", "destinations.[key]"],
        ["destinations.yaml:3", "destinations.[key]"],
        ["teams/team-x.yaml:1", "labels.[key]"],
        ["teams/team-x.yaml:1", "labels.[key]"],
    ]
