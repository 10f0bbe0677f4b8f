"""Secrets of authenticator apps and recovery codes: sealed under the master key, each bound to its kind and its person.

They lie inside allauth's own rows, and its adapter is told neither the row nor the person. So a fresh secret is bound
when its row is saved, as `kind:person:sealed`, and a row that holds what is not its own is refused as it is read.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_init, pre_save

from submissions.core import encryption

KINDS = ("secret", "seed")  # of an authenticator app, of recovery codes
FRESH = "authenticator.fresh"  # for as long as its row is not saved


def connect() -> None:
    """Bind what is written, check what is read."""
    pre_save.connect(bind_all, sender=Authenticator, dispatch_uid="bind second factors")
    post_init.connect(check_all, sender=Authenticator, dispatch_uid="check second factors")


def seal(plain: str) -> str:
    """A secret whose person is not known yet; `bind_all` binds it."""
    return encryption.wrap(FRESH, plain.encode()).hex()


def bound(plain: str, owner: str) -> str:
    """As it is stored for `owner` (`kind:person`)."""
    return f"{owner}:{encryption.wrap(label(owner), plain.encode()).hex()}"


def unseal(stored: str) -> str:
    """The secret of a row that has been saved; `check_all` has seen to it that the row is the owner's.

    Raises:
        encryption.CannotOpen: the key is wrong, or the value was altered, moved, or bound to nobody.
    """
    owner = owner_of(stored)
    return encryption.unwrap(label(owner), bytes.fromhex(stored[len(owner) + 1 :])).decode()


def rewrap(stored: str) -> str | None:
    """The same under the newest master key; None when it is already."""
    owner = owner_of(stored)
    fresh = encryption.rewrap(label(owner), bytes.fromhex(stored[len(owner) + 1 :]))
    return None if fresh is None else f"{owner}:{fresh.hex()}"


def owner_of(stored: str) -> str:
    owner, separator, _sealed = stored.rpartition(":")
    if not separator:
        raise encryption.CannotOpen("a second factor's secret is bound to nobody")
    return owner


def label(owner: str) -> str:
    return f"mfa_authenticator.data:{owner}"


def bind_all(sender: type[Authenticator], instance: Authenticator, **_told: Any) -> None:
    """Before a row is saved."""
    for kind in KINDS:
        if (stored := instance.data.get(kind)) and ":" not in stored:
            plain = encryption.unwrap(FRESH, bytes.fromhex(stored)).decode()
            instance.data[kind] = bound(plain, f"{kind}:{instance.user_id}")


def check_all(sender: type[Authenticator], instance: Authenticator, **_told: Any) -> None:
    """After a row was read."""
    data = instance.__dict__.get("data")  # where the column was not asked for, it is not asked for here
    for kind in KINDS if instance.pk is not None and data else ():
        if kind in data and owner_of(data[kind]) != f"{kind}:{instance.user_id}":
            raise encryption.CannotOpen(f"the second factor {instance.pk} holds what is not its own person's")
