"""The rest of `recorded_actions`: mismatches, exports, sessions, users and the admin."""

import io
from datetime import date, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client

from argos.replies import parse_item
from submissions.accounts import one_time_password, sessions
from submissions.accounts.preferences import language
from submissions.aml import report_considerations
from submissions.api import tokens
from submissions.audit import access_report
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.customer_messages import occasions
from submissions.deliveries import deliver, endpoints, outcomes, repeat, slots
from submissions.imports import work as imports
from submissions.models import (
    CustomerImport,
    Delivery,
    Difference,
    DifferenceKind,
    Endpoint,
    MessageKind,
    Role,
    Status,
    Team,
)
from submissions.outbox import gate
from submissions.reporting.exports import create, expiry, generate
from submissions.signals import store
from submissions.training import records
from submissions.vendor_sync import discrepancies, webhooks
from tests import factories
from tests.factories import by, make_at, make_project, make_user, reload
from tests.submissions.audit.recorded_actions import Act, action, manager, officer
from tests.submissions.deliveries.sending import announce, make_endpoint


@action
def find_difference() -> Act:
    submission = make_at(Status.APPROVED)
    return lambda: discrepancies.add(submission, DifferenceKind.STATUS, ("approved", "rejected"))


@action
def skip_check() -> Act:
    submission = make_at(Status.PENDING)
    record = parse_item({"submission_id": submission.vendor_id, "warning": ["id_liveness_screen_replay"]})
    return lambda: store.store(reload(submission), record.signals)


@action
def find_stranger() -> Act:
    project = make_project()
    return lambda: discrepancies.unknown_here(project, "vendor-1", "KP-ABCDEFGH-1", "pending")


@action
def see_difference() -> Act:
    submission, who = make_at(Status.APPROVED), officer()
    discrepancies.add(submission, DifferenceKind.STATUS, ("approved", "rejected"))
    row = Difference.objects.select_related("submission").get()
    return lambda: discrepancies.mark_seen(row, by=by(who), note="asked them")


@action
def handle_webhook() -> Act:
    submission = make_at(Status.PENDING)
    delivery = webhooks.store(submission.project, b"{}", "application/json", None)
    delivery.submission = submission
    return lambda: webhooks._handled(delivery, "confirmed")


IMPORTED = {"email": "new@example.com", "issuing_country": "KOR", "id_type": "passport"}


def new_import() -> CustomerImport:
    return CustomerImport(owner=officer(), project=make_project(), team=Team.objects.create(name="Imports"))


def uploaded_import() -> CustomerImport:
    batch = new_import()
    imports.request_import(batch, [(2, IMPORTED)], by=by(batch.owner))
    return batch


def checked_import() -> CustomerImport:
    batch = uploaded_import()
    imports.work()
    return CustomerImport.objects.get(pk=batch.pk)


@action
def upload_import() -> Act:
    batch = new_import()
    return lambda: imports.request_import(batch, [(2, IMPORTED)], by=by(batch.owner))


@action
def check_import() -> Act:
    batch = uploaded_import()
    rows = list(batch.rows.all())
    return lambda: imports._check(batch, rows)


@action
def confirm_import() -> Act:
    batch = checked_import()
    return lambda: imports.request_drafts(batch, by=by(batch.owner))


@action
def cancel_import() -> Act:
    batch = checked_import()
    return lambda: imports.cancel(batch, by=by(batch.owner))


@action
def expire_import() -> Act:
    batch = checked_import()
    return lambda: imports._expire(batch)


def taken_delivery(**fields: Any) -> Delivery:
    make_endpoint(**fields)
    announce(make_at(Status.DRAFT))
    with slots.Slot() as slot:
        [delivery] = deliver.take(slot)
    return delivery


@action
def disable_failing_endpoint() -> Act:
    delivery = taken_delivery(failing_since=clock.now() - timedelta(days=2))
    return lambda: outcomes.record(delivery, outcomes.Outcome("timeout"))


@action
def send_personal_data() -> Act:
    delivery = taken_delivery(include_personal=True)
    return lambda: deliver._record_personal(delivery, ["name"])


def administrator_and_endpoint() -> tuple[Actor, Endpoint]:
    who = make_user(Role.ADMINISTRATOR)
    return by(who), make_endpoint(created_by=who)


@action
def add_endpoint() -> Act:
    actor = by(make_user(Role.ADMINISTRATOR))
    endpoint = Endpoint(name="CRM", kinds=[MessageKind.DECIDED])
    endpoint.url = "https://crm.example.com/"
    return lambda: endpoints.add(endpoint, by=actor)


@action
def change_endpoint() -> Act:
    actor, endpoint = administrator_and_endpoint()
    endpoint.name = "Another name"
    return lambda: endpoints.change(endpoint, ["name"], by=actor)


@action
def rotate_endpoint_secret() -> Act:
    actor, endpoint = administrator_and_endpoint()
    return lambda: endpoints.rotate_secret(endpoint, by=actor)


@action
def disable_endpoint() -> Act:
    actor, endpoint = administrator_and_endpoint()
    return lambda: endpoints.disable(endpoint, by=actor)


@action
def enable_endpoint() -> Act:
    actor, endpoint = administrator_and_endpoint()
    endpoints.disable(endpoint, by=actor)
    return lambda: endpoints.enable(endpoint, by=actor)


@action
def send_test_message() -> Act:
    actor, endpoint = administrator_and_endpoint()
    return lambda: repeat.send_test(endpoint, by=actor)


@action
def resend_delivery() -> Act:
    delivery = taken_delivery()
    return lambda: repeat.resend(delivery, by=by(delivery.endpoint.created_by))


