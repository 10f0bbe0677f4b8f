"""Rotating the webhook URL: confirmed first, shown in full; the previous one stays valid for an hour."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from submissions.core import clock
from submissions.models import Event, Project, Role, WebhookDelivery
from submissions.privacy.keys import rotation
from submissions.vendor_sync import webhook_url
from tests.factories import by, make_project, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project()
    project.new_webhook_token()
    project.save()
    return project


def answers(token: str) -> bool:
    reply = Client().post(f"/webhooks/argos/{token}/", b"{}", content_type="application/json")
    return bool(reply.status_code == 200)


def administrator() -> Client:
    return sign_in(Client(), make_user(Role.ADMINISTRATOR))


def rotate(project: Project) -> None:
    project.refresh_from_db()
    shown = webhook_url.mark(project)
    assert webhook_url.rotate(project, by=by(make_user(Role.ADMINISTRATOR)), shown=shown)
    project.refresh_from_db()


def press(client: Client, project: Project, shown: str) -> str:
    url = f"/settings/projects/{project.pk}/webhook/rotate/"
    return client.post(url, {"shown": shown}, follow=True).content.decode()


def test_button_pressed_twice_rotates_once(project: Project) -> None:
    old, client = project.webhook_token, administrator()
    asked = client.get(f"/settings/projects/{project.pk}/webhook/rotate/")
    shown = asked.context["shown"]
    assert f'name="shown" value="{shown}"' in asked.content.decode()
    assert "works for 1 hour" in press(client, project, shown)
    assert "was rotated already" in press(client, project, shown)
    assert answers(old)
    assert Event.objects.filter(kind="webhook_token_replaced").count() == 1


def test_old_and_new_are_valid_together_for_an_hour(project: Project) -> None:
    old = project.webhook_token
    rotate(project)
    new = Project.objects.get().webhook_token
    assert old != new
    assert answers(old)
    assert answers(new)
    with time_machine.travel(clock.now() + timedelta(minutes=59)):
        assert answers(old)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert not answers(old)
        assert answers(new)
    assert set(WebhookDelivery.objects.values_list("project", flat=True)) == {project.pk}


def test_second_rotation_ends_the_first_url(project: Project) -> None:
    first = project.webhook_token
    rotate(project)
    second = Project.objects.get().webhook_token
    rotate(project)
    assert not answers(first)
    assert answers(second)


def test_project_without_a_url_gets_its_first_and_no_former() -> None:
    project = make_project()
    rotate(project)
    assert webhook_url.former_left(project) == 0
    assert not answers(" ")
    assert answers(project.webhook_token)


def test_url_is_shown_in_full_and_rotating_asks_first(project: Project) -> None:
    client, page = administrator(), f"/settings/projects/{project.pk}/connection/"
    shown = client.get(page).content.decode()
    assert f'value="{settings.PUBLIC_URL}/webhooks/argos/{project.webhook_token}/"' in shown
    assert 'data-copy="webhook-url"' in shown
    assert "still works" not in shown
    asked = client.get(f"/settings/projects/{project.pk}/webhook/rotate/").content.decode()
    assert "The old one works for 1 hour." in asked
    assert Project.objects.get().webhook_token == project.webhook_token
    rotated = press(client, project, webhook_url.mark(project))
    assert "The previous URL still works for <b>1 h 0 min</b>." in rotated
    assert Event.objects.get(kind="webhook_token_replaced").fields == {"project": project.name}
    again = client.get(f"/settings/projects/{project.pk}/webhook/rotate/").content.decode()
    assert "the one before that ends now" in again


def test_former_url_is_ended_early(project: Project) -> None:
    old, client = project.webhook_token, administrator()
    rotate(project)
    client.post(f"/settings/projects/{project.pk}/webhook/end/")
    assert not answers(old)
    assert Event.objects.filter(kind="former_webhook_ended").exists()


def test_url_made_before_it_was_kept_works_and_is_not_shown(project: Project) -> None:
    token = project.webhook_token
    Project.objects.update(webhook_token_sealed=None)
    shown = administrator().get(f"/settings/projects/{project.pk}/connection/").content.decode()
    assert "was made before the portal kept it" in shown
    assert token not in shown
    assert answers(token)


def test_token_is_encrypted_and_follows_a_rotation_of_the_master_key(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = project.webhook_token
    assert token.encode() not in bytes(project.webhook_token_sealed)
    monkeypatch.setattr(settings, "FIELD_KEYS", [b"n" * 32, *settings.FIELD_KEYS])
    list(rotation.rewrap_all())
    monkeypatch.setattr(settings, "FIELD_KEYS", settings.FIELD_KEYS[:1])
    assert Project.objects.get().webhook_token == token
