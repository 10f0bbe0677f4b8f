"""Turn exceptions into problem details, as `views.frame.error_middleware` turns them into pages."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from argos.errors import VendorError
from argos.limits import TooLong
from submissions.api import problems
from submissions.api.problems import ApiError, FieldError
from submissions.capture import submit
from submissions.core import encryption
from submissions.models.image import StorageUnavailable
from submissions.workflow import deadlines
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission

log = logging.getLogger(__name__)

RETRY_SOON, VENDOR_RETRY = 30, 60  # seconds


def _own(error: Exception) -> ApiError:
    assert isinstance(error, ApiError)
    return error


def _not_found(error: Exception) -> ApiError:
    return ApiError("not-found")


def _forbidden(error: Exception) -> ApiError:
    return ApiError("forbidden", str(error))


def _unauthorized(error: Exception) -> ApiError:
    return ApiError("unauthorized")


def _conflict(error: Exception) -> ApiError:
    if isinstance(error, IntegrityError):  # two requests simultaneously: the other one counts
        log.warning("a constraint refused what another request had written: %s", type(error.__cause__).__name__)
    return ApiError("conflict", _("This submission has changed. Read it again, then repeat the request."))


def _gone(error: Exception) -> ApiError:
    log.error("%s", error)  # it contains labels and ids
    return ApiError("gone")


def _unavailable(error: Exception) -> ApiError:
    log.error("a request of the API found a part unavailable: %s", type(error).__name__)
    return ApiError("unavailable", retry_after=RETRY_SOON)


def _too_large(error: Exception) -> ApiError:
    return ApiError("too-large")


def _bad_request(error: Exception) -> ApiError:
    return ApiError("bad-request")


def _too_long(error: Exception) -> ApiError:
    assert isinstance(error, TooLong)
    message = _("Not saved: shorten the text to %(most)d characters. It has %(count)d.")
    return ApiError("invalid", message % {"most": error.most, "count": error.has})


def _not_storable(error: Exception) -> ApiError:
    return ApiError("invalid", _("Not saved: the text has a character that cannot be stored. Remove it."))


def _invalid(error: Exception) -> ApiError:
    """Name each invalid field without its value."""
    assert isinstance(error, ValidationError)
    found = []
    for one in error.errors:
        place, *path = (str(part) for part in one["loc"])
        found.append(FieldError(".".join(path), str(one["type"]), str(one["msg"]), place))
    return ApiError("invalid", errors=found)


def _not_ready(error: Exception) -> ApiError:
    assert isinstance(error, submit.NotReady)
    errors = problems.of_fields(error.problems)
    if isinstance(error, submit.StopsStep2):
        text = _("The named fields block Step 2 after the 24-hour limit starts. Correct them, or confirm the start.")
        errors.append(FieldError("is_start_confirmed", "start", text, "body"))
    return ApiError("not-ready", errors=errors)


def _last_attempt(error: Exception) -> ApiError:
    text = _("Final attempt. Check the selfie, then send the step with this confirmation.")
    return ApiError("not-ready", errors=[FieldError("is_last_confirmed", "last_try", text, "body")])


def _no_attempt(error: Exception) -> ApiError:
    return _stopped("no_try_left", _("All 3 attempts used. ARGOS decides now."))


def _no_account_check(error: Exception) -> ApiError:
    return _stopped("account_missing", _("Check the account first: the project asks for the 1-won check."))


def _too_late(error: Exception) -> ApiError:
    text = _("The 24-hour limit is too near for another request. Start a new submission with this data.")
    return _stopped("deadline", text)


def _stopped(code: str, text: str) -> ApiError:
    return ApiError("not-ready", text, errors=[FieldError("", code, text)])


def _vendor_down(error: Exception) -> ApiError:
    text = _("ARGOS is unavailable. The 24-hour limit has not started. Your entries are saved; send later.")
    return ApiError("unavailable", text, retry_after=VENDOR_RETRY)


def _unexpected(error: Exception) -> ApiError:
    log.error("a request of the API failed", exc_info=error)
    return ApiError("internal-error")


HANDLERS: dict[type[Exception], Callable[[Exception], ApiError]] = {
    ApiError: _own,
    Http404: _not_found,
    NotAllowed: _forbidden,
    AuthenticationError: _unauthorized,
    submit.NotReady: _not_ready,
    submit.UnconfirmedLastAttempt: _last_attempt,
    submit.NoAttemptLeft: _no_attempt,
    submit.AccountCheckMissing: _no_account_check,
    submit.VendorDown: _vendor_down,
    deadlines.DeadlinePassed: _too_late,
    StaleSubmission: _conflict,
    MoveNotAllowed: _conflict,
    IntegrityError: _conflict,
    encryption.CannotOpen: _gone,
    StorageUnavailable: _unavailable,
    VendorError: _unavailable,
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    RequestDataTooBig: _too_large,
    TooManyFilesSent: _too_large,
    SuspiciousOperation: _bad_request,
    MultiPartParserError: _bad_request,
    BadRequest: _bad_request,
    HttpError: _bad_request,  # Ninja raises it for a body that is no JSON
    TooLong: _too_long,
    DataError: _not_storable,
    ValidationError: _invalid,
    Exception: _unexpected,
}


def add_handlers(api: NinjaAPI) -> None:
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, _answering(handler))


def _answering(handler: Callable[[Exception], ApiError]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: problems.response_of(handler(error))
