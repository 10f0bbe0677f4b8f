"""Rotation of the master and search keys: interrupted, resumed, while old and new keys are both valid."""

import itertools
import os
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from submissions.core import encryption
from submissions.models import (
    AccessReview,
    CustomerImport,
    Difference,
    Endpoint,
    Export,
    Project,
    Submission,
    SubmissionKey,
    WebhookDelivery,
)
from submissions.privacy.keys import rotation
from submissions.search import blind_index
from submissions.vendor_sync import webhooks
from tests.factories import make_draft, make_project, make_user
from tests.stack import ROOT

pytestmark = pytest.mark.django_db

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture(autouse=True)
def _old_key(settings: Any) -> None:
    settings.FIELD_KEYS = [OLD]


def drafts(count: int) -> list[Submission]:
    project, user = make_project(), make_user()
    return [make_draft(user, project, images=False, email=f"person{n}@example.com") for n in range(count)]


def reopened(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


def test_rotation_brings_everything_under_the_new_key(settings: Any) -> None:
    first, second = drafts(2)
    delivery = webhooks.store(first.project, b"{}", "application/json", None)
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys", "--batch", "1")
    settings.FIELD_KEYS = [NEW]
    assert reopened(first).values["email"] == "person0@example.com"
    assert reopened(second).values["email"] == "person1@example.com"
    assert Project.objects.get().api_key == "test-key"
    assert WebhookDelivery.objects.get(pk=delivery.pk).body == b"{}"


def test_rotation_stopped_and_resumed(settings: Any) -> None:
    rows = drafts(4)
    settings.FIELD_KEYS = [NEW, OLD]
    begun = list(itertools.islice(rotation.rewrap_all(batch=2), 1))
    assert (begun[0].seen, begun[0].changed, begun[0].of) == (2, 2, 4)
    fresh = drafts(1)[0]
    assert [reopened(row).values["customer_id"] for row in [*rows, fresh]] == ["C-1001"] * 5
    changed = [progress.changed for progress in rotation.rewrap_all(batch=10)]
    assert changed[0] == 2
    assert sum(progress.changed for progress in rotation.rewrap_all(batch=10)) == 0


def test_value_written_meanwhile_is_left_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = drafts(1)[0]
    settings.FIELD_KEYS = [NEW, OLD]
    key = SubmissionKey.objects.get(pk=submission.pk)
    old, fresh = bytes(key.wrapped), encryption.wrap(key.label_of(key.pk), key.open())
    SubmissionKey.objects.filter(pk=key.pk).update(wrapped=fresh)
    assert rotation._rewrap_part(rotation.WRAPPED[0], [(key.pk, old)]) == 0
    assert bytes(SubmissionKey.objects.get(pk=key.pk).wrapped) == fresh


def test_what_a_process_with_the_old_list_wrote_meanwhile_is_reported(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removing the old key then would make that row unreadable forever."""
    drafts(1)
    rewrap_all = rotation.rewrap_all

    def with_a_late_one(batch: int) -> Any:
        yield from rewrap_all(batch)
        settings.FIELD_KEYS = [OLD]
        TOTP.activate(drafts(1)[0].created_by, "JBSWY3DPEHPK3PXP")
        settings.FIELD_KEYS = [NEW, OLD]

    settings.FIELD_KEYS = [NEW, OLD]
    monkeypatch.setattr(rotation, "rewrap_all", with_a_late_one)
    with pytest.raises(CommandError, match="3 values were written under an older key"):  # draft, project, factor
        call_command("rotate_keys")
    monkeypatch.undo()
    call_command("rotate_keys")
    assert rotation.remaining() == 0


def test_second_factors_are_rotated(settings: Any) -> None:
    user = make_user()
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_keys")
    settings.FIELD_KEYS = [NEW]
    secret = Authenticator.objects.get(type="totp").data["secret"]
    assert get_adapter().decrypt(secret) == "JBSWY3DPEHPK3PXP"
    assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == codes


def test_missing_key_stops_with_a_sentence(settings: Any) -> None:
    drafts(1)
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match="Put that key back"):
        call_command("rotate_keys")


def test_wrong_key_raises_and_shows_nothing(settings: Any) -> None:
    submission = drafts(1)[0]
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(encryption.CannotOpen):
        _value = reopened(submission).values


def test_search_keys_are_rotated(settings: Any) -> None:
    submission = drafts(1)[0]
    user = submission.created_by
    settings.SEARCH_KEYS = [NEW, *settings.SEARCH_KEYS]
    assert submission in blind_index.find(user, "person0@example.com")
    call_command("rotate_keys", "--search")
    settings.SEARCH_KEYS = [NEW]
    assert submission in blind_index.find(user, "person0@example.com")


def test_every_column_under_the_master_key_is_rotated() -> None:
    """Each column that `encryption.wrap` fills must be in the table, or a rotation would make its rows unreadable.

    `blind_index` encrypts URL tokens, which are valid for eight hours and are in no column.
    """
    apart = ("encryption.py", "rotation.py", "blind_index.py")
    callers = [
        path.name
        for path in (ROOT / "submissions").rglob("*.py")
        if "encryption.wrap(" in path.read_text() and path.name not in apart and path.parent.name != "migrations"
    ]
    wrapping = [
        "access_review.py",
        "customer_import.py",
        "difference.py",
        "export.py",
        "message.py",
        "message_settings.py",
        "project.py",
        "secrets.py",
        "submission_key.py",
    ]
    assert sorted(callers) == [*wrapping, "webhook.py"]
    tables = {AccessReview, CustomerImport, Difference, Endpoint, Export, SubmissionKey, Project, WebhookDelivery}
    assert {wrapped.model for wrapped in rotation.WRAPPED} == tables
