"""Encryption at rest: data keys, encrypted values, keyed hashes. The module handles bytes and labels, no models.

Every submission has a random 256-bit data key, wrapped by the first of `KYC_FIELD_KEYS`; its personal values are
encrypted with that data key (AES-256-GCM). The label (table.column:row) is the associated data, so a ciphertext moved
to another row, column or table cannot be decrypted. Searchable values are stored as HMAC-SHA256 (`KYC_SEARCH_KEYS`).
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
MIN_BYTES = len(VERSION) + NONCE_BYTES + 16  # an empty plaintext with its tag


class CannotOpen(Exception):
    """The key is wrong, or the ciphertext was altered or moved. Callers never show the stored bytes instead."""


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def encrypt(key: bytes, label: str, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, label.encode())


def decrypt(key: bytes, label: str, encrypted: bytes) -> bytes:
    if encrypted[:1] != VERSION:
        raise CannotOpen(f"unknown encryption version for {label}")
    if len(encrypted) < MIN_BYTES:
        raise CannotOpen(f"{label} does not open: the stored value was cut off")
    nonce, body = (
        encrypted[1 : 1 + NONCE_BYTES],
        memoryview(encrypted)[1 + NONCE_BYTES :],
    )  # a memoryview, so that an image is not copied
    try:
        return AESGCM(key).decrypt(nonce, body, label.encode())
    except InvalidTag as error:
        raise CannotOpen(f"{label} does not open: wrong key, or the stored value was altered or moved") from error


def encrypt_json(key: bytes, label: str, value: Any) -> bytes:
    return encrypt(key, label, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def decrypt_json(key: bytes, label: str, encrypted: bytes) -> Any:
    return json.loads(decrypt(key, label, encrypted))


@lru_cache(maxsize=16)
def master_key_id(master: bytes) -> bytes:
    """Return an id that tells which master key wrapped a data key and reveals nothing about either."""
    return hashlib.sha256(b"kyc-portal master key id" + master).digest()[:KEY_ID_BYTES]


def wrap(label: str, plain: bytes) -> bytes:
    """Encrypt with the newest master key and prepend that key's id."""
    master = settings.FIELD_KEYS[0]
    return master_key_id(master) + encrypt(master, label, plain)


def unwrap(label: str, wrapped: bytes) -> bytes:
    """Decrypt a value that `wrap` made with any master key that is still listed.

    Raises:
        CannotOpen: the master key that wrapped it is not in KYC_FIELD_KEYS, or the value was altered.
    """
    key_id = wrapped[:KEY_ID_BYTES]
    for master in settings.FIELD_KEYS:
        if master_key_id(master) == key_id:
            return decrypt(master, label, wrapped[KEY_ID_BYTES:])
    raise CannotOpen(f"the master key that wrapped {label} is not in KYC_FIELD_KEYS")


def rewrap(label: str, wrapped: bytes) -> bytes | None:
    """Return the value wrapped by the newest master key; None if it already is.

    Raises:
        CannotOpen: as `unwrap`.
    """
    if wrapped[:KEY_ID_BYTES] == master_key_id(settings.FIELD_KEYS[0]):
        return None
    return wrap(label, unwrap(label, wrapped))


def normalise(value: str) -> str:
    """Return the one normal form of a text for search: `characters`, NFKC, case folded, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", characters.normalise(value)).casefold().split())


def normalise_number(value: str) -> str:
    """Return the normal form of a document or identity number: letters and digits only."""
    return "".join(letter for letter in normalise(value) if letter.isalnum())


def search_digest(kind: str, normalised: str, key: bytes | None = None) -> bytes:
    """Return the keyed hash of a normalised value; it includes the kind, so equal texts of two kinds differ."""
    return hmac.digest(key or settings.SEARCH_KEYS[0], f"{kind}\0{normalised}".encode(), "sha256")


def search_digests(kind: str, normalised: str) -> list[bytes]:
    """Return the digests under all search keys that are still read, newest first."""
    return [search_digest(kind, normalised, key) for key in settings.SEARCH_KEYS]
