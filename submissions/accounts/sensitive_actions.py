"""The one table of actions that require recent authentication (`step_up`); the session middleware enforces it.

These actions show or take out personal data, cannot be undone, or change who and what is trusted. A session that
somebody else has taken over must not be enough for them.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

from submissions.accounts import step_up

When = Callable[[QueryDict], bool]


def always(_posted: QueryDict) -> bool:
    return True


def unmasked(posted: QueryDict) -> bool:
    return posted.get("open") == "1"


def acting(*actions: str) -> When:
    """An action on a list of the administration. A form may carry several, of which Django chooses one by its place."""
    return lambda posted: not set(posted.getlist("action")).isdisjoint(actions)


ACTIONS: dict[str, When] = {
    # Personal data
    "reveal": always,
    "join_capture": always,
    "subject": always,
    "evidence_pack": always,
    "export_ask": unmasked,
    "export_download": always,
    # Cannot be undone, or stops or starts all sending
    "retention_act": always,
    "stop_switch": always,
    "lift_hold": always,
    # Sessions, people, and where data goes
    "session_end": always,
    "sessions_end": always,
    "admin:submissions_user_add": always,
    "admin:submissions_user_change": always,
    "admin:submissions_user_changelist": acting("give_password", "forget_second_factors", "end_sessions"),
    "admin:submissions_project_add": always,
    "admin:submissions_project_change": always,
    "admin:submissions_project_changelist": acting("replace_webhook_token", "resume_sending"),
    "admin:submissions_consenttext_add": always,
    "admin:submissions_team_add": always,
    "admin:submissions_team_change": always,
}


def required(request: HttpRequest) -> bool:
    match = request.resolver_match
    when = ACTIONS.get(match.view_name) if match and request.method == "POST" else None
    return when is not None and when(request.POST)


def asked(request: HttpRequest) -> HttpResponse | None:
    """The page that asks who is there, where the action requires a proof and none was given lately."""
    return step_up.asked(request) if required(request) else None
