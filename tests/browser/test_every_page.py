"""Every page of the portal: axe-core wide and narrow, light and dark; no external request; each under 210 kB.

A NEW PAGE FAILS `test_every_page_is_looked_at` until its URL is in PAGES, or in ELSEWHERE with the test that covers it,
or in NOT_A_PAGE.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk
from tests.browser.seeding import screen, seed
from tests.stack import Stack
from tests.submissions.workflow.matrix_data import PEOPLE, STATES
from tests.submissions.workflow.permission_matrix import NEVER, NOT_TAKEN, ROWS

MAX_BYTES = 210_000  # transferred, without the submission's own images and the charts' library, fetched once (70 kB)
NOT_WEIGHED = ("/images/", "/static/vendor/chart.")
NOBODY = ""

# The pages that each user opens: {user name: {URL name: path}}; {pending} and similar are replaced below.
PAGES: dict[str, dict[str, str]] = {
    NOBODY: {
        "account_login": "/accounts/login/",
        "phone": "/phone/",
        "socialaccount_login_cancelled": "/accounts/sso/cancelled/",
        "socialaccount_login_error": "/accounts/sso/error/",
    },
    "agent": {
        "start": "/",
        "submission_list": "/submissions/",
        "submission_new": "/submissions/new/",
        "import_list": "/imports/",
        "submission": "/submissions/{approved}/",
        "redactions": "/redactions/",
        "next_checks": "/re-verification/",
        "handover": "/handover/",
        "account_logout": "/accounts/logout/",
        "account_change_password": "/accounts/password/change/",
        "account_reauthenticate": "/accounts/reauthenticate/",
        "session_list": "/accounts/sessions/",
        "mfa_index": "/accounts/2fa/",
        "mfa_activate_totp": "/accounts/2fa/totp/activate/",
        "mfa_list_webauthn": "/accounts/2fa/webauthn/",
        "mfa_add_webauthn": "/accounts/2fa/webauthn/add/",
    },
    "officer": {
        "start": "/",
        "review_queue": "/review/",
        "aml_reviews": "/review/aml/",
        "quality_checks": "/quality/",
        "quality_check": "/quality/{check}/",
        "aml_review": "/review/aml/{approved}/",
        "review": "/review/{pending}/",
        "submission": "/submissions/{rejected}/",
        "differences": "/differences/",
        "export_list": "/exports/",
        "subject": "/subject/",
        "unread": "/unread/",
    },
    "manager": {
        "start": "/",
        "sending": "/sending/",
        "differences": "/differences/",
        "webhook_list": "/webhook-deliveries/",
        "review_queue": "/review/",
        "reports": "/reports/",
        "golden_case": "/submissions/{approved}/golden/",
        "duty_list": "/duty/",
        "duty_person": "/duty/{officer}/",
        "access_months": "/reports/access/",
        "training": "/training/",
        "training_person": "/training/{user}/",
        "access_month": "/reports/access/{month}/",
    },
    "admin": {
        "sending": "/sending/",
        "retention": "/retention/",
        "retention_act": "/retention/{approved}/",
        "admin:submissions_submission_changelist": "/admin/submissions/submission/",
        "admin:submissions_submission_change": "/admin/submissions/submission/{pending}/change/",
        "admin:submissions_submission_history": "/admin/submissions/submission/{pending}/history/",
        "start": "/",
        "settings_projects": "/settings/projects/",
        "settings_project_new": "/settings/projects/new/",
        "settings_project": "/settings/projects/{project}/connection/",
        "settings_webhook_rotate": "/settings/projects/{project}/webhook/rotate/",
        "settings_people": "/settings/people/",
        "settings_person_new": "/settings/people/new/",
        "settings_person": "/settings/people/{user}/",
        "settings_teams": "/settings/teams/",
        "settings_team_new": "/settings/teams/new/",
        "settings_team": "/settings/teams/{team}/",
        "settings_api_tokens": "/settings/api-tokens/",
        "settings_api_token_new": "/settings/api-tokens/new/",
        "settings_api_token": "/settings/api-tokens/{token}/",
        "settings_consent_texts": "/settings/consent-texts/",
        "settings_consent_text_new": "/settings/consent-texts/new/",
        "settings_consent_text": "/settings/consent-texts/{consent}/",
        "settings_customer_texts": "/settings/customer-texts/",
        "settings_customer_text": "/settings/customer-texts/{project}/rejected/ko/",
        "settings": "/settings/",
        "settings_endpoints": "/settings/integrations/",
        "settings_endpoint_new": "/settings/integrations/new/",
        "settings_endpoint": "/settings/integrations/{endpoint}/",
        "settings_deliveries": "/settings/integrations/deliveries/",
    },
}
# Pages that another test reaches by user actions and checks in the same way.
ELSEWHERE = {
    "import": "test_imports",
    "export": "test_reports: export_is_made_watched_and_downloaded",
    "redaction_mark": "test_signals_redaction: agent_redacts_a_number_by_dragging",
    "phone_link": "test_camera",
    "phone_take": "test_camera",
    "invite": "test_invitation",
    "invitation": "test_invitation",
    "mfa_authenticate": "test_sign_in: passkey_is_added_and_signs_in",
    "mfa_view_recovery_codes": "test_sign_in: passkey_is_added_and_signs_in",
    "mfa_generate_recovery_codes": "test_sign_in: passkey_is_added_and_signs_in",
    "mfa_edit_webauthn": "test_sign_in: passkey_is_added_and_signs_in",
    "mfa_remove_webauthn": "test_sign_in: passkey_is_added_and_signs_in",
    "mfa_deactivate_totp": "test_sign_in: authenticator_app_is_added_and_removed",
}
# URLs that return a part of a page, an image, a file or a redirect.
NOT_A_PAGE = {
    *("status_part", "decision_part", "alert_part", "image", "note_people", "session", "healthz", "readyz", "metrics"),
    "invitation_state",
    *("save_values", "saved_view", "open_mention", "export_download", "import_sample", "report_file"),
    "mfa_download_recovery_codes",
    *("api:openapi", "api:submissions", "api:submission", "api:events", "api:image", "api:reasons", "api:projects"),
    *("api:queue_figures", "api:nothing"),
    *("mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("openid_connect_login", "openid_connect_callback"),
    *("admin:index", "admin:app_list", "admin:login", "admin:logout", "admin:jsi18n", "admin:view_on_site"),
    *("admin:password_change", "admin:password_change_done"),
}


def answers_get(name: str) -> bool:
    """Return whether anybody may open it by GET, or whether it is hidden from all users of the matrix."""
    row = ROWS[name]
    answers = {row.get(person, state) for person in PEOPLE for state in STATES}
    return row.get is not NEVER and bool(answers - {NOT_TAKEN, "403", "login"})


def test_every_page_is_looked_at() -> None:
    visited = {name for pages in PAGES.values() for name in pages}
    known = visited | set(ELSEWHERE) | NOT_A_PAGE
    assert {name for name in ROWS if answers_get(name)} - known == set(), "say in this file how it is looked at"
    assert visited - set(ROWS) == set(), "these addresses are gone"


ENDPOINT = """
from submissions.audit import events
from submissions.deliveries import repeat
from tests.submissions.deliveries.sending import make_endpoint

