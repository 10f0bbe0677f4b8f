"""Personal data in a webhook: only for an endpoint with that scope, and encrypted (JWE) if it has a public key.

Identity and document numbers are never sent: Korean law restricts resident, passport, licence and alien numbers to the
purpose for which they were collected, and a receiver finds the customer by the company's own number.
"""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey

NAMES = ("name", "email", "date_of_birth", "gender", "nationality")
MIN_RSA_BITS = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")
RSA_ALGORITHM, EC_ALGORITHM, CONTENT = "RSA-OAEP-256", "ECDH-ES+A256KW", "A256GCM"


class UnusableKey(Exception):
    """The text is no public key in PEM form of a kind that the portal encrypts to."""


def selected(values: dict[str, str]) -> dict[str, str]:
    return {name: values[name] for name in NAMES if values.get(name)}


def encrypt(pem: str, customer: dict[str, str]) -> str:
    """Return the values as a JWE in compact form.

    Raises:
        UnusableKey: see `check_key`.
    """
    key, algorithm = _key(pem)
    header: dict[str, Any] = {"alg": algorithm, "enc": CONTENT, "cty": "json"}
    text = json.dumps(customer, ensure_ascii=False)
    return jwe.encrypt_compact(header, text, key, algorithms=[algorithm, CONTENT])


def check_key(pem: str) -> None:
    """Raise `UnusableKey` unless the text is the PEM form of a public RSA (2048 bits or more) or P-256/384/521 key."""
    _key(pem)


def _key(pem: str) -> tuple[RSAKey | ECKey, str]:
    try:
        found = load_pem_public_key(pem.strip().encode())
    except (ValueError, TypeError) as error:
        raise UnusableKey from error
    if isinstance(found, rsa.RSAPublicKey) and found.key_size >= MIN_RSA_BITS:
        return RSAKey.import_key(found), RSA_ALGORITHM
    if isinstance(found, ec.EllipticCurvePublicKey) and found.curve.name in CURVES:
        return ECKey.import_key(found), EC_ALGORITHM
    raise UnusableKey
