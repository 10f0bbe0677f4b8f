"""Permissions of roles without a submission, in pairs: `user_can_...` asks, `check_user_can_...` raises.

`permissions` has the rules about one submission. No other module compares roles; `tests/test_house.py` enforces it.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import Role, TrainingRecord, User


class NotAllowed(Exception):
    """The user may not do this; the text says why and who may."""


def _require(allowed: bool, reason: str) -> None:
    if not allowed:
        raise NotAllowed(reason)


def is_manager(user: User) -> bool:
    return user.role == Role.MANAGER


def is_administrator(user: User) -> bool:
    return user.role == Role.ADMINISTRATOR


def is_token(user: User) -> bool:
    """Whether the user is the user of an API token, which sees the submissions of its projects and cannot sign in."""
    return user.role == Role.INTEGRATION


def is_limited_to_team(user: User) -> bool:
    """Whether the user sees only their own team's submissions and searches only among them."""
    return user.role == Role.AGENT


def user_can_start(user: User) -> bool:
    return not is_administrator(user)


def check_user_can_start(user: User) -> None:
    _require(user_can_start(user), _("Administrators manage settings and do not handle submissions."))


def user_can_see_personal_data(user: User) -> bool:
    return not (is_administrator(user) or is_token(user))


def user_can_list(user: User) -> bool:
    return not is_administrator(user)


def check_user_can_list(user: User) -> None:
    _require(user_can_list(user), _("Administrators see submissions without personal data, under All records."))


def user_can_see_handover(user: User) -> bool:
    return not (is_administrator(user) or is_token(user))


def check_user_can_see_handover(user: User) -> None:
    _require(user_can_see_handover(user), _("The hand-over list is for those who work on submissions."))


def user_can_see_queue(user: User) -> bool:
    return user.is_reviewer


def check_user_can_see_queue(user: User) -> None:
    _require(user_can_see_queue(user), _("The review queue is for compliance officers and managers."))


def check_user_can_see_review_page(user: User) -> None:
    """Administrators open review pages too; they see no personal data and cannot act."""
    if not is_administrator(user):
        check_user_can_see_queue(user)


def user_can_assign(user: User) -> bool:
    return is_manager(user)


def check_user_can_assign(user: User) -> None:
    _require(user_can_assign(user), _("Only managers assign."))


def has_duty(user: User) -> bool:
    """Whether the user reviews, so that days off and skills concern them."""
    return user.is_reviewer


def user_can_see_duty(user: User) -> bool:
    """Whether the user sees days off and skills: an officer their own."""
    return user.is_reviewer or user_can_administer(user)


def check_user_can_see_duty(user: User) -> None:
    _require(
        user_can_see_duty(user), _("Only compliance officers, managers and administrators see days off and skills.")
    )


def check_user_can_change_days_off(user: User, person: User) -> None:
    is_allowed = user == person or user_can_change_skills(user)
    _require(is_allowed, _("Only the person, managers and administrators see and change days off."))


def user_can_change_skills(user: User) -> bool:
    return is_manager(user) or user_can_administer(user)


def check_user_can_change_skills(user: User) -> None:
    _require(user_can_change_skills(user), _("Only managers and administrators change skills."))


def user_can_see_discrepancies(user: User) -> bool:
    return user.is_reviewer


def check_user_can_see_discrepancies(user: User) -> None:
    _require(user_can_see_discrepancies(user), _("Only compliance officers and managers see the differences."))


def user_can_see_sending(user: User) -> bool:
    return is_manager(user) or is_administrator(user)


def check_user_can_see_sending(user: User) -> None:
    reason = _("This page is for managers and administrators.")
    _require(user_can_see_sending(user), reason)


def user_can_see_webhooks(user: User) -> bool:
    return is_manager(user)


def check_user_can_see_webhooks(user: User) -> None:
    _require(user_can_see_webhooks(user), _("Only managers see and acknowledge webhooks without a submission."))


def user_can_stop_sending(user: User) -> bool:
    return is_manager(user)


def check_user_can_stop_sending(user: User) -> None:
    _require(user_can_stop_sending(user), _("Only managers pause and resume processing."))