@action
def replay_deliveries() -> Act:
    endpoint = taken_delivery().endpoint
    since = clock.now() - timedelta(hours=1)
    return lambda: repeat.replay(endpoint, since, by=by(endpoint.created_by))


@action
def create_api_token() -> Act:
    admin, project, team = make_user(Role.ADMINISTRATOR), make_project(), Team.objects.create(name="Programs")
    expires_at = clock.now() + timedelta(days=1)
    return lambda: tokens.create(
        "Core", team, [project], scopes=["events:read"], networks=[], expires_at=expires_at, by=by(admin)
    )


@action
def revoke_api_token() -> Act:
    token, _client = factories.make_token()
    return lambda: tokens.revoke(token, by=by(token.created_by))


@action
def ask_export() -> Act:
    who = officer()
    return lambda: create.request_export("list", "csv", "", by=by(who), reason="monthly", is_open=False)


@action
def make_export() -> Act:
    create.request_export("list", "csv", "", by=by(officer()), reason="monthly", is_open=False)
    export = generate.start()
    assert export is not None
    export.new_file_key()
    return lambda: generate._keep(export, io.BytesIO(b"encrypted"), 6)


@action
def expire_export() -> Act:
    export = create.request_export("list", "csv", "", by=by(officer()), reason="monthly", is_open=False)
    generate.make_waiting()
    export.refresh_from_db()
    return lambda: expiry._expire(export)


@action
def sign_report() -> Act:
    who = manager()
    return lambda: access_report.sign(date(2024, 1, 1), by=by(who), remark="looked through")


@action
def end_sessions() -> Act:
    person, who = make_user(), make_user(Role.ADMINISTRATOR)
    factories.sign_in(Client(), person)
    return lambda: sessions.end_all(person, by=by(who))


@action
def end_session() -> Act:
    person = make_user()
    client = factories.sign_in(Client(), person)
    row = UserSession.objects.create(user=person, ip="127.0.0.1", session_key=client.session.session_key)
    return lambda: sessions.end(row, by=by(person))


@action
def give_password() -> Act:
    person, who = make_user(), make_user(Role.ADMINISTRATOR)
    return lambda: one_time_password.issue(person, by=by(who))


@action
def forget_factors() -> Act:
    person, who = make_user(), make_user(Role.ADMINISTRATOR)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return lambda: one_time_password.forget_second_factors(person, by=by(who))


@action
def choose_language() -> Act:
    person = make_user()
    return lambda: language.choose(person, "ko", by=by(person))


@action
def add_administrator() -> Act:
    return lambda: call_command("add_administrator", "root")


def posted(role: Role, url: str, data: dict[str, Any]) -> Act:
    client = Client()
    factories.sign_in(client, make_user(role))
    return lambda: client.post(url, data)


@action
def resume_project() -> Act:
    project = make_project()
    gate.pause(project, "key")
    return posted(Role.ADMINISTRATOR, f"/settings/projects/{project.pk}/resume/", {})


@action
def consider_report() -> Act:
    submission, by_officer = make_at(Status.REJECTED), by(officer())
    return lambda: report_considerations.consider(
        submission, by=by_officer, is_reported=False, reason="One family, one address."
    )


@action
def change_project() -> Act:
    data = {"keep_years_after_relationship": 6, "keep_years_after_record": 5, "keep_draft_days": 30}
    data["redaction_alert_days"] = 3
    return posted(
        Role.ADMINISTRATOR, f"/settings/projects/{make_project().pk}/retention/", {**data, "keep_webhook_days": 30}
    )


@action
def new_webhook_address() -> Act:
    return posted(Role.ADMINISTRATOR, f"/settings/projects/{make_project().pk}/webhook/rotate/", {})


@action
def end_former_webhook_address() -> Act:
    return posted(Role.ADMINISTRATOR, f"/settings/projects/{make_project().pk}/webhook/end/", {})


@action
def add_person() -> Act:
    data = {"username": "new", "name": "New One", "role": "officer"}
    return posted(Role.ADMINISTRATOR, "/settings/people/new/", data)


@action
def change_person() -> Act:
    person = make_user(Role.OFFICER)
    data = {"username": person.username, "name": "New Name", "role": "officer", "is_active": "on"}
    return posted(Role.ADMINISTRATOR, f"/settings/people/{person.pk}/", data)


@action
def add_training() -> Act:
    data = {"name": "AML basics", "completed_on": "2026-01-31", "valid_until": "2027-01-31"}
    return posted(Role.MANAGER, f"/training/{make_user(Role.OFFICER).pk}/", data)


@action
def remove_training() -> Act:
    record = records.add(make_user(Role.OFFICER), by=by(manager()), name="AML basics", completed_on=clock.today())
    return posted(Role.ADMINISTRATOR, f"/training/records/{record.pk}/remove/", {})


@action
def add_team() -> Act:
    return posted(Role.ADMINISTRATOR, "/settings/teams/new/", {"name": "Third desk"})


@action
def add_consent_text() -> Act:
    data = {"project": str(make_project().pk), "version": "2", "text": "Read out"}
    return posted(Role.ADMINISTRATOR, "/settings/consent-texts/new/", data)


@action
def change_customer_text() -> Act:
    data = {"subject": "Your result", "text": "Your identity is confirmed."}
    return posted(Role.ADMINISTRATOR, f"/settings/customer-texts/{make_project().pk}/approved/en/", data)


@action
def write_to_customer() -> Act:
    submission = make_at(Status.APPROVED)
    return lambda: occasions.write(submission, "approved", "email", "ko", by=by(submission.created_by))


@action
def change_password() -> Act:
    new = "quite another long password"
    data = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
    return posted(Role.OFFICER, "/accounts/password/change/", data)
