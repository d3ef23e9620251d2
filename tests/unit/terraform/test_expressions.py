"""Templates as cdktf writes them."""

import pytest

from egress.terraform import TerraformError
from egress.terraform.expressions import Call, Literal, Reference, Template, parse_template


def test_text_without_interpolation_stays_as_it_is() -> None:
    assert parse_template("10.0.0.0/24") == Literal("10.0.0.0/24")


def test_a_single_interpolation_keeps_its_expression() -> None:
    assert parse_template("${google_compute_network.vpc.id}") == Reference(
        ("google_compute_network", "vpc", "id")
    )


def test_names_may_hold_dashes_and_indexes_follow_attributes() -> None:
    parsed = parse_template("${google_container_cluster.a-b_C.master_auth[0].cluster_ca_certificate}")

    assert isinstance(parsed, Reference)
    assert parsed.steps[1:4] == ("a-b_C", "master_auth", 0)
    assert str(parsed) == "google_container_cluster.a-b_C.master_auth[0].cluster_ca_certificate"


def test_text_and_interpolations_alternate() -> None:
    assert parse_template("https://${a.b.c}:443") == Template(
        (Literal("https://"), Reference(("a", "b", "c")), Literal(":443"))
    )


def test_functions_take_expressions_and_quoted_templates() -> None:
    parsed = parse_template('${join(",", [a.b.c, "x${d.e.f}"])}')

    assert isinstance(parsed, Call)
    assert parsed.function == "join"
    assert parsed.arguments[0] == Literal(",")


def test_a_doubled_dollar_is_a_literal() -> None:
    assert parse_template("$${not_a_reference}") == Literal("${not_a_reference}")


@pytest.mark.parametrize(
    "text", ["${a.b == c.d}", "${a.b[*].c}", "%{ if x }y%{ endif }", "${a.b", "${f(a.b}"]
)
def test_what_is_not_read_here_is_refused_and_never_misread(text: str) -> None:
    with pytest.raises(TerraformError):
        parse_template(text)
