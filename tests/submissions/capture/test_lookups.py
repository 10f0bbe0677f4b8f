"""Sources that fill the form: passport lines, address codes, the account check; and the defaults of the new form."""

import json
from typing import Any

import pytest
from django.test import Client

from submissions.capture import images, submit
from submissions.capture.fields import mrz
from submissions.models import CallKind, ImageKind, Project, Status, Submission
from submissions.vendor_sync import worker
from submissions.views import status_messages
from tests.argos.mrz_lines import passport as lines_of
from tests.factories import by, make_at, make_draft, make_project, make_user, reload
from tests.pictures import id_card_jpeg
from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(client: Client) -> Submission:
    submission = make_draft()
    client.force_login(submission.created_by)
    return submission


def post(client: Client, submission: Submission, name: str = "values", **data: str) -> Any:
    return client.post(f"/submissions/{submission.pk}/{name}/", data)


class TestPassportLines:
    def test_fill_the_form(self, client: Client, draft: Submission) -> None:
        assert post(client, draft, action="mrz", mrz=lines_of(number="M98765432")).status_code == 302
        values = reload(draft).values
        assert (values["document_number"], values["gender"]) == ("M98765432", "female")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("M12345678", "mrz_shape"),
            (lines_of().replace("M12345678", "M12345679"), "mrz_digit"),
            (lines_of().replace("P<KOR", "P<USA"), "mrz_issuer"),
        ],
    )
    def test_wrong_lines_fill_nothing_and_stay_typed(
        self, client: Client, draft: Submission, text: str, code: str
    ) -> None:
        before = draft.values
        assert [problem.code for problem in mrz.fill(draft, text, by=by(draft.created_by))][-1] == code
        reply = post(client, draft, action="mrz", mrz=text)
        assert reply.status_code == 422
        assert text.splitlines()[0].replace("<", "&lt;") in reply.content.decode()
        assert reload(draft).values == before


class TestAddress:
    @pytest.fixture
    def project(self, sandbox: Sandbox) -> Project:
        sandbox.control.project(address_codes=True)
        return make_project(
            base_url=sandbox.base_url,
            has_address_codes=True,
            paths={"address_code": "Address_code", "address_code_fields": {"address": "address"}},
        )

    @pytest.fixture(autouse=True)
    def _key(self, project: Project) -> None:
        project.api_key = "sandbox-key-standard"
        project.save()

    def test_look_up_fills_the_codes(self, client: Client, project: Project) -> None:
        submission = make_draft(make_user(), project)
        client.force_login(submission.created_by)
        assert post(client, submission, "address-code", address_input="1 Sample-ro, Jung-gu").status_code == 302
        values = reload(submission).values
        assert values["address_input"] == "1 Sample-ro, Jung-gu"
        assert {"globalCode", "compoundCode", "formatted_address"} <= values.keys()

    def test_look_up_of_nothing_and_of_a_vendor_that_does_not_answer(
        self, client: Client, project: Project, sandbox: Sandbox
    ) -> None:
        submission = make_draft(make_user(), project)
        client.force_login(submission.created_by)
        assert "Enter the address" in post(client, submission, "address-code").content.decode()
        sandbox.control.fault("address", "500")
        reply = post(client, submission, "address-code", address_input="1 Sample-ro")
        assert reply.status_code == 422
        assert "Enter a Plus Code or the formatted address" in reply.content.decode()

    def test_without_a_path_a_plus_code_is_entered_and_checked_here(self, client: Client, project: Project) -> None:
        Project.objects.filter(pk=project.pk).update(paths={})
        submission = make_draft(make_user(), reload_project(project), globalCode="87C4VXX7")
        client.force_login(submission.created_by)
        page = client.get(f"/submissions/{submission.pk}/").content.decode()
        assert "Look the typed address up" not in page
        assert "Enter a Plus Code or the formatted address" in page
        assert "Enter a full Plus Code" in page

    def test_one_of_the_three_is_enough(self, project: Project) -> None:
        for filled in ({"globalCode": "87C4VXX7+39"}, {"formatted_address": "1 Sample-ro"}):
            submission = make_draft(make_user(), project, **filled)
            assert "one_of" not in {problem.code for problem in submit.step2_problems(submission)}
        assert "one_of" in {problem.code for problem in submit.step2_problems(make_draft(make_user(), project))}


