"""Settings of messages to customers: texts with preview, occasions, quiet hours and gateway."""

from typing import Any

import pytest
from django.test import Client

from submissions.customer_messages.default_texts import default
from submissions.models import CustomerText, Event, Project, Role
from tests.clients import save_tab
from tests.factories import make_project, make_user, sign_in

pytestmark = pytest.mark.django_db
TEXT = {"subject": "Your result", "text": "Your identity is confirmed.\r\nReference: {reference}"}


@pytest.fixture
def project() -> Project:
    return make_project(company_name="Acme Bank", company_contact="02-123-4567")


@pytest.fixture
def client() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def url(project: Project, occasion: str = "approved", language: str = "en") -> str:
    return f"/settings/customer-texts/{project.pk}/{occasion}/{language}/"


def told(response: Any) -> str:
    return str(response.content.decode())


def test_list_shows_which_texts_are_own(client: Client, project: Project) -> None:
    assert "Own text" not in told(client.get("/settings/customer-texts/"))
    client.post(url(project), TEXT)
    page = told(client.get("/settings/customer-texts/"))
    assert page.count("Own text") == 1
    assert "Another photo needed" in page


def test_page_begins_with_the_default_text_and_its_preview(client: Client, project: Project) -> None:
    page = client.get(url(project))
    assert page.context["form"]["text"].value() == default("approved", "en").text
    assert page.context["letter"].texts[0] == "Your identity check is complete. We could confirm your identity."
    assert page.context["as_text"].startswith("[Acme Bank] Your identity check is complete.")
    assert "1 SMS segment" in told(page)
    assert "Reset to default text" not in told(page)


def test_sample_link_is_as_long_as_a_real_one_and_takes_no_unicode(client: Client, project: Project) -> None:
    context = client.get(url(project, occasion="invitation")).context
    assert not context["length"].is_unicode
    token = context["as_text"].partition("/phone/#")[2]
    assert len(token.split()[0]) == 43


def test_korean_preview_counts_unicode_segments(client: Client, project: Project) -> None:
    length = client.get(url(project, language="ko")).context["length"]
    assert (length.segments, length.is_unicode) == (2, True)


def test_text_is_saved_with_an_event_of_hashes(client: Client, project: Project) -> None:
    assert client.post(url(project), TEXT).status_code == 302
    row = CustomerText.objects.get()
    assert (row.occasion, row.language, row.subject) == ("approved", "en", "Your result")
    assert row.text == "Your identity is confirmed.\nReference: {reference}"
    fields = Event.objects.get(kind="customer_text_changed").fields
    assert len(fields["before"]) == len(fields["after"]) == 64
    assert "confirmed" not in str(fields)


def test_preview_saves_nothing(client: Client, project: Project) -> None:
    page = client.post(url(project), {**TEXT, "preview": "1"})
    assert page.context["letter"].title == "Your result"
    assert page.context["as_text"].splitlines()[0] == "[Acme Bank] Your identity is confirmed."
    assert "The typed text is not saved yet." in told(page)
    assert (CustomerText.objects.count(), Event.objects.filter(kind="customer_text_changed").count()) == (0, 0)


@pytest.mark.parametrize("button", [{}, {"preview": "1"}])
def test_unknown_placeholder_is_named(client: Client, project: Project, button: dict[str, str]) -> None:
    page = client.post(url(project), {**TEXT, "text": "Dear {name}", **button})
    assert page.status_code == 422
    assert "{name} is no placeholder here." in told(page)
    assert CustomerText.objects.count() == 0


def test_reset_brings_the_default_text_back(client: Client, project: Project) -> None:
    client.post(url(project), TEXT)
    assert "Reset to default text" in told(client.get(url(project)))
    client.post(url(project), {**TEXT, "reset": "1"})
    assert CustomerText.objects.count() == 0
    assert Event.objects.filter(kind="customer_text_reset").count() == 1


@pytest.mark.parametrize(("occasion", "language"), [("invited", "en"), ("approved", "xx")])
def test_unknown_text_is_not_found(client: Client, project: Project, occasion: str, language: str) -> None:
    assert client.get(url(project, occasion, language)).status_code == 404


def test_warning_about_disclosure_is_on_the_text_of_a_rejection(client: Client, project: Project) -> None:
    assert "must not disclose" in told(client.get(url(project, "rejected")))
    assert "must not disclose" not in told(client.get(url(project, "approved")))


def test_gateway_secret_is_stored_encrypted_and_never_shown(client: Client, project: Project) -> None:
    save_tab(client, project, "messages", gateway_url="http://127.0.0.1:9/sms", new_gateway_secret="Bearer s3cret")
    project.refresh_from_db()
    assert project.gateway_secret == "Bearer s3cret"
    assert b"s3cret" not in bytes(project.gateway_secret_sealed or b"")
    assert "s3cret" not in told(client.get(f"/settings/projects/{project.pk}/messages/"))
    assert "s3cret" not in str(Event.objects.get(kind="project_changed").fields)


def test_secret_does_not_go_along_to_another_gateway(client: Client, project: Project) -> None:
    save_tab(client, project, "messages", gateway_url="http://127.0.0.1:9/sms", new_gateway_secret="Bearer s3cret")
    page = save_tab(client, Project.objects.get(), "messages", gateway_url="http://127.0.0.1:10/sms")
    assert "Enter the secret for the new address." in told(page)
    assert Project.objects.get().gateway_url == "http://127.0.0.1:9/sms"


def test_gateway_in_an_internal_network_is_refused(client: Client, project: Project) -> None:
    page = save_tab(client, project, "messages", gateway_url="https://10.0.0.5/sms")
    assert "The address belongs to an internal network." in told(page)
    assert Project.objects.get().gateway_url == ""


def test_text_messages_need_a_gateway(client: Client, project: Project) -> None:
    page = save_tab(client, project, "messages", message_channel="text")
    assert "Enter the gateway address below, or select e-mail." in told(page)


def test_occasions_and_quiet_hours_are_saved(client: Client, project: Project) -> None:
    url = f"/settings/projects/{project.pk}/messages/"
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value()}
    chosen = {"automatic_messages": ["retry", "checked"], "quiet_from": "22:00", "quiet_until": "07:30"}
    assert client.post(url, {**values, **chosen, "message_time_zone": "Asia/Seoul"}).status_code == 302
    project.refresh_from_db()
    assert project.automatic_messages == ["retry", "checked"]
    assert (str(project.quiet_from), str(project.quiet_until)) == ("22:00:00", "07:30:00")
    assert str(project.zone) == "Asia/Seoul"


def test_page_names_the_placeholders_without_a_value(client: Client) -> None:
    page = told(client.get(url(make_project())))
    assert "The project has no value for {contact}, so these lines are left out." in page
    assert "has no value for" not in told(client.get(url(make_project(company_contact="02-1"))))


def test_default_of_a_time_is_shown_as_it_is_typed(client: Client, project: Project) -> None:
    assert "Default: 21:00." in told(client.get(f"/settings/projects/{project.pk}/messages/"))