def user_can_lift_hold(user: User) -> bool:
    return is_administrator(user)


def check_user_can_lift_hold(user: User) -> None:
    _require(user_can_lift_hold(user), _("Only administrators lift the restore lock."))


def user_can_retain(user: User) -> bool:
    """Whether the user manages retention, legal holds, and erasure; these pages show references only."""
    return is_administrator(user)


def check_user_can_retain(user: User) -> None:
    _require(user_can_retain(user), _("Retention is for administrators."))


def user_can_answer_data_subject(user: User) -> bool:
    return user.is_reviewer


def check_user_can_answer_data_subject(user: User) -> None:
    reason = _("Only compliance officers and managers answer data subject requests.")
    _require(user_can_answer_data_subject(user), reason)


def user_can_see_access_report(user: User) -> bool:
    return is_manager(user)


def check_user_can_see_access_report(user: User) -> None:
    _require(user_can_see_access_report(user), _("The report of access is for managers."))


def user_can_export(user: User) -> bool:
    return user.is_reviewer and user.is_active


def check_user_can_export(user: User) -> None:
    _require(user_can_export(user), _("Only compliance officers and managers export."))


def user_can_see_reports(user: User) -> bool:
    return user.is_reviewer


def check_user_can_see_reports(user: User) -> None:
    _require(user_can_see_reports(user), _("Reports are for managers; compliance officers see their own figures."))


def user_can_see_quality_checks(user: User) -> bool:
    """Whether the user checks the decisions of others; managers see all checks, officers their own."""
    return user.is_reviewer


def check_user_can_see_quality_checks(user: User) -> None:
    _require(user_can_see_quality_checks(user), _("Quality checks are for compliance officers and managers."))


def user_can_mark_golden(user: User) -> bool:
    return is_manager(user)


def user_can_see_all_figures(user: User) -> bool:
    """Whether reports show everyone's decisions with the reasons of overrides; others see their own without."""
    return is_manager(user)


def user_can_administer(user: User) -> bool:
    """Whether the user changes projects, keys, people, teams, and consent texts."""
    return user.is_active and is_administrator(user)


def check_user_can_administer(user: User) -> None:
    _require(user_can_administer(user), _("Settings are for administrators."))


def user_can_keep_trainings(user: User) -> bool:
    return is_manager(user) or user_can_administer(user)


def check_user_can_keep_trainings(user: User) -> None:
    _require(user_can_keep_trainings(user), _("Training records are for managers and administrators."))


def check_user_can_change_trainings(user: User, person: User) -> None:
    check_user_can_keep_trainings(user)
    _require(user != person, _("You cannot enter your own training. Ask another manager or an administrator."))


def why_not_trained(user: User) -> str:
    """Return what a reviewer without a valid training must do where a project requires one; "" with one."""
    ends = list(TrainingRecord.objects.kept().filter(person=user).values_list("valid_until", flat=True))
    if any(end is None or end >= clock.today() for end in ends):
        return ""
    return untrained_sentence(has_records=bool(ends))


def untrained_sentence(*, has_records: bool) -> str:
    if has_records:
        return _("Your training record has expired. Ask an administrator or manager to enter the new one.")
    return _("You have no training record. Ask an administrator or manager to enter your training.")


def user_can_read_records(user: User) -> bool:
    """Whether the user reads submissions in the admin; administrators see them without personal data."""
    return user.is_active and (user.is_reviewer or is_administrator(user))


PAGE_PERMISSIONS: dict[str, Callable[[User], bool]] = {
    "export": user_can_export,
    "lift_hold": user_can_lift_hold,
    "list": user_can_list,
    "mark_golden": user_can_mark_golden,
    "see_personal_data": user_can_see_personal_data,
    "see_queue": user_can_see_queue,
    "see_reports": user_can_see_reports,
    "start": user_can_start,
    "stop_sending": user_can_stop_sending,
}


def page_permissions(user: User) -> dict[str, bool]:
    """Return the flags that every template can ask for, as in `{% if may.export %}`."""
    return {name: user_can(user) for name, user_can in PAGE_PERMISSIONS.items()}