def reload_project(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


class TestAccount:
    @pytest.fixture
    def confirming(self, client: Client, sandbox: Sandbox) -> Submission:
        sandbox.control.project(account_occupancy=True)
        project = make_project(
            base_url=sandbox.base_url, has_account_occupancy=True, banks={"004": "Sample Bank", "999": "Nowhere Bank"}
        )
        project.api_key = "sandbox-key-standard"
        project.save()
        submission = make_draft(make_user(), project, images=False)
        client.force_login(submission.created_by)
        images.add_image(submission, ImageKind.ID_FRONT, id_card_jpeg(), by=by(submission.created_by))
        submit.send_step1(submission, by=by(submission.created_by))
        assert worker.send_next()
        return reload(submission)

    def check(self, client: Client, submission: Submission, bank: str = "004", number: str = "1234567") -> Any:
        data = {"userName": "Minseo Example", "bankCode": bank, "accountNumber": number}
        return post(client, submission, "account", **data)

    def test_holder_goes_to_step2_and_the_list_is_offered(self, client: Client, confirming: Submission) -> None:
        assert "Sample Bank (004)" in client.get(f"/submissions/{confirming.pk}/").content.decode()
        assert self.check(client, confirming).status_code == 302
        assert worker.send_next()
        assert reload(confirming).values["userOccupancyName"] == "Minseo Example"
        assert "The 1-won deposit was made" in client.get(f"/submissions/{confirming.pk}/").content.decode()

    def test_digits_of_another_width_are_sent_as_the_vendor_wants_them(
        self, client: Client, confirming: Submission
    ) -> None:
        assert self.check(client, confirming, bank="００４", number="１２３4567").status_code == 302
        values = confirming.calls.get(kind=CallKind.ACCOUNT).attempt.values
        assert (values["bankCode"], values["accountNumber"]) == ("004", "1234567")

    @pytest.mark.parametrize("number", ["١٢٣٤", "12 34", "12-34", "12\n34", ""])
    def test_what_is_no_digit_is_not_sent(self, client: Client, confirming: Submission, number: str) -> None:
        reply = self.check(client, confirming, number=number)
        assert reply.status_code == 422
        assert "Digits only, without hyphens" in reply.content.decode()

    def test_is_taken_only_where_the_page_offers_it(self, client: Client, confirming: Submission) -> None:
        drafted = make_draft(confirming.created_by, confirming.project)
        for submission, has_option in ((drafted, True), (confirming, False)):
            Project.objects.filter(pk=confirming.project_id).update(has_account_occupancy=has_option)
            assert self.check(client, submission).status_code == 302
            assert not submission.calls.filter(kind=CallKind.ACCOUNT).exists()
            assert "userOccupancyName" not in reload(submission).values

    def test_a_bank_off_the_list_is_not_sent(self, client: Client, confirming: Submission) -> None:
        reply = self.check(client, confirming, bank="005")
        assert (reply.status_code, "Choose a bank from the list" in reply.content.decode()) == (422, True)
        assert not confirming.calls.filter(kind=CallKind.ACCOUNT).exists()

    def test_failures_are_told_with_the_vendors_own_count(self, client: Client, confirming: Submission) -> None:
        for count in ("1 failed account verification.", "2 failed account verifications."):
            self.check(client, confirming, bank="999")
            assert worker.send_next()
            page = client.get(f"/submissions/{confirming.pk}/").content.decode()
            assert f"ARGOS counts {count}" in page
            assert "Select the bank again" in page

    def test_a_refusal_without_a_count_or_text(self, client: Client, confirming: Submission) -> None:
        self.check(client, confirming, bank="999")
        assert worker.send_next()
        call = confirming.calls.get(kind=CallKind.ACCOUNT)
        call.reply = {"body": json.dumps({"success": False})}
        told = status_messages.about_account(call)
        assert told is not None
        assert "ARGOS counts" not in told.text


def test_any_asks_for_the_type_and_its_fields_follow(client: Client) -> None:
    submission = make_at(Status.CONFIRMING)
    Submission.objects.filter(pk=submission.pk).update(id_type_unknown=True, issuing_country="IND", id_type="universal")
    client.force_login(submission.created_by)
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert 'name="idType" data-reload' in page
    post(client, submission, idType="aadhaar")
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert 'name="date_of_expiry"' not in page


def test_new_form_begins_with_the_last_project_and_no_country_or_type(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    project = make_project()
    Project.objects.filter(pk=project.pk).update(name="Zzz the last by name")
    make_draft(user, project)
    form = client.get("/submissions/new/").context["form"]
    assert (form["issuing_country"].value(), form["id_type"].value(), form["project"].value()) == (
        None,
        None,
        project.pk,
    )
    Project.objects.filter(pk=project.pk).update(is_open=False)
    make_project()
    assert client.get("/submissions/new/").context["form"]["project"].value() != project.pk


def test_a_change_against_the_reading_wants_a_reason_before_step2() -> None:
    submission = make_at(Status.CONFIRMING, name="Somebody Else")
    with pytest.raises(submit.NotReady) as refused:
        submit.send_step2(submission, by=by(submission.created_by))
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("name", "changed")]


def test_capitals_are_no_change() -> None:
    submission = make_at(Status.CONFIRMING, name="MINSEO EXAMPLE")
    assert submit.step2_problems(submission) == ()


def test_the_reason_is_shown_in_review(client: Client) -> None:
    submission = make_at(Status.CONFIRMING, name="Minseo Eun Example")
    client.force_login(submission.created_by)
    reason = "The second given name was covered."
    assert post(client, submission, action="step2", reason_name=reason).status_code == 302
    assert submission.calls.filter(kind=CallKind.STEP2).exists()
    assert reload(submission).reasons == {"name": reason}
