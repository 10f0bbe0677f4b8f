"""Who asks, and where to go back to: the few lines every view needs."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from submissions.models import User


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def safe_next(request: HttpRequest, default: str) -> str:
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else default
