"""Encryption at rest: data keys, sealed values, keyed hashes. Knows bytes and labels, no models.

Every submission has a random 256-bit data key, wrapped by the first of `KYC_FIELD_KEYS`; its personal values are sealed
under that data key with AES-256-GCM. The label (table.column:row) goes in as associated data, so a ciphertext moved to
another row, column or table does not open. What must be found is kept as HMAC-SHA256 under `KYC_SEARCH_KEYS`.
"""

import hashlib
import hmac
import json
import os
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from argos import characters

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_ID_BYTES = 4
MIN_BYTES = len(VERSION) + NONCE_BYTES + 16  # with the tag, around nothing


class CannotOpen(Exception):
    """The key is wrong, or the ciphertext was altered or moved. Never falls back to showing what is stored."""


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def encrypt(key: bytes, label: str, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def decrypt(key: bytes, label: str, sealed: bytes) -> bytes:
    if sealed[:1] != VERSION:
        raise CannotOpen(f"unknown sealing version for {label}")
    if len(sealed) < MIN_BYTES:
        raise CannotOpen(f"{label} does not open: the stored value was cut off")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], memoryview(sealed)[1 + NONCE_BYTES :]  # an image is not copied
    try:
        return AESGCM(key).decrypt(nonce, body, label.encode())
    except InvalidTag as error:
        raise CannotOpen(f"{label} does not open: wrong key, or the stored value was altered or moved") from error


def encrypt_json(key: bytes, label: str, value: Any) -> bytes:
    return encrypt(key, label, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def decrypt_json(key: bytes, label: str, sealed: bytes) -> Any:
    return json.loads(decrypt(key, label, sealed))


@lru_cache(maxsize=16)
def master_key_id(master: bytes) -> bytes:
    """Tells which master key wrapped a data key, without telling anything about either."""
    return hashlib.sha256(b"kyc-portal master key id" + master).digest()[:KEY_ID_BYTES]


def wrap(label: str, plain: bytes) -> bytes:
    """Seal under the newest master key, marked with that key's id."""
    master = settings.FIELD_KEYS[0]
    return master_key_id(master) + encrypt(master, label, plain)


def unwrap(label: str, wrapped: bytes) -> bytes:
    """Open what `wrap` made under any master key still listed.

    Raises:
        CannotOpen: the master key that wrapped it is not in KYC_FIELD_KEYS, or the value was altered.
    """
    wanted = wrapped[:KEY_ID_BYTES]
    for master in settings.FIELD_KEYS:
        if master_key_id(master) == wanted:
            return decrypt(master, label, wrapped[KEY_ID_BYTES:])
    raise CannotOpen(f"the master key that wrapped {label} is not in KYC_FIELD_KEYS")


def rewrap(label: str, wrapped: bytes) -> bytes | None:
    """The same under the newest master key; None when it is already.

    Raises:
        CannotOpen: as `unwrap`.
    """
    if wrapped[:KEY_ID_BYTES] == master_key_id(settings.FIELD_KEYS[0]):
        return None
    return wrap(label, unwrap(label, wrapped))


def normalise(value: str) -> str:
    """One form for what people type in many: `characters`, NFKC, case folded, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", characters.normalise(value)).casefold().split())


def normalise_number(value: str) -> str:
    """Document and identity numbers: letters and digits only."""
    return "".join(letter for letter in normalise(value) if letter.isalnum())


def search_digest(kind: str, normalised: str, key: bytes | None = None) -> bytes:
    """Keyed hash of one normalised value; the kind is part of it, so equal texts of two kinds do not meet."""
    return hmac.digest(key or settings.SEARCH_KEYS[0], f"{kind}\0{normalised}".encode(), "sha256")


def search_digests(kind: str, normalised: str) -> list[bytes]:
    """The digest under every search key still read, newest first."""
    return [search_digest(kind, normalised, key) for key in settings.SEARCH_KEYS]
