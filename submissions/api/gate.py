"""The entrance of the API: token, address, rate limit, scope and media type of each request, then the access log."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from ninja.security import HttpBearer

from submissions.api import problems, tokens
from submissions.api.problems import ApiError
from submissions.audit import events
from submissions.core import client_ip, rate_limit
from submissions.models import ApiToken, Scope

WINDOW = 60  # seconds
REFUSED_A_MINUTE = 30  # requests without a valid token from one address; more are answered without an event
JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True)
class Caller:
    """The token of a request and how many requests it has made in the current minute."""

    token: ApiToken
    count: int


class BearerToken(HttpBearer):
    """`scope`: what the token needs. `media`: the type of a request body."""

    def __init__(self, scope: Scope, media: str = JSON) -> None:
        super().__init__()
        self.scope, self.media = scope, media

    @sensitive_variables("token")
    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = tokens.find(token)
        if found is None:
            raise ApiError("unauthorized")
        request.user = found.user
        address = client_ip.client_address(request)
        count = rate_limit.count("api", str(found.pk), seconds=WINDOW)
        request.caller = Caller(found, count)  # type: ignore[attr-defined]
        if count > settings.API_REQUESTS_PER_MINUTE:
            raise ApiError("too-many-requests", retry_after=rate_limit.seconds_left(WINDOW))
        if found.networks and not client_ip.is_listed(address, found.networks):
            raise ApiError("forbidden", _("The token may not be used from this address."))
        tokens.note_use(found, address)
        if self.scope not in found.scopes:
            raise ApiError("forbidden", _("The token does not have the scope %(scope)s.") % {"scope": self.scope})
        if request.content_type not in ("", self.media) and request.method != "GET":
            raise ApiError("unsupported-media-type", _("Send %(type)s.") % {"type": self.media})
        return found


def caller_of(request: HttpRequest) -> Caller | None:
    return getattr(request, "caller", None)


def token_of(request: HttpRequest) -> ApiToken:
    caller = caller_of(request)
    assert caller is not None
    return caller.token


def leave(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Write the request into the access log and add the headers of the rate limit."""
    caller = caller_of(request)
    if caller is None and _is_guessing(request):
        return problems.response_of(ApiError("too-many-requests", retry_after=rate_limit.seconds_left(WINDOW)))
    _record(request, response, caller)
    if caller:
        most = settings.API_REQUESTS_PER_MINUTE
        remaining = max(0, most - caller.count)
        response.headers["RateLimit-Policy"] = f'"token";q={most};w={WINDOW}'
        response.headers["RateLimit"] = f'"token";r={remaining};t={rate_limit.seconds_left(WINDOW)}'
    return response


def _is_guessing(request: HttpRequest) -> bool:
    address = client_ip.client_address(request) or "unknown"
    return rate_limit.is_too_fast("api-refused", address, most=REFUSED_A_MINUTE, seconds=WINDOW)


def _record(request: HttpRequest, response: HttpResponse, caller: Caller | None) -> None:
    """Record the operation, its object and its status; no values, and not the address, which may have a cursor."""
    match = request.resolver_match
    by = events.actor_of(request) if caller else events.stranger_at(request)
    fields = {"page": match.view_name if match else "", "method": request.method, "status": response.status_code}
    events.record("api_request", by=by, fields={**fields, "of": str(match.kwargs.get("pk", "")) if match else ""})
