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
from submissions.core import encryption
from submissions.models.image import StorageUnavailable
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission

log = logging.getLogger(__name__)

RETRY_SOON = 30  # seconds


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


def _unexpected(error: Exception) -> ApiError:
    log.error("a request of the API failed", exc_info=error)
    return ApiError("internal-error")


HANDLERS: dict[type[Exception], Callable[[Exception], ApiError]] = {
    ApiError: _own,
    Http404: _not_found,
    NotAllowed: _forbidden,
    AuthenticationError: _unauthorized,
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
