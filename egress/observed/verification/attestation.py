"""The outcome as an in-toto statement, and its DSSE envelope (in-toto attestation v1; DSSE 1.0)."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from egress.observed.verification.errors import VerificationError

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:secure-egress-gke:verification:v1"
PAYLOAD = "application/vnd.in-toto+json"


def subjects(out: Path) -> list[dict[str, Any]]:
    """The stacks' files with their digests: what the statement is about. Raises VerificationError."""
    files = sorted(out.glob("stacks/*/cdk.tf.json"))
    if not files:
        raise VerificationError(
            f"{out}: there is no stacks/*/cdk.tf.json in it: `make synth` writes cdktf.out"
        )
    return [{"name": str(file.relative_to(out)), "digest": {"sha256": digest(file)}} for file in files]


def digest(file: Path) -> str:
    """A file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def statement(about: Iterable[Mapping[str, Any]], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """A Statement of version 1."""
    return {
        "_type": STATEMENT,
        "subject": list(about),
        "predicateType": PREDICATE,
        "predicate": dict(predicate),
    }


def envelope(document: Mapping[str, Any], key: Path) -> dict[str, Any]:
    """The statement in a signed envelope. Raises VerificationError for what is no ed25519 key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except OSError as error:
        raise VerificationError(f"--key {key}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise VerificationError(f"--key {key}: {_NO_KEY}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise VerificationError(f"--key {key}: {_NO_KEY}")
    payload = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    return {
        "payloadType": PAYLOAD,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {
                "keyid": _key_id(private.public_key()),
                "sig": base64.b64encode(private.sign(_encoded(payload))).decode(),
            }
        ],
    }


_NO_KEY = (
    "it must be an ed25519 private key in PEM without a passphrase: "
    "openssl genpkey -algorithm ed25519 -out key.pem"
)


def opened(file: Path, public: Path) -> dict[str, Any]:
    """The statement of an envelope that a key has signed. Raises VerificationError where it has not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(public.read_bytes())
        found = json.loads(file.read_bytes())
        payload = base64.b64decode(found["payload"], validate=True)
        signatures = [base64.b64decode(each["sig"], validate=True) for each in found["signatures"]]
        type_ = found["payloadType"]
    except OSError as error:
        raise VerificationError(f"{error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise VerificationError(
            f"{file}: it must be a signed envelope, and {public} an ed25519 public key in PEM ({error})"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise VerificationError(f"{public}: it must be an ed25519 public key in PEM")
    for signature in signatures:
        try:
            key.verify(signature, _encoded(payload))
        except InvalidSignature:
            continue
        if type_ != PAYLOAD:
            break
        document: dict[str, Any] = json.loads(payload)
        return document
    raise VerificationError(f"{file}: no signature of it is {public}'s")


def _key_id(public: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)
