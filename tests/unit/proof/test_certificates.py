"""Certificates of the sandbox."""

import ssl
from pathlib import Path

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


def test_a_client_that_is_strict_about_certificates_believes_the_outside(tmp_path: Path) -> None:
    """As Python's own default is since 3.13."""
    authority = Authority("outside")
    pair = authority.issue(hosts=("example.com",))
    (tmp_path / "certificate").write_bytes(pair.certificate)
    (tmp_path / "key").write_bytes(pair.key)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    asking = ssl.create_default_context(cadata=authority.root.certificate.decode())
    asking.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(to_client, to_server, server_hostname="example.com")
    server = serving.wrap_bio(to_server, to_client, server_side=True)

    for _ in range(3):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.getpeercert()
