"""PROJECT_ID, REGION, ZONE and AUTHORIZED_NETWORKS stand for what the platform file says."""

import pytest

from egress.checks.notices import notices
from tests.reading_day import DAY


def test_the_environment_overrides_project_region_and_zone(folder):
    project = folder.load(
        {"PROJECT_ID": "other-project", "REGION": "europe-west1", "ZONE": "europe-west1-b"}
    ).platform.project

    assert (project.id, project.region, project.zone) == ("other-project", "europe-west1", "europe-west1-b")


@pytest.mark.parametrize(
    "text", ["198.51.100.1/32,10.9.0.0/16", " 198.51.100.1/32 10.9.0.0/16 ", "198.51.100.1/32,\n10.9.0.0/16,"]
)
def test_authorized_networks_are_separated_by_commas_or_blanks(folder, text):
    cluster = folder.load({"AUTHORIZED_NETWORKS": text}).platform.cluster

    assert cluster.authorized_networks == ("198.51.100.1/32", "10.9.0.0/16")


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_variable_leaves_the_file_as_it_is(folder, text):
    variables = dict.fromkeys(("PROJECT_ID", "REGION", "ZONE", "AUTHORIZED_NETWORKS"), text)

    assert folder.load(variables) == folder.load()


def test_the_environment_stands_in_for_a_section_that_is_left_out(folder):
    folder.edit("platform.yaml", FILE_PROJECT, "")

    project = folder.load({"PROJECT_ID": "other-project", "REGION": "europe-west1", "ZONE": "europe-west1-b"})

    assert project.platform.project.id == "other-project"


def test_the_environment_fixes_what_is_wrong_in_the_file(folder):
    folder.edit("platform.yaml", "id: some-project", "id: no")

    assert folder.problems() != []
    assert folder.problems({"PROJECT_ID": "other-project"}) == []


@pytest.mark.parametrize(
    ("variable", "text", "problem"),
    [
        (
            "PROJECT_ID",
            "Some_Project",
            "environment PROJECT_ID: project.id: 'Some_Project': this is not an id of 6 to 30 letters a-z, "
            "digits and inner hyphens, a letter first: did you mean some-project?",
        ),
        (
            "REGION",
            "mars",
            "environment REGION: project.region: 'mars': this is not a region, such as us-central1",
        ),
        (
            "ZONE",
            "europe-west1-b",
            "environment ZONE: project.zone: 'europe-west1-b': this zone is not in the region us-central1: "
            "write one such as us-central1-a, or the region europe-west1",
        ),
        (
            "AUTHORIZED_NETWORKS",
            "198.51.100.1",
            "environment AUTHORIZED_NETWORKS: cluster.authorized_networks[0]: '198.51.100.1': "
            "the prefix is missing: did you mean 198.51.100.1/32?",
        ),
        (
            "AUTHORIZED_NETWORKS",
            "198.51.100.1/32, 0.0.0.0/0",
            "environment AUTHORIZED_NETWORKS: cluster.authorized_networks[1]: '0.0.0.0/0': this lets the whole "
            "internet call the API server: name the addresses you deploy from, such as 203.0.113.7/32",
        ),
    ],
)
def test_a_wrong_variable_is_named_as_such(folder, variable, text, problem):
    assert folder.problems({variable: text}) == [problem]


def test_a_variable_cannot_smuggle_in_a_template(folder):
    assert folder.problems({"PROJECT_ID": "${path.module}"}) == [
        "environment PROJECT_ID: project.id: '${path.module}': "
        "Terraform would read ${ as a template of its own: write the text without it"
    ]


def test_one_line_says_what_to_set_before_a_deploy(folder):
    assert notices(folder.load(), DAY) == ()

    folder.edit("platform.yaml", "id: some-project", "id: your-project-id")
    folder.edit("platform.yaml", "[203.0.113.7/32]", "[]")
    (notice,) = notices(folder.load(), DAY)
    assert "PROJECT_ID" in notice
    assert "AUTHORIZED_NETWORKS" in notice

    assert (
        notices(folder.load({"PROJECT_ID": "real-project", "AUTHORIZED_NETWORKS": "203.0.113.7/32"}), DAY)
        == ()
    )


FILE_PROJECT = "project:\n  id: some-project\n  region: us-central1\n  zone: us-central1-a\n"


def test_a_port_that_opens_nothing_is_told(folder):
    folder.edit(
        "platform.yaml",
        "network:\n",
        "network:\n  firewall: { gateway: fqdn, egress_ports: [80, 443, 8443] }\n",
    )
    (notice,) = notices(folder.load(), DAY)
    assert notice.startswith("network.firewall.egress_ports: 8443 open nothing")

    folder.edit("platform.yaml", "gateway: fqdn", "gateway: ports")
    assert notices(folder.load(), DAY) == ()
