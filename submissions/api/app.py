"""The API's addresses: the operations, the OpenAPI document, and a problem for every other address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from submissions.api import gate, openapi, problems, reading
from submissions.api import writing as writing  # adds its operations to the router: addresses have operations of both
from submissions.api.errors import add_handlers
from submissions.api.problems import ApiError

View = Callable[..., HttpResponse]

# No page for trying it out: its scripts would come from elsewhere, which the Content-Security-Policy forbids.
api = NinjaAPI(
    title="KYC Portal",
    version="1",
    description=openapi.DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
add_handlers(api)
api.add_router("", reading.router)


def _entered(view: View) -> View:
    """Return the view without sign-in and CSRF token; each response passes the gate's exit."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
            response = problems.response_of(ApiError("method-not-allowed"))
            response.headers["Allow"] = allowed
        try:
            return gate.leave(request, response)
        except Exception as error:  # a response without its record is not sent
            return api.on_exception(request, error)

    return entered


def _nothing(request: HttpRequest) -> HttpResponse:
    return problems.response_of(ApiError("not-found"))


@login_not_required
@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document, which tells nothing about this installation and so needs no token."""
    return JsonResponse(openapi.document(api))


def _operations() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)
        if pattern.name != "api-root":
            pattern.callback = _entered(pattern.callback)
            found.append(pattern)
    return found


urlpatterns = [
    path("openapi.json", document, name="openapi"),
    *_operations(),
    re_path("^", _entered(_nothing), name="nothing"),
]
