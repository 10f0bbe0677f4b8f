"""Every input besides the capture form has the same normal form, and refuses text without one."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django import forms
from django.test import Client
from django.urls import reverse

from submissions.accounts.mfa.totp_codes import AgainCode, NewAppCode, SignInCode
from submissions.core.text_fields import EmailField, TextField
from submissions.models import Role, Status, Submission
from submissions.search import blind_index, filter_engine
from submissions.views.forms.account import account_typed
from submissions.views.forms.capture import NewForm
from submissions.views.forms.reason import ReasonForm
from submissions.views.forms.retention import EndForm, EraseForm, HoldForm
from submissions.views.forms.review import DecisionForm
from submissions.views.privacy.data_subject import SubjectForm
from submissions.views.reporting.access_report import SignForm
from submissions.views.settings.consent_texts import ConsentTextForm
from submissions.views.settings.people_forms import PersonForm, TeamForm
from submissions.views.settings.project_forms import TABS, NewProjectForm
from tests.factories import make_at, make_draft, make_project, make_user, sign_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def new_form(**typed: str) -> NewForm:
    user = make_user()
    project = make_project()
    data = {"project": str(project.pk), "team": str(user.team_id), "issuing_country": "KOR", "id_type": "passport"}
    return NewForm(data | {"email": "kim@example.com"} | typed, user=user)


def test_the_new_form_takes_full_width_and_drops_what_nobody_sees() -> None:
    form = new_form(
        email="\uff4b\uff49\uff4d@example.com\u200b", customer_id="C\u201177", issuing_country="\uff2b\uff2f\uff32"
    )
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["email"], form.cleaned_data["customer_id"]) == ("kim@example.com", "C-77")
    assert form.cleaned_data["issuing_country"] == "KOR"


@pytest.mark.parametrize("field", ["email", "customer_id", "issuing_country"])
def test_the_new_form_refuses_a_character_by_name(field: str) -> None:
    assert "U+3164 HANGUL FILLER" in str(new_form(**{field: "C\u3164@example.com"}).errors[field])


def test_no_form_of_the_portal_takes_plain_text_past_the_normal_form() -> None:
    own = [NewForm, DecisionForm, ReasonForm, HoldForm, EraseForm, EndForm, SubjectForm, SignForm]
    plain = [(form.__name__, name) for form in own for name, field in form.base_fields.items() if is_plain(field)]
    assert plain == []


def test_no_setting_takes_plain_text_past_the_normal_form() -> None:
    own = [*(tab.form for tab in TABS.values()), NewProjectForm, PersonForm, TeamForm, ConsentTextForm]
    rows = [editor.row for tab in TABS.values() for editor in tab.editors]
    fields = {name: field for form in (*own, *rows) for name, field in form.base_fields.items()}
    wrong = {name for name, field in fields.items() if is_plain(field)}
    assert wrong == {"new_key"}, "a key is taken as it is"


def is_plain(field: forms.Field) -> bool:
    return type(field) in (forms.CharField, forms.EmailField) and not field.widget.is_hidden


def test_text_of_several_lines_keeps_them() -> None:
    assert TextField().clean("one\u00a0line\ntwo") == "one line\ntwo"
    assert EmailField().clean("kim@example.com\u200b") == "kim@example.com"


def test_the_account_check_takes_the_same_form() -> None:
    given = {"userName": "\uff2b\uff29\uff2d", "bankCode": "\uff10\uff10\uff14", "accountNumber": "12\u200b34"}
    assert account_typed(given) == {"userName": "KIM", "bankCode": "004", "accountNumber": "1234"}


def test_a_saved_value_has_the_normal_form(client: Client) -> None:
    user = make_user()
    draft = make_draft(user)
    typed = {
        "name": "\uae40\u200b\ubbfc\uc9c0",
        "document_number": "\uff2d12345678",
        "email": "\uff4b\uff49\uff4d@example.com",
    }
    sign_in(client, user).post(reverse("save_values", args=[draft.pk]), typed | {"action": "save", "version": 0})
    values = Submission.objects.get(pk=draft.pk).values
    assert {name: values[name] for name in typed} == {
        "name": "김민지",
        "document_number": "M12345678",
        "email": "kim@example.com",
    }


@pytest.mark.parametrize(
    "text",
    [
        "only\u200b@example.com",
        "\uff4fnly@example.com",
        "C\u201377",
        "x 9988\u20117766\u200e",
        "onesuch\u3000ONLY",
        "pk\u200b",
    ],
)
def test_a_search_finds_what_was_typed_otherwise(text: str) -> None:
    person = {
        "name": "Only Onesuch",
        "email": "only@example.com",
        "customer_id": "C-77",
        "document_number": "X99887766",
    }
    wanted = make_at(Status.PENDING, **person)
    text = text.replace("pk", str(wanted.pk))
    assert [row.pk for row in blind_index.find(make_user(Role.OFFICER), text)] == [wanted.pk]


@pytest.mark.parametrize("code", ["{}", "\uff10", "{} ", "\u200b{}", "split", "wide"])
def test_a_sign_in_code_is_taken_as_any_keyboard_writes_it(code: str) -> None:
    right = format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in right)
    given = {"split": f"{right[:3]} {right[3:]}", "wide": wide}.get(code, code.format(right))
    for form in (SignInCode, AgainCode, NewAppCode):
        assert form.base_fields["code"].clean(given) == (right if code != "\uff10" else "0")


@pytest.mark.parametrize("typed", ["01/02/26", "02/01/2026", "260102", "20260102", "2026-W01-1"])
def test_no_form_guesses_a_day(typed: str) -> None:
    assert "on" in EndForm({"on": typed}).errors
    assert filter_engine.day(typed) is None
