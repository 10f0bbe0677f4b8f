"""Create, find and revoke API tokens. A secret has 256 random bits, is shown once, and is stored as its hash."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import ApiToken, Project, Role, Team, User

START = "kyc_"  # by which secret scanners find a leaked token
SHOWN = 10  # characters
LONGEST = timedelta(days=365)
USE_IS_WRITTEN_EVERY = timedelta(minutes=1)


def digest(secret: str) -> str:
    """Return the hash under which a secret is stored; it is random, so a slow hash adds nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


@sensitive_variables("secret")
def create(
    name: str,
    team: Team,
    projects: Iterable[Project],
    *,
    scopes: Iterable[str],
    networks: Iterable[str],
    expires_at: datetime,
    by: Actor,
) -> tuple[ApiToken, str]:
    """Create a token with its own user; return it with its secret, which cannot be read again.

    `team`: gets the submissions that the token creates.
    """
    assert by.user is not None
    secret, now = START + secrets.token_urlsafe(32), clock.now()
    assert expires_at <= now + LONGEST
    token = ApiToken(pk=uuid.uuid4(), created_at=now, created_by=by.user, expires_at=expires_at)
    token.prefix, token.secret_hash = secret[:SHOWN], digest(secret)
    token.scopes, token.networks = sorted(scopes), list(networks)
    token.user = User(username=f"token-{token.pk.hex[:12]}", name=name, role=Role.INTEGRATION, team=team)
    token.user.set_unusable_password()
    with transaction.atomic():
        token.user.save()
        token.save(force_insert=True)
        token.projects.set(projects)
        fields = {"token": str(token.pk), "name": name, "scopes": token.scopes, "networks": token.networks}
        fields |= {"projects": sorted(token.projects.values_list("name", flat=True)), "team": team.name}
        events.record("api_token_created", by=by, fields={**fields, "expires": expires_at.isoformat()})
    return token, secret


@sensitive_variables("secret")
def find(secret: str) -> ApiToken | None:
    """Return the usable token of this secret; None if there is none, or if it has expired or was revoked."""
    token = ApiToken.objects.select_related("user").filter(secret_hash=digest(secret)).first()
    return token if token is not None and token.is_usable else None


def note_use(token: ApiToken, address: str | None) -> None:
    """Write when and from where the token was used last, at most once a minute."""
    now = clock.now()
    if token.last_used_at is None or token.last_used_at <= now - USE_IS_WRITTEN_EVERY:
        unwritten = Q(last_used_at=None) | Q(last_used_at__lt=now)
        ApiToken.objects.filter(unwritten, pk=token.pk).update(last_used_at=now, last_used_from=address)


def revoke(token: ApiToken, *, by: Actor) -> bool:
    """End a token at once; return False if it was revoked already. Its user stays, because events name it."""
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now(), revoked_by=by.user):
            return False
        User.objects.filter(pk=token.user_id).update(is_active=False)
        events.record("api_token_revoked", by=by, fields={"token": str(token.pk), "name": token.user.name})
    return True
