"""The one address that every customer link opens: a phone link for one picture, or an invitation."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from submissions.capture import phone_links
from submissions.invitations import links
from submissions.views.capture.phone import cookies, one_picture

A_LATE_VISIT = timedelta(minutes=10)  # still shows the result


@login_not_required
@sensitive_post_parameters("token")
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """GET explains how to continue; POST accepts the token and redirects to its page. Neither uses the link."""
    if request.method != "POST":
        return render(request, "phone/enter.html")
    token = request.POST.get("token", "").strip().rpartition("#")[2]
    try:
        link = phone_links.find(token)
    except phone_links.LinkUsed:
        return one_picture.done(request)
    except phone_links.LinkGone:
        return _invited(request, token)
    page = reverse("phone_take", args=[link.pk])
    reply = redirect(page)
    cookies.keep(request, reply, one_picture.COOKIE, token, page, lasts=phone_links.lives() + A_LATE_VISIT)
    return reply


@sensitive_variables("token")
def _invited(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = links.find(token)
    except links.LinkGone:
        return one_picture.gone(request)
    page = reverse("invitation", args=[invitation.pk])
    reply = redirect(page)
    cookies.keep(request, reply, cookies.TOKEN, token, page, lasts=cookies.left(invitation))
    return reply
