"""A check that ARGOS skipped, in words: which check, and what its absence means for the person who decides.

ARGOS's page names eleven values and the spelling of one of them was available (screen replay of the ID), so a row
is recognised by words of its code, else of its engine (assumption). A row with none of these is shown as received.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from argos import codes, limits
from argos.replies.signals import SkippedCheck as SkippedSignal
from submissions.models import SkippedCheck

KIND = "skipped"  # the warnings of the decision form that are about skipped checks
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")

# In this order: the engine of a copy check may also be named "id_liveness".
KNOWN = (
    (
        ("screenreplay", "screendetected"),
        gettext_lazy("ID shown on a screen"),
        gettext_lazy("ARGOS suspected a photo of a screen and did not ask for a new image. Compare the ID image."),
    ),
    (
        ("paperprint",),
        gettext_lazy("ID printed on paper"),
        gettext_lazy("ARGOS suspected a paper copy and did not ask for a new image. Compare the ID image."),
    ),
    (
        ("replaceportrait", "replacedportrait", "portraitreplace"),
        gettext_lazy("Portrait on the ID replaced"),
        gettext_lazy("ARGOS suspected another photo on the ID and did not ask for a new image. Compare the portrait."),
    ),
    (
        ("expire", "expiry"),
        gettext_lazy("Expiry of the ID"),
        gettext_lazy("ARGOS accepted an ID that may have expired. Check the date of expiry."),
    ),
    (
        ("passiveliveness", "selfieliveness", "faceliveness"),
        gettext_lazy("Liveness of the selfie"),
        gettext_lazy("ARGOS did not confirm that a live person took the selfie. Look at the selfie."),
    ),
    (
        ("facecompare", "facematch"),
        gettext_lazy("Face comparison"),
        gettext_lazy("ARGOS did not compare the faces. Compare the selfie with the ID portrait."),
    ),
    (
        ("government", "residentregistration", "alienregistration"),
        gettext_lazy("Authenticity with the Korean government"),
        gettext_lazy("ARGOS did not confirm the ID with the issuing authority."),
    ),
    (
        ("mrz",),
        gettext_lazy("Machine-readable lines of the ID"),
        gettext_lazy("ARGOS did not compare the machine-readable lines. Compare them with the printed values."),
    ),
    (
        ("barcode", "pdf417"),
        gettext_lazy("Barcode of the licence"),
        gettext_lazy("ARGOS did not compare the barcode with the printed values."),
    ),
    (
        ("idliveness",),
        gettext_lazy("Copy check of the ID"),
        gettext_lazy("ARGOS did not exclude that the ID is a copy. Look at the ID image."),
    ),
)


Check = SkippedCheck | SkippedSignal  # a row, or an entry of the sealed report


@dataclass(frozen=True)
class CheckText:
    """`key`: what the decision form posts and a decision keeps; `received`: input and engine as ARGOS wrote them."""

    key: str
    label: str
    meaning: str
    received: str


def texts_of(rows: Iterable[Check]) -> list[CheckText]:
    """Return one text for each check; rows of the same check in the same input count once."""
    return list({(text := text_of(row)).key: text for row in rows}.values())


def text_of(row: Check) -> CheckText:
    label, meaning = _words(row.code) or _words(row.engine) or _as_received(row)
    return CheckText(key_of(row), label, meaning, received(row))


def key_of(row: Check) -> str:
    """Return a key of letters, digits and hyphens: a form's value must come back as it was written."""
    parts = (part for part in (row.code, row.engine, row.input) if part)
    return f"{KIND}:{limits.cut(_NOT_IN_A_KEY.sub('-', ' '.join(parts).casefold()).strip('-') or '-', limits.CODE)}"


def code_of(row: Check) -> str:
    """Return the code, or the engine where ARGOS gives no code: lists filter by it and reports count it."""
    return row.code or row.engine or row.input


def label_of_code(code: str) -> str:
    """Return what a code, an engine or a key of a decision names; an unknown one unchanged."""
    known = _words(code)
    return f"{known[0]} ({code})" if known else code


def received(row: Check) -> str:
    parts = ((_("Code"), row.code), (_("Input"), row.input), (_("Engine"), row.engine))
    return " · ".join(f"{name}: {text}" for name, text in parts if text)


def _words(name: str) -> tuple[str, str] | None:
    letters = _NOT_IN_A_KEY.sub("", name.casefold())
    for words, label, meaning in KNOWN:
        if any(word in letters for word in words):
            return str(label), str(meaning)
    return _words_of_a_retry(name)


def _words_of_a_retry(name: str) -> tuple[str, str] | None:
    """A policy can turn what is else a retry into a warning."""
    tables: Sequence[str] = ("step1_retry", "step2_retry")
    advice = next((codes.TABLES[table][name] for table in tables if name in codes.TABLES[table]), None)
    if advice is None:
        return None
    return _(advice.what_happened), _("ARGOS noticed it and went on without asking for a new image.")


def _as_received(row: Check) -> tuple[str, str]:
    name = _("ARGOS reports “%(word)s”") % {"word": code_of(row)}
    return name, _("The portal does not know this check. Ask ARGOS what was skipped.")
