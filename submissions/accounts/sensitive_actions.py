"""The one table of actions that require recent authentication (`step_up`); the session middleware enforces it.

These actions show or export personal data, cannot be undone, or change who and what is trusted. A hijacked session must
not suffice for them.
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
    """Return a test for these actions of an admin list. A form may post several; Django chooses one by its index."""
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
    """Return the reauthentication page if the action requires recent authentication and there is none; else None."""
    return step_up.asked(request) if required(request) else None
