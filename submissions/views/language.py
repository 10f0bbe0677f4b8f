"""The switch in the header."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from submissions import events, language
from submissions.views.asking import person, safe_next


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    try:
        language.choose(person(request), request.POST.get("language", ""), by=events.actor_of(request))
    except ValueError as unknown:
        raise Http404 from unknown
    return redirect(safe_next(request, "start"))
