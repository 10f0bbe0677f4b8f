"""The pending queue, "claim next", and a manager's assigning."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos import matrix
from submissions import events, fields, paging, queue, review
from submissions.models import Project, Role, User
from submissions.models.submission import load_keys
from submissions.permissions import NotAllowed
from submissions.views.asking import person

PAGE = 40


def reviewer(request: HttpRequest) -> User:
    user = person(request)
    if not user.is_reviewer:
        raise NotAllowed(_("The review queue is for compliance officers and managers."))
    return user


@require_safe
def review_queue(request: HttpRequest) -> HttpResponse:
    user = reviewer(request)
    rows, ignored = queue.waiting(user, request.GET)
    for name in ignored:
        messages.warning(request, _("The filter “%(name)s” has no such value and was left out.") % {"name": name})
    page = paging.oldest_target_first(rows, request.GET.get("after", ""), PAGE)
    load_keys(page.rows)
    events.record_list("queue_opened", by=events.actor_of(request), shown=page.rows, filters=request.GET)
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "page": page,
        "given": request.GET.dict(),
        "query": query.urlencode(),
        "full_query": request.GET.urlencode(),
        "waiting": queue.bounded_count(rows),
        "projects": Project.objects.order_by("name"),
        "id_types": [(name, fields.choice_label(name)) for name in matrix.ID_TYPES],
        "reviewers": User.objects.filter(role__in=(Role.OFFICER, Role.MANAGER), is_active=True).order_by("name")
        if user.role == Role.MANAGER
        else [],
    }
    template = "review/_rows.html" if request.headers.get("HX-Request") else "review/queue.html"
    return render(request, template, context)


@require_POST
def claim_next(request: HttpRequest) -> HttpResponse:
    reviewer(request)
    taken = review.claim_next(by=events.actor_of(request))
    if taken is None:
        messages.info(request, _("Nothing is waiting that you may decide."))
        return redirect("review_queue")
    return redirect("review", pk=taken.pk)


@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Reserve the ticked ones for a person: assigning never decides."""
    user = reviewer(request)
    if user.role != Role.MANAGER:
        raise NotAllowed(_("Only managers assign."))
    to = User.objects.filter(pk=_number(request.POST.get("to", "")), is_active=True).first()
    if to is None or not to.is_reviewer:
        messages.error(request, _("Choose a reviewer to assign to."))
        return redirect("review_queue")
    done, skipped = review.assign(_ids(request.POST.getlist("submission")), to, by=events.actor_of(request))
    messages.success(request, _("%(done)d assigned to %(name)s.") % {"done": done, "name": to.name})
    if skipped:
        messages.warning(
            request, _("%(count)d left as they were: decided, held, or captured by that person.") % {"count": skipped}
        )
    return redirect("review_queue")


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _ids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:200]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