owner = User.objects.get(username="admin")
endpoint = make_endpoint("http://127.0.0.1:9/", created_by=owner)
repeat.send_test(endpoint, by=events.actor_for(owner))
answer = str(endpoint.pk)
"""

CHECK = """
from submissions.models import QualityCheck
officer, other = (User.objects.get(username=name) for name in ("officer", "officer2"))
answer = str(QualityCheck.objects.create(submission_id=PK, officer=other, expected_verdict="approved",
    assigned_to=officer).pk)
"""


@pytest.fixture(scope="module")
def ids(stack: Stack) -> dict[str, Any]:
    """Return the objects of the paths, so that no page is empty.

    A submission in each state, a mismatch, an unread note, a project whose name has no place to break.
    """
    made = {status: seed(stack, status)[0] for status in ("pending", "approved", "rejected")}
    seen = f"Difference.objects.create(project=Project.objects.first(), submission_id='{made['pending']}', "
    stack.query(seen + "kind='tries', ours='1', theirs='2').pk")
    screen(stack, made["approved"])
    stack.query(
        "__import__('submissions.vendor_sync.webhooks', fromlist=['store']).store(Project.objects.first(),"
        " b'?', '', '203.0.113.7').pk"
    )
    found = stack.query(
        "[__import__('tests.factories', fromlist=['make_project']).make_project(name='x' * 40, is_open=False).pk,"
        " User.objects.get(username='agent').pk, User.objects.get(username='officer').pk, Team.objects.first().pk,"
        " __import__('tests.factories', fromlist=['make_token']).make_token(Project.objects.first())[0].pk,"
        " ConsentText.objects.get_or_create(project=Project.objects.last(), version='2026-01', text='Yes.')[0].pk,"
        " __import__('submissions.core.clock', fromlist=['now']).now().strftime('%Y/%m')]"
    )
    endpoint = stack.run(ENDPOINT)
    named = dict(zip(("project", "user", "officer", "team", "token", "consent", "month"), found, strict=True))
    check = stack.run(CHECK.replace("PK", repr(made["approved"])))
    return made | named | {"endpoint": endpoint, "check": check}


class Weighed:
    """The transferred bytes of each page with an empty cache, and every requested host."""

    def __init__(self, page: Page) -> None:
        self.page, self.hosts = page, set[str]()
        self.addresses: dict[str, str] = {}
        self.sizes: dict[str, float] = {}
        devtools: CDPSession = page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.loadingFinished", self._came)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _asked(self, sent: dict[str, Any]) -> None:
        self.addresses[sent["requestId"]] = sent["request"]["url"]
        self.hosts.add(urlsplit(sent["request"]["url"]).hostname or "")

    def _came(self, done: dict[str, Any]) -> None:
        if not urlsplit(self.addresses.get(done["requestId"], "")).path.startswith(NOT_WEIGHED):
            self.sizes[done["requestId"]] = done["encodedDataLength"]

    def open(self, url: str) -> None:
        self.sizes.clear()
        answer = self.page.goto(url)
        assert answer is not None
        assert answer.status in (200, 401), (url, answer.status)
        assert urlsplit(self.page.url).path == urlsplit(url).path, (url, self.page.url)

    @property
    def bytes(self) -> int:
        return round(sum(self.sizes.values()))


@pytest.mark.browser
@pytest.mark.parametrize("user", PAGES)
def test_page_is_accessible_light_and_asks_nobody_else(desk: Desk, ids: dict[str, Any], user: str) -> None:
    if user:
        desk.log_in(user)
    weighed = Weighed(desk.page)
    weights, broken = {}, []
    for name, path in PAGES[user].items():
        weighed.open(desk.stack.url + path.format(**ids))
        try:
            check_at_both_widths(desk.page)
        except AssertionError as found:
            broken.append(str(found))
        weights[name] = weighed.bytes
    print(json.dumps({"user": user, "bytes": weights}))
    assert broken == []
    assert {name: size for name, size in weights.items() if size > MAX_BYTES} == {}
    assert weighed.hosts <= {"127.0.0.1", ""}


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/nowhere/", "/submissions/00000000-0000-0000-0000-000000000000/", "/admin/nowhere/"])
def test_page_that_is_not_there_is_accessible(desk: Desk, path: str) -> None:
    desk.log_in("manager")
    desk.go(path)
    check_at_both_widths(desk.page)
