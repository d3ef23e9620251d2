"""Certificates of the sandbox."""

from cryptography import x509

from egress.proof.network.certificates import Authority, spiffe


def test_a_workloads_certificate_carries_its_spiffe_identity() -> None:
    pair = Authority("mesh").issue(uris=(spiffe("team-x", "test"),))
    names = x509.load_pem_x509_certificate(pair.certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )

    assert names.value.get_values_for_type(x509.UniformResourceIdentifier) == [
        "spiffe://cluster.local/ns/team-x/sa/test"
    ]


def test_the_authority_signs_what_it_issues() -> None:
    authority = Authority("outside")
    leaf = x509.load_pem_x509_certificate(authority.issue(hosts=("example.com", "10.5.0.2")).certificate)

    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.root.certificate))
