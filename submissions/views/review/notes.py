"""Users for the @ of a note, and unread mentions."""

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.models import Mention
from submissions.models.submission_key import load_keys
from submissions.review import mentions
from submissions.views.frame import context_processors
from submissions.views.request_helpers import person, safe_next, unread_mentions
from submissions.workflow import alerts
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import user_can_see_queue


@require_safe
def people(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Return users who can be mentioned, by the start of the name."""
    submission = get_submission_for(person(request), pk, "note")
    suggested = mentions.suggested(submission, request.GET.get("q", "")[:80])
    return JsonResponse({"people": [{"username": each.username, "name": each.name} for each in suggested]})


@require_safe
def unread(request: HttpRequest) -> HttpResponse:
    """Return unseen mentions and alerts; showing a note counts as a view of its submission."""
    user = person(request)
    named = unread_mentions(request, user)
    submissions = {mention.note.submission_id: mention.note.submission for mention in named}
    load_keys(submissions.values())
    if submissions:
        events.record_list("unread_opened", by=events.actor_of(request), shown=submissions.values(), filters={})
    rows = [(alert, alerts.text_now(alert)) for alert in alerts.unseen(user)]
    return render(request, "review/unread.html", {"mentions": named, "alerts": rows})


@require_safe
def open_mention(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the submission of a mention, and mark the mention read."""
    user = person(request)
    mention = get_object_or_404(Mention.objects.select_related("note"), pk=pk, person=user)
    mentions.mark_seen(user, {str(mention.pk)})
    page = redirect("review" if user_can_see_queue(user) else "submission", pk=mention.note.submission_id)
    page["Location"] += "#notes"
    return page


@require_POST
def all_seen(request: HttpRequest) -> HttpResponse:
    """Mark all shown items read."""
    user = person(request)
    mentions.mark_seen(user, set(request.POST.getlist("mention")))
    alerts.mark_seen(user, set(request.POST.getlist("alert")))
    return redirect(safe_next(request, "unread"))


@require_safe
def alert_part(request: HttpRequest) -> HttpResponse:
    """Return the bell and the sentence that a screen reader announces, or nothing if there is no new alert."""
    known = request.GET.get("newest", "")
    if known == str(alerts.newest_unseen(person(request))):
        return HttpResponse(status=204)
    shown = context_processors.notifications(request, person(request))
    is_newer = known.isdecimal() and len(known) < 20 and shown["newest_alert"] > int(known)
    return render(request, "_bell_part.html", {**shown, "back": reverse("start"), "is_newer": is_newer})
