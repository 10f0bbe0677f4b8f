"""The error pages: a plain text and a link to continue."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from submissions.accounts.preferences.language import is_for_customers


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render the page without the form's token: Django's view would read the form again, fail again and return 500."""
    return _render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _render(request, "errors/403.html", status=403, why=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Render a page without database and static files, because either may be the cause of the error."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _render(request, "errors/csrf.html", status=403)


def _render(request: HttpRequest, template: str, *, status: int, **context: str) -> HttpResponse:
    """Render the page; for a customer one of their pages, because the others lead to the portal's sign-in."""
    if is_for_customers(request):
        template = "phone/error.html"
    return render(request, template, context, status=status)
