"""The rest of `recorded_actions`: what happens on an invitation, by the customer and by staff."""

from collections.abc import Callable
from typing import Any

from submissions.invitations import hand_over, links, retakes
from submissions.invitations.steps import DEPOSIT_CODE
from submissions.models import CallKind, ConsentText, ImageKind, Invitation, Status, Submission
from submissions.vendor_sync import replies
from tests import factories, pictures
from tests.factories import by, make_at, make_draft, make_project, make_user, reload
from tests.submissions.audit.recorded_actions import Act, action

PHONE = hand_over.customer(None)


def invited(submission: Submission) -> Callable[[], Invitation]:
    """Return a function that reads the invitation of the submission, which a phone has started."""
    invitation, _url = links.create(submission, by=by(submission.created_by))
    links.start(invitation, by=PHONE)
    return lambda: Invitation.objects.select_related("submission__project").get(pk=invitation.pk)


def agent_of(submission: Submission) -> Any:
    return by(submission.created_by)


@action
def invite() -> Act:
    submission = make_draft()
    links.create(submission, by=agent_of(submission))  # the next one revokes it, with an event of its own
    return lambda: links.create(reload(submission), by=agent_of(submission))


@action
def mail_invitation() -> Act:
    submission = make_draft()
    invitation, url = links.create(submission, by=agent_of(submission))
    return lambda: links.mail(invitation, url, by=agent_of(submission))


@action
def revoke_invitation() -> Act:
    submission = make_draft()
    invited(submission)
    return lambda: links.revoke(reload(submission), by=agent_of(submission))


@action
def start_invitation() -> Act:
    submission = make_draft()
    invitation, _url = links.create(submission, by=agent_of(submission))
    return lambda: links.start(invitation, by=PHONE)


@action
def choose_language_of_invitation() -> Act:
    read = invited(make_draft())
    return lambda: links.keep_language(read(), "vi", by=PHONE)


@action
def agree_on_the_phone() -> Act:
    project = make_project(requires_consent=True)
    text = ConsentText.objects.create(project=project, version="1", text="I agree.")
    read = invited(make_draft(make_user(), project))
    return lambda: hand_over.agree(read(), str(text.pk), by=PHONE)


@action
def send_picture_on_the_phone() -> Act:
    read, content = invited(make_draft(images=False)), pictures.selfie_jpeg()
    how: dict[str, Any] = {"opening": None, "accepted": hand_over.digest(content)}
    return lambda: hand_over.keep_picture(read(), ImageKind.SELFIE, content, by=PHONE, **how)


@action
def leave_out_back() -> Act:
    submission = make_draft(images=False)
    Submission.objects.filter(pk=submission.pk).update(id_type="drivers_license")
    read = invited(submission)
    return lambda: hand_over.leave_out_back(read(), by=PHONE)


@action
def enter_on_the_phone() -> Act:
    read = invited(make_draft(name=""))
    return lambda: hand_over.enter(read(), {"name": "Another Name"}, by=PHONE)


def to_check() -> Submission:
    """Return a submission whose project checks the customer's account before Step 2."""
    return make_at(Status.CONFIRMING, make_user(), make_project(has_account_occupancy=True))


DEPOSIT = {"userName": "Kim", "bankCode": "004", "accountNumber": "123456"}


@action
def check_account_on_the_phone() -> Act:
    read = invited(to_check())
    return lambda: hand_over.check_account(read(), DEPOSIT, by=PHONE)


@action
def enter_code_of_the_deposit() -> Act:
    submission = to_check()
    read = invited(submission)
    hand_over.check_account(read(), DEPOSIT, by=PHONE)
    replies.account_answered(factories.claim_call(submission, CallKind.ACCOUNT), factories.account_reply())
    return lambda: hand_over.enter_code(read(), {DEPOSIT_CODE: "1234"}, by=PHONE)


def complete() -> Callable[[], Invitation]:
    """Return a function that reads an invitation of which every photo came with its link."""
    submission = make_draft()
    read = invited(submission)
    submission.images.update(invitation=read())
    return read


@action
def submit_on_the_phone() -> Act:
    read = complete()
    return lambda: hand_over.submit(read(), by=PHONE)


@action
def ask_for_help() -> Act:
    read = invited(make_draft())
    return lambda: hand_over.ask_help(read(), "selfie", "The camera is black.", by=PHONE)


@action
def help_customer() -> Act:
    read = invited(make_draft())
    hand_over.ask_help(read(), "selfie", "The camera is black.", by=PHONE)
    return lambda: hand_over.helped(read(), by=agent_of(read().submission))


@action
def ask_for_another_photo() -> Act:
    read = complete()
    submission = read().submission
    selfie = str(submission.images.get(kind=ImageKind.SELFIE).pk)
    ask = {"image": selfie, "reason": "asked_face", "by": agent_of(submission)}
    return lambda: retakes.ask(read(), ImageKind.SELFIE, **ask)
