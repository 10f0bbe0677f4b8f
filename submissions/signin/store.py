"""Where sessions are kept: Django's table, read by a statement that is written once, because every page asks it."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from submissions.compiled import MOMENT, TEXT, Compiled


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        """Not to be had: a key that is over or nobody's is forgotten, as by Django."""
        found: list[Session] = STANDING.rows(self.session_key or "", timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None


STANDING = Compiled(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).order_by(), TEXT, MOMENT
)
