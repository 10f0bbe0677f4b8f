"""The expectations of the permission matrix: the response of each URL to each user, state and method.

The expectations are written from the role table of the design, not from `workflow.permissions`, so that a mistake there
shows in `test_permission_matrix.py`. ROWS has one line for each URL; the rules above it state who gets which response.
A new URL needs a line:

    "name of the url": Row(get=..., post=..., of=...)

Here get and post are rules (SEE, CAPTURE, REVIEWERS, NEVER, ...) or 405 for a method that the URL does not accept. `of`
names the object of `MatrixData` that its arguments refer to ("submission", "image", "project", ...; empty for a page
without one).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.submissions.workflow.matrix_data import (
    ADMIN,
    AGENT,
    AGENTS,
    ALL_MANAGERS,
    CAPTURER,
    CAPTURING,
    CAPTURING_MANAGER,
    CLAIMED,
    CLAIMER,
    FINAL,
    FOREIGN_TOKEN,
    HAVE_CAPTURED,
    HAVE_NO_ACCESS,
    HOLDER,
    IDLE_TOKEN,
    MANAGER,
    MATE,
    NOBODY,
    OFFICER,
    OFFICERS,
    PENDING,
    PEOPLE,
    REVIEWING,
    TOKENS,
)

IN, NO, HIDDEN, LOGIN, NOT_TAKEN, BAD = "in", "403", "404", "login", "405", "400"

Rule = Callable[[str, str], str]


def by_link(person: str, state: str) -> str:
    """Allow the phone that holds the link and nobody else, signed in or not."""
    return IN if person == HOLDER else HIDDEN


def anybody(person: str, state: str) -> str:
    return IN


def signed_in(person: str, state: str) -> str:
    return LOGIN if person == NOBODY else IN


def not_taken(person: str, state: str) -> str:
    return LOGIN if person == NOBODY else NOT_TAKEN


def only(*people: str, otherwise: str = NO) -> Rule:
    def rule(person: str, state: str) -> str:
        if person == NOBODY:
            return LOGIN
        return IN if person in people else otherwise

    return rule


def within_team(may: Callable[[str, str], bool]) -> Rule:
    """Hide it from other teams and from reviewers of other projects or teams (404); refuse others with 403."""

    def rule(person: str, state: str) -> str:
        if person == NOBODY:
            return LOGIN
        if person in HAVE_NO_ACCESS:
            return HIDDEN
        return IN if may(person, state) else NO

    return rule


def _look(person: str, state: str) -> bool:
    """Allow viewing while capturing it, or while holding its claim."""
    if state == CAPTURING:
        return person in (AGENT, MATE, CAPTURER, CAPTURING_MANAGER)
    return state == CLAIMED and person == CLAIMER


def within_area(rule: Rule) -> Rule:
    """Hide it from the reviewers of other projects or teams (404) whom the rule would allow."""
    return lambda person, state: (
        HIDDEN if person in HAVE_NO_ACCESS and rule(person, state) == IN else rule(person, state)
    )


def review_only(rule: Rule) -> Rule:
    """Refuse every agent on review pages before any lookup."""
    return lambda person, state: NO if person in AGENTS else rule(person, state)


def by_token(person: str, state: str) -> str:
    """Allow every token; for anybody else the API answers like without a token, also for a signed-in user."""
    return IN if person in TOKENS else "401"


def by_token_of_the_project(person: str, state: str) -> str:
    return HIDDEN if person == FOREIGN_TOKEN else by_token(person, state)


def by_token_that_captured(person: str, state: str) -> str:
    return NO if person == IDLE_TOKEN else by_token_of_the_project(person, state)


def not_taken_by_the_api(person: str, state: str) -> str:
    return NOT_TAKEN


def nothing_of_the_api(person: str, state: str) -> str:
    return HIDDEN


def of_check(*people: str, known_to: tuple[str, ...] = ()) -> Rule:
    """Allow these; hide a quality check from officers without a part in it, and outside the area. Managers know it."""
    hidden = {*OFFICERS, *HAVE_NO_ACCESS[1:]} - ({*people, *known_to} - {*HAVE_NO_ACCESS})
    return lambda person, state: HIDDEN if person in hidden else only(*people)(person, state)


ANYBODY, SIGNED_IN, NEVER = anybody, signed_in, not_taken
CUSTOMERS = only(*AGENTS, *REVIEWING)
REVIEWERS = only(*REVIEWING)
MANAGERS = only(*ALL_MANAGERS)
KEEP_TRAININGS = only(*ALL_MANAGERS, ADMIN)
SEE = within_team(lambda person, state: True)
HANDLE = within_team(lambda person, state: person != ADMIN)
CAPTURE = within_team(lambda person, state: person in (AGENT, MATE, CAPTURER, CAPTURING_MANAGER))
LOOK = within_team(_look)
GOLDEN = within_team(lambda person, state: person in ALL_MANAGERS and state == FINAL)
REDACT = within_team(lambda person, state: person not in (MATE, ADMIN))  # an agent only what they captured
IN_REVIEW_ROOM = review_only(within_team(lambda person, state: person != ADMIN))
REVIEW_PAGE = review_only(within_team(lambda person, state: True))
CLAIM = review_only(
    within_team(lambda person, state: state in (PENDING, CLAIMED) and person not in (*HAVE_CAPTURED, ADMIN))
)
# A capturer is refused. The page of a refused decision keeps the typed text.
AML = within_area(only(OFFICER, CLAIMER, MANAGER, *HAVE_NO_ACCESS[1:]))
AML_VERDICT = {"outcome": "false_positive", "reason": "Another person.", "seen": "older"}
EVIDENCE = within_team(lambda person, state: person in REVIEWING)
ANOTHERS_EXPORT = lambda person, state: HIDDEN if person in REVIEWING else LOGIN if person == NOBODY else NO  # noqa: E731
ANOTHERS_IMPORT = lambda person, state: LOGIN if person == NOBODY else NO if person == ADMIN else HIDDEN  # noqa: E731
STAFF = only(*REVIEWING, ADMIN)
ANSWER = review_only(within_team(lambda person, state: person in ALL_MANAGERS))
DUTY = only(OFFICER, *ALL_MANAGERS, ADMIN)  # the officer's own
ADMINISTRATORS = only(ADMIN)
ADMIN_NEVER = only()


def by_staff(rule: Rule) -> Rule:
    """Refuse agents in the administration before anything else."""
    return lambda person, state: LOGIN if person == NOBODY else NO if person in AGENTS else rule(person, state)


NOT_BY_STAFF = by_staff(not_taken)
STAFF_FIND_NOTHING = by_staff(lambda person, state: HIDDEN)
AT_THE_DOOR = by_staff(lambda person, state: LOGIN)  # redirects to the sign-in page


@dataclass(frozen=True)
class Row:
    get: Rule = NEVER
    post: Rule = NEVER
    of: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    is_json: bool = False
    in_as: str = ""  # a further status for allowed users: "409" if the state forbids what the role may do


PARTS_OF_ENDPOINT = ("secret", "switch", "test", "replay")
A_PART = "?upload=0123456789abcdef0123456789abcdef&start=0"
NO_LINK = lambda person, state: HIDDEN  # noqa: E731 (a token that nobody made)
NO_GET = lambda person, state: NOT_TAKEN  # noqa: E731
ROWS: dict[str, Row] = {
    "start": Row(SIGNED_IN),
    "alerts_seen": Row(post=SIGNED_IN),
    "choose_time_zone": Row(post=SIGNED_IN, data={"time_zone": "Asia/Seoul"}),
    "choose_language": Row(lambda person, state: NOT_TAKEN, ANYBODY, data={"language": "ko"}),
    "stop_switch": Row(post=MANAGERS),
    "sending": Row(KEEP_TRAININGS),
    "lift_hold": Row(post=ADMINISTRATORS),
    "differences": Row(REVIEWERS),
    "difference_ask": Row(post=within_area(REVIEWERS), of="difference"),
    "difference_seen": Row(post=within_area(REVIEWERS), of="difference"),
    "webhook_list": Row(MANAGERS),
    "webhook_acknowledge": Row(post=within_area(MANAGERS), of="webhook"),
    "submission_list": Row(CUSTOMERS),
    "submission_show": Row(post=CUSTOMERS),
    "submission_new": Row(CUSTOMERS, CUSTOMERS),
    "same_customer": Row(post=CUSTOMERS),
    **{name: Row(HANDLE, of="submission") for name in ("submission", "status_part", "note_people")},
    **dict.fromkeys(("ask_vendor", "restart", "passed_on", "release_call"), Row(post=HANDLE, of="submission")),
    "reveal": Row(post=HANDLE, of="submission", data={"reason": "the customer asked"}),
    "save_values": Row(SIGNED_IN, CAPTURE, of="submission", data={"name": "Another Name"}),
    **{name: Row(post=CAPTURE, of="submission") for name in ("account_check", "address_code", "take_back", "give_up")},
    "customer_message": Row(post=HANDLE, of="submission"),
    "set_risk": Row(post=EVIDENCE, of="submission", data={"risk": "high", "reason": "lives abroad"}),
    "consider_report": Row(post=EVIDENCE, of="submission", data={"is_reported": "no", "reason": "one family"}),
    "join_capture": Row(post=HANDLE, of="submission", data={"reason": "the agent is ill"}),
    "image": Row(LOOK, of="image"),
    **{name: Row(CUSTOMERS) for name in ("redactions", "next_checks", "handover")},
    "redaction_mark": Row(REDACT, REDACT, of="id image", data={"reason": "to cover the number"}),
    "redact_area": Row(post=REDACT, of="id image", in_as="422"),  # posted without an area
    "redaction_none": Row(post=REDACT, of="id image"),
    **{page: Row(REVIEWERS) for page in ("review_queue", "aml_reviews", "quality_checks", "reports", "export_list")},
    "assign": Row(post=MANAGERS),
    "list_columns": Row(post=CUSTOMERS),
    "keep_view": Row(post=REVIEWERS, data={"name": "Mine"}),
    "saved_view": Row(REVIEWERS, of="shared view"),
    "change_view": Row(post=REVIEWERS, of="shared view"),
    **{name: Row(post=REVIEWERS) for name in ("claim_next", "queue_show", "queue_columns", "single_keys")},
    "duty_list": Row(STAFF),
    "duty_person": Row(DUTY, of="officer"),
    "duty_days_add": Row(post=DUTY, of="officer"),
    "duty_days_remove": Row(post=DUTY, of="days off"),
    "duty_skills": Row(post=only(*ALL_MANAGERS, ADMIN), of="officer"),
    "aml_review": Row(within_area(REVIEWERS), of="aml review"),
    "aml_assign": Row(post=AML, of="aml review", data={"to": "me"}),
    "aml_removed_by_hand": Row(post=AML, of="aml review", data={"reason": "By hand, today"}, in_as="409"),
    "aml_decide": Row(post=within_area(REVIEWERS), of="aml review", data=AML_VERDICT, in_as="409"),
    "golden_case": Row(GOLDEN, GOLDEN, of="submission", data={"verdict": "approved"}),
    "quality_check": Row(of_check(OFFICER), of="quality check"),
    "quality_record": Row(post=of_check(OFFICER), of="quality check"),
    "quality_answer": Row(post=of_check(CLAIMER, known_to=(OFFICER,)), of="quality finding"),
    "quality_close": Row(post=of_check(*ALL_MANAGERS, known_to=(OFFICER, CLAIMER)), of="answered quality finding"),
    "review": Row(REVIEW_PAGE, of="submission"),
    "decision_part": Row(IN_REVIEW_ROOM, of="submission"),
    "claim": Row(post=CLAIM, of="submission"),
    **{
        name: Row(post=IN_REVIEW_ROOM, of="submission")
        for name in ("hold", "release_claim", "reserve", "hand_over", "ask_agent", "snooze", "end_snooze", "escalate")
    },
    "answer_escalation": Row(post=ANSWER, of="submission"),
    "send_later_image": Row(post=IN_REVIEW_ROOM, of="submission"),
    "answer_question": Row(post=CAPTURE, of="submission"),
    "decide": Row(post=IN_REVIEW_ROOM, of="submission", in_as="409"),  # posted without the version that the user saw
    "undo_decision": Row(post=IN_REVIEW_ROOM, of="submission"),
    "add_note": Row(post=HANDLE, of="submission"),
    "report_file": Row(REVIEWERS, of="report"),
    **{name: Row(SIGNED_IN) for name in ("unread", "alert_part")},
    "all_seen": Row(post=SIGNED_IN),
    "open_mention": Row(only(otherwise=HIDDEN), of="session of another"),
    "evidence_pack": Row(post=EVIDENCE, of="submission", data={"reason": "for the audit"}),
    "export_ask": Row(post=REVIEWERS),
    "export": Row(ANOTHERS_EXPORT, of="anything"),
    "export_download": Row(post=ANOTHERS_EXPORT, of="anything"),
    "import_list": Row(CUSTOMERS, CUSTOMERS),
    "import_sample": Row(CUSTOMERS),
    "import": Row(ANOTHERS_IMPORT, of="anything"),
    **{f"import_{part}": Row(post=ANOTHERS_IMPORT, of="anything") for part in ("create", "cancel", "not_created")},
    **{f"liveform_{act}": Row(post=CAPTURE, of="submission") for act in ("make", "mail", "withdraw")},
    "phone_link": Row(CAPTURE, CAPTURE, of="item"),
    **{f"camera_{part}": Row(post=CAPTURE, of="item") for part in ("hint", "open", "frame")},
    "phone_revoke": Row(post=CAPTURE, of="item"),
    "phone": Row(ANYBODY, NO_LINK, data={"token": "made up"}),
    "phone_language": Row(lambda person, state: NOT_TAKEN, ANYBODY, data={"language": "ko"}),
    "phone_take": Row(by_link, by_link, of="link"),
    **dict.fromkeys(("phone_hint", "phone_camera_open", "phone_frame"), Row(NO_GET, by_link, of="link")),
    "phone_part": Row(lambda person, state: NOT_TAKEN, by_link, of="link", query=A_PART),
    "invite": Row(CAPTURE, CAPTURE, of="submission", data={"how": "show"}),
    **{f"invite_{part}": Row(post=CAPTURE, of="submission") for part in ("revoke", "helped")},
    "invite_again": Row(post=CAPTURE, of="submission", data={"kind": "selfie", "reason": "asked_face"}),
    "invitation": Row(by_link, lambda person, state: NOT_TAKEN, of="invitation"),
    "invitation_state": Row(by_link, lambda person, state: NOT_TAKEN, of="invitation"),
    "webhook": Row(lambda person, state: NOT_TAKEN, ANYBODY, of="token"),
    "account_login": Row(ANYBODY, ANYBODY),
    "account_logout": Row(SIGNED_IN, lambda person, state: LOGIN),
    "account_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "account_change_password": Row(SIGNED_IN, SIGNED_IN),
    "mfa_index": Row(SIGNED_IN, NEVER),
    "mfa_authenticate": Row(only(*PEOPLE, otherwise=LOGIN), only(*PEOPLE, otherwise=LOGIN)),
    "mfa_reauthenticate": Row(SIGNED_IN, SIGNED_IN),
    "mfa_activate_totp": Row(SIGNED_IN, SIGNED_IN),
    "mfa_deactivate_totp": Row(only(otherwise=HIDDEN), only(otherwise=HIDDEN)),
    "mfa_view_recovery_codes": Row(only(otherwise=HIDDEN), NEVER),
    "mfa_generate_recovery_codes": Row(SIGNED_IN, SIGNED_IN),
    "mfa_download_recovery_codes": Row(only(otherwise=HIDDEN), only(otherwise=HIDDEN)),
    "mfa_list_webauthn": Row(SIGNED_IN, NEVER),
    "mfa_add_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_reauthenticate_webauthn": Row(SIGNED_IN, SIGNED_IN),
    "mfa_remove_webauthn": Row(only(otherwise=HIDDEN), only(otherwise=HIDDEN), of="passkey of another"),
    "mfa_edit_webauthn": Row(only(otherwise=HIDDEN), only(otherwise=HIDDEN), of="passkey of another"),
    "mfa_login_webauthn": Row(only(*PEOPLE, otherwise=LOGIN), only(*PEOPLE, otherwise=LOGIN)),
    "session": Row(ANYBODY, ANYBODY),
    "session_list": Row(SIGNED_IN),
    "sessions_end": Row(post=SIGNED_IN),
    "session_end": Row(post=only(otherwise=HIDDEN), of="session of another"),
    "socialaccount_login_cancelled": Row(ANYBODY, lambda person, state: NOT_TAKEN),
    "socialaccount_login_error": Row(lambda person, state: "401", lambda person, state: NOT_TAKEN),
    "openid_connect_login": Row(lambda p, s: HIDDEN, lambda p, s: HIDDEN, of="provider"),
    "openid_connect_callback": Row(lambda p, s: HIDDEN, lambda p, s: HIDDEN, of="provider"),
    "admin:index": Row(STAFF, STAFF),
    "admin:login": Row(AT_THE_DOOR, AT_THE_DOOR),
    "admin:logout": Row(NOT_BY_STAFF, AT_THE_DOOR),
    "admin:password_change": Row(STAFF, STAFF),
    "admin:password_change_done": Row(STAFF, STAFF),
    "admin:autocomplete": Row(ADMIN_NEVER, NOT_BY_STAFF),
    "admin:jsi18n": Row(STAFF, NOT_BY_STAFF),
    "admin:view_on_site": Row(STAFF_FIND_NOTHING, STAFF_FIND_NOTHING, of="view on site"),
    "admin:app_list": Row(STAFF, STAFF, of="app"),
    "admin:submissions_submission_changelist": Row(STAFF, STAFF),
    "admin:submissions_submission_add": Row(ADMIN_NEVER, ADMIN_NEVER),
    "admin:submissions_submission_change": Row(STAFF, ADMIN_NEVER, of="submission in the admin"),
    "admin:submissions_submission_history": Row(STAFF, STAFF, of="submission in the admin"),
    "admin:submissions_submission_delete": Row(ADMIN_NEVER, ADMIN_NEVER, of="submission in the admin"),
    "called_back": Row(post=HANDLE, of="submission"),
    "retention": Row(ADMINISTRATORS),
    "retention_act": Row(ADMINISTRATORS, ADMINISTRATORS, of="submission", data={"action": "hold"}),
    "access_months": Row(MANAGERS),
    "access_month": Row(MANAGERS, of="month"),
    "access_sign": Row(post=MANAGERS, of="month"),
    "subject": Row(REVIEWERS, REVIEWERS),
    "settings": Row(ADMINISTRATORS),
    **{
        f"settings_{list_}": Row(ADMINISTRATORS)
        for list_ in ("projects", "people", "teams", "consent_texts", "customer_texts", "endpoints", "deliveries")
    },
    "settings_project_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_project": Row(ADMINISTRATORS, ADMINISTRATORS, of="project tab"),
    "settings_project_resume": Row(post=ADMINISTRATORS, of="project"),
    "settings_address_try": Row(post=ADMINISTRATORS, of="project"),
    "settings_webhook_rotate": Row(ADMINISTRATORS, ADMINISTRATORS, of="project"),
    "settings_webhook_end": Row(post=ADMINISTRATORS, of="project"),
    "training": Row(KEEP_TRAININGS),
    "training_person": Row(KEEP_TRAININGS, KEEP_TRAININGS, of="user"),
    "training_remove": Row(post=KEEP_TRAININGS, of="training"),
    "settings_person_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_person": Row(ADMINISTRATORS, ADMINISTRATORS, of="user"),
    **{f"settings_person_{part}": Row(post=ADMINISTRATORS, of="user") for part in ("password", "factors", "sessions")},
    "settings_team_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_team": Row(ADMINISTRATORS, ADMINISTRATORS, of="team"),
    "settings_consent_text_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_consent_text": Row(ADMINISTRATORS, of="consent text"),
    "settings_customer_text": Row(ADMINISTRATORS, ADMINISTRATORS, of="customer text"),
    "settings_endpoint_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_endpoint": Row(ADMINISTRATORS, ADMINISTRATORS, of="endpoint"),
    **{f"settings_endpoint_{part}": Row(post=ADMINISTRATORS, of="endpoint") for part in PARTS_OF_ENDPOINT},
    "settings_delivery_resend": Row(post=ADMINISTRATORS, of="delivery"),
    "healthz": Row(ANYBODY, lambda person, state: NOT_TAKEN),
    "readyz": Row(ANYBODY, lambda person, state: NOT_TAKEN, in_as="503"),  # no worker runs during the tests
    "metrics": Row(lambda person, state: HIDDEN, lambda person, state: NOT_TAKEN),
}
PARTS_OF_INVITATION = ("start", "consent", "no_back", "details", "account", "submit", "help")
PARTS_OF_IMAGE = ("picture", "hint", "camera_open", "frame", "part")
for _part in (*PARTS_OF_INVITATION, *PARTS_OF_IMAGE):
    _of = "invitation image" if _part in PARTS_OF_IMAGE else "invitation"
    ROWS[f"invitation_{_part}"] = Row(
        lambda person, state: NOT_TAKEN, by_link, of=_of, query=A_PART if _part == "part" else ""
    )
KEY = {"Idempotency-Key": "matrix"}
STALE = {**KEY, "If-Match": '"read before"'}
NO_SUCH_METHOD, NOTHING = not_taken_by_the_api, nothing_of_the_api
BY_TOKEN = (by_token, by_token_of_the_project, by_token_that_captured)
ROWS |= {
    "settings_api_tokens": Row(ADMINISTRATORS),
    "settings_api_token_new": Row(ADMINISTRATORS, ADMINISTRATORS),
    "settings_api_token": Row(ADMINISTRATORS, of="API token"),
    "settings_api_token_revoke": Row(post=ADMINISTRATORS, of="API token"),
    "api:openapi": Row(ANYBODY, NO_SUCH_METHOD),
    "api:submissions": Row(by_token, by_token, headers=KEY),  # posted without data
    "api:submission": Row(by_token_of_the_project, NO_SUCH_METHOD, of="submission"),
    "api:events": Row(by_token_of_the_project, NO_SUCH_METHOD, of="submission"),
    "api:image": Row(by_token_that_captured, NO_SUCH_METHOD, of="API image"),
    "api:reasons": Row(by_token, NO_SUCH_METHOD),
    "api:projects": Row(by_token, NO_SUCH_METHOD),
    "api:queue_figures": Row(by_token, NO_SUCH_METHOD),
    "api:images": Row(
        NO_SUCH_METHOD, by_token_that_captured, of="item", headers=KEY, data={"file": b"no image"}, in_as="409"
    ),
    "api:phone_links": Row(
        NO_SUCH_METHOD,
        by_token_that_captured,
        of="submission",
        headers=KEY,
        data={"kind": "selfie"},
        is_json=True,
        in_as="409",
    ),
    "api:step1": Row(NO_SUCH_METHOD, by_token_that_captured, of="submission", headers=STALE, is_json=True, in_as="412"),
    "api:step2": Row(NO_SUCH_METHOD, by_token_that_captured, of="submission", headers=STALE, is_json=True, in_as="412"),
    "api:nothing": Row(NOTHING, NOTHING),
}

STATEFUL = ("submission", "item", "submission in the admin", "image", "id image")
