"""The language of a page: the user's choice; without one, or before sign-in, the browser's `Accept-Language`.

The customer's pages have languages of their own (`submissions.accounts.preferences.customer_language`).
"""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from submissions.accounts.preferences import customer_language
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.models import User


def names() -> dict[str, str]:
    """Return each language code with the language's own name, so that every reader recognises theirs."""
    return {code: translation.get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}


def choose(user: User, code: str, *, by: Actor) -> None:
    """Store the user's choice.

    Raises:
        ValueError: the portal has no such language.
    """
    if code not in names():
        raise ValueError(code)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(language=code)
        events.record("language_chosen", by=by, fields={"language": code})
    user.language = code


class LanguageMiddleware:
    """Activate the user's or the customer's language. Runs after authentication and Django's LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if code := _own_language(request):
            translation.activate(code)
            request.LANGUAGE_CODE = code
        return self.get_response(request)


def _own_language(request: HttpRequest) -> str:
    """Return the customer's or the user's language; "" if Django's LocaleMiddleware has found the right one."""
    if is_for_customers(request):
        return customer_language.of_request(request)
    user = request.user
    return user.language if isinstance(user, User) and user.language in names() else ""


def is_for_customers(request: HttpRequest) -> bool:
    """Return whether it is a page that the holder of a customer link opens."""
    return request.path.startswith(reverse("phone"))
