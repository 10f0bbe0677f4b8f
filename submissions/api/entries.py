"""What a program enters: a new draft, values, override reasons and the consent. The checks are those of the page."""

import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from submissions.api import schemas
from submissions.api.problems import ApiError, FieldError
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import consent, drafts, overrides, submit
from submissions.capture.fields import form_fields
from submissions.capture.fields.capture_form import CaptureForm
from submissions.core import masking, rate_limit
from submissions.core.typed_reason import MIN_OVERRIDE_LENGTH, is_reason
from submissions.imports.row_form import RowForm, id_types
from submissions.models import ApiToken, Project, Submission, Team
from submissions.search import blind_index

SHOWN = 8  # other submissions of the same customer
NUMBERS_AN_HOUR = 20  # of one submission: a response tells whether a number is the one that was read


def create(token: ApiToken, pk: uuid.UUID, data: schemas.NewSubmission, *, by: Actor) -> Submission:
    """Create the draft `pk` in the token's team.

    Raises:
        ApiError: a field is invalid, or the customer has another submission and nobody confirmed the second one.
    """
    assert token.user.team is not None
    project = _project(token, data.project)
    form = RowForm(data.model_dump(include=set(RowForm.base_fields)), project, id_types())
    if not form.is_valid():
        raise ApiError("invalid", errors=_form_errors(form))
    clean = form.cleaned_data
    values = {name: clean[name] for name in form_fields.OFFICE}
    others = ""
    with transaction.atomic():
        # The second of two requests sent simultaneously for a team waits here, then finds the first one's draft.
        Team.objects.select_for_update().get(pk=token.user.team.pk)
        if not data.is_second_confirmed:
            others = _others(token, values, by=by)
        if not others:
            country, id_type = clean["issuing_country"], clean["id_type"]
            submission = drafts.create_draft(
                project, token.user.team, by=by, issuing_country=country, id_type=id_type, values=values, pk=pk
            )
            save(submission, schemas.Changes(values=data.values, consent=data.consent), by=by)
    if others:
        message = _("This customer already has a submission: %(references)s. Confirm the second one, or use the first.")
        text = message % {"references": others}
        error = FieldError("data.is_second_confirmed", "same_customer", text, "body")
        raise ApiError("not-ready", text, errors=[error])
    return submission


def _project(token: ApiToken, pk: uuid.UUID) -> Project:
    project = token.projects.filter(pk=pk).first()
    if project is None or not project.is_open:
        message = _("The token has no project with this id that accepts new submissions.")
        raise ApiError("invalid", errors=[FieldError("data.project", "choice", message, "body")])
    return project


def _form_errors(form: RowForm) -> list[FieldError]:
    return [
        FieldError(f"data.{name}", str(error.code or "invalid"), " ".join(error.messages), "body")
        for name, errors in form.errors.as_data().items()
        for error in errors
    ]


def _others(token: ApiToken, values: Mapping[str, str], *, by: Actor) -> str:
    """Return the references of this customer's open or approved submissions. The search is an event."""
    sought = {name: values[name] for name in ("email", "customer_id") if values[name]}
    found, elsewhere = blind_index.same_values(token.user, sought)
    rows = list(found.order_by("-created_at")[:SHOWN])
    counted = {"elsewhere": elsewhere}
    events.record_list("same_customer_shown", by=by, shown=rows, filters=sought, counted=counted)
    return ", ".join(row.reference for row in rows) or (_("in another project") if elsewhere else "")


def save(submission: Submission, data: schemas.Changes, *, by: Actor) -> None:
    """Save values, reasons and the consent within the caller's transaction.

    Raises:
        ApiError: a name is unknown or a text is not accepted; the caller's transaction is rolled back.
    """
    if data.consent is not None:
        _record_consent(submission, data.consent, by=by)
    if data.values:
        drafts.save_values(submission, _checked(submission, data.values), by=by)
    if data.reasons:
        _check_reasons(submission, data.reasons)
        overrides.save_reasons(submission, data.reasons, by=by)


def _record_consent(submission: Submission, pk: int, *, by: Actor) -> None:
    text = consent.current_text(submission.project)
    if text is None or text.pk != pk:
        message = _("This is not the project's current consent text.")
        raise ApiError("invalid", errors=[FieldError("consent", "choice", message, "body")])
    if submission.consent_id is None:
        consent.record(submission, text, by=by)


def _checked(submission: Submission, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values in the portal's normal form. The checks before a step judge their content."""
    names = form_fields.names(submission)
    errors = [_unknown("values", name) for name in values if name not in names]
    hidden = _("Send the complete value without hidden characters.")
    errors += [_refused("values", name, "masked", hidden) for name, text in values.items() if masking.BULLET in text]
    errors += [_refused("values", name, "too_many", _too_many()) for name in _guessed(submission, values)]
    form = CaptureForm(values, names)
    form.full_clean()
    errors += [_refused("values", one.field, one.code, one.message) for one in form.problems]
    if errors:
        raise ApiError("invalid", errors=errors)
    return form.values


def _guessed(submission: Submission, values: Mapping[str, str]) -> Iterable[str]:
    """Count each number once something was read; yield those beyond the limit of the submission."""
    for name in masking.SECRET if submission.ocr else ():
        if values.get(name) and rate_limit.is_too_fast(
            "api-number", str(submission.pk), most=NUMBERS_AN_HOUR, seconds=3600
        ):
            yield name


def _too_many() -> str:
    return _("Too many numbers for this submission in an hour. Wait an hour.")


def _check_reasons(submission: Submission, reasons: Mapping[str, str]) -> None:
    known = overrides.known_keys(submission)
    errors = [_unknown("reasons", key) for key in reasons if key not in known]
    missing = _("Enter a reason.")
    errors += [
        _refused("reasons", key, "no_reason", missing)
        for key, text in reasons.items()
        if text and not is_reason(text, shortest=MIN_OVERRIDE_LENGTH)
    ]
    if errors:
        raise ApiError("invalid", errors=errors)


def _unknown(part: str, name: str) -> FieldError:
    return _refused(part, name, "unknown", _("The submission has no such field now."))


def _refused(part: str, name: str, code: str, message: str) -> FieldError:
    return FieldError(f"{part}.{name[:80]}", code, message, "body")


def confirm(submission: Submission, values: Mapping[str, str], *, by: Actor) -> None:
    """Save the values that the customer confirmed, within the caller's transaction.

    Raises:
        ApiError: ARGOS read a value that is not among them.
    """
    shown = submit.shown_names(submission)
    missing = [name for name, text in submission.ocr.items() if text and name in shown and name not in values]
    if missing:
        text = _("ARGOS read this value. Confirm it with the customer, and send it.")
        raise ApiError("not-ready", errors=[_refused("values", name, "not_confirmed", text) for name in missing])
    if values:
        drafts.save_values(submission, _checked(submission, values), by=by)
