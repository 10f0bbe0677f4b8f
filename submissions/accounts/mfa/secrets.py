"""Secrets of authenticator apps and recovery codes: encrypted with the master key, each bound to its kind and user.

allauth stores them in its own rows and passes neither the row nor the user to its adapter. So a new secret is bound
when its row is saved, as `kind:user:ciphertext`, and reading a row with a secret of another row raises an error.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_init, pre_save

from submissions.core import encryption

KINDS = ("secret", "seed")  # of an authenticator app, of recovery codes
FRESH = "authenticator.fresh"  # until its row is saved


def connect() -> None:
    """Bind secrets before rows are saved and check them after rows are read."""
    pre_save.connect(bind_all, sender=Authenticator, dispatch_uid="bind second factors")
    post_init.connect(check_all, sender=Authenticator, dispatch_uid="check second factors")


def encrypt(plain: str) -> str:
    """Encrypt a secret whose user is not known yet; `bind_all` binds it."""
    return encryption.wrap(FRESH, plain.encode()).hex()


def bound(plain: str, owner: str) -> str:
    """Return the stored form of a secret of `owner` (`kind:user`)."""
    return f"{owner}:{encryption.wrap(label(owner), plain.encode()).hex()}"


def decrypt(stored: str) -> str:
    """Decrypt the secret of a saved row; `check_all` has checked that it belongs to the owner of the row.

    Raises:
        vault.CannotOpen: the key is wrong, or the value was altered, moved, or has no owner.
    """
    owner = owner_of(stored)
    return encryption.unwrap(label(owner), bytes.fromhex(stored[len(owner) + 1 :])).decode()


def rewrap(stored: str) -> str | None:
    """Return the secret under the newest master key; None if it already is."""
    owner = owner_of(stored)
    fresh = encryption.rewrap(label(owner), bytes.fromhex(stored[len(owner) + 1 :]))
    return None if fresh is None else f"{owner}:{fresh.hex()}"


def owner_of(stored: str) -> str:
    owner, separator, _encrypted = stored.rpartition(":")
    if not separator:
        raise encryption.CannotOpen("a second factor's secret is bound to nobody")
    return owner


def label(owner: str) -> str:
    return f"mfa_authenticator.data:{owner}"


def bind_all(sender: type[Authenticator], instance: Authenticator, **_kwargs: Any) -> None:
    """Bind the secrets of a row before it is saved."""
    for kind in KINDS:
        if (stored := instance.data.get(kind)) and ":" not in stored:
            plain = encryption.unwrap(FRESH, bytes.fromhex(stored)).decode()
            instance.data[kind] = bound(plain, f"{kind}:{instance.user_id}")


def check_all(sender: type[Authenticator], instance: Authenticator, **_kwargs: Any) -> None:
    """Check the owner of the secrets after a row was read."""
    data = instance.__dict__.get("data")  # do not load a deferred column
    for kind in KINDS if instance.pk is not None and data else ():
        if kind in data and owner_of(data[kind]) != f"{kind}:{instance.user_id}":
            raise encryption.CannotOpen(f"the second factor {instance.pk} holds what is not its own person's")
