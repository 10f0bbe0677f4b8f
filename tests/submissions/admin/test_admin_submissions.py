"""Submissions in the Django admin: read-only, without personal data, with the columns a supervisor needs."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from submissions.models import Role, Status, Submission
from tests.factories import VALUES, make_at, make_draft, make_user

pytestmark = pytest.mark.django_db
LIST = reverse("admin:submissions_submission_changelist")
LOOKERS = [Role.OFFICER, Role.MANAGER, Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", LOOKERS)
def test_list_shows_scores_tries_time_left_and_a_link(client: Client, role: Role) -> None:
    pending = make_at(Status.PENDING)
    client.force_login(make_user(role))
    page = client.get(LIST).content.decode()
    assert pending.reference in page
    assert "91" in page
    assert "1 / 3" in page
    assert re.search(r"in \d+ h \d+ min", page)
    assert (reverse("review", args=[pending.pk]) in page) == (role != Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", LOOKERS)
def test_record_says_its_state_in_words_and_links_to_the_review_for_reviewers(client: Client, role: Role) -> None:
    pending = make_at(Status.PENDING)
    client.force_login(make_user(role))
    page = client.get(reverse("admin:submissions_submission_change", args=[pending.pk])).content.decode()
    assert "Awaiting decision" in page
    assert "icon-no" not in page
    assert (reverse("review", args=[pending.pk]) in page) == (role != Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", LOOKERS)
def test_neither_list_nor_page_shows_the_person(client: Client, role: Role) -> None:
    pending = make_at(Status.PENDING)
    client.force_login(make_user(role))
    for url in (LIST, reverse("admin:submissions_submission_change", args=[pending.pk])):
        page = client.get(url).content.decode()
        assert pending.reference in page
        assert not any(VALUES[name] in page for name in ("name", "email", "document_number", "date_of_birth"))


def test_filter_keeps_the_pending_ones(client: Client) -> None:
    draft, pending = make_draft(images=False), make_at(Status.PENDING)
    client.force_login(make_user(Role.MANAGER))
    page = client.get(LIST, {"pending": "1"}).content.decode()
    assert pending.reference in page
    assert draft.reference not in page


@pytest.mark.parametrize("asked", ["values_sealed__isnull", "created_by__password__startswith", "reason_code"])
def test_submissions_are_found_by_the_pages_filters_alone(client: Client, asked: str) -> None:
    project = make_at(Status.PENDING).project
    client.force_login(make_user(Role.MANAGER))
    page = client.get(LIST, {"status__exact": "pending", "project__id__exact": project.pk, "pending": "1"})
    assert page.status_code == 200
    assert client.get(LIST, {asked: "0"}).status_code == 400


def test_the_kind_of_id_is_shown_in_words(client: Client) -> None:
    pending = make_at(Status.PENDING)
    client.force_login(make_user(Role.MANAGER))
    for url in (LIST, reverse("admin:submissions_submission_change", args=[pending.pk])):
        page = client.get(url, {"id_type": pending.id_type} if url == LIST else {}).content.decode()
        assert f"{pending.issuing_country} Passport" in page
        assert f">{pending.id_type}<" not in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_records_are_read_within_the_portals_frame(client: Client, role: Role) -> None:
    client.force_login(make_user(role))
    page = client.get(reverse("admin:index"), follow=True).content.decode()
    assert 'class="side-link"' in page
    assert "data-theme-toggle" in page
    assert ('href="/settings/projects/"' in page) == (role == Role.ADMINISTRATOR)
    assert ('href="/submissions/"' in page) == (role == Role.OFFICER)
    assert "/static/admin/css/" not in page, "Django's own look"
    assert "/static/admin/js/" not in page


@pytest.mark.parametrize("role", LOOKERS)
def test_nothing_can_be_changed_added_or_deleted(client: Client, role: Role) -> None:
    pending = make_at(Status.PENDING)
    client.force_login(make_user(role))
    change = reverse("admin:submissions_submission_change", args=[pending.pk])
    assert client.post(change, {"status": "approved"}).status_code == 403
    assert client.get(reverse("admin:submissions_submission_add")).status_code == 403
    assert client.post(reverse("admin:submissions_submission_delete", args=[pending.pk])).status_code == 403
    assert Submission.objects.get().status == Status.PENDING


def test_agent_has_no_admin(client: Client) -> None:
    client.force_login(make_user(Role.AGENT))
    assert client.get(LIST).status_code in (302, 403)
