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


ACTIONS: dict[str, When] = {
    # Personal data
    "reveal": always,
    "redaction_mark": always,
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
    "settings_person_new": always,
    "settings_person": always,
    "settings_person_password": always,
    "settings_person_factors": always,
    "settings_person_sessions": always,
    "settings_project_new": always,
    "settings_project": always,
    "settings_project_resume": always,
    "settings_address_try": always,
    "settings_webhook_rotate": always,
    "settings_webhook_end": always,
    "settings_consent_text_new": always,
    "settings_customer_text": always,
    "settings_api_token_new": always,
    "settings_api_token_revoke": always,
    "settings_endpoint_new": always,
    "settings_endpoint": always,
    "settings_endpoint_secret": always,
    "settings_endpoint_switch": always,
    "settings_endpoint_test": always,
    "settings_endpoint_replay": always,
    "settings_delivery_resend": always,
    "settings_team_new": always,
    "settings_team": always,
}


def required(request: HttpRequest) -> bool:
    match = request.resolver_match
    when = ACTIONS.get(match.view_name) if match and request.method == "POST" else None
    return when is not None and when(request.POST)


def require_step_up(request: HttpRequest) -> HttpResponse | None:
    """Return the reauthentication page if the action requires recent authentication and there is none; else None."""
    return step_up.challenge(request) if required(request) else None
