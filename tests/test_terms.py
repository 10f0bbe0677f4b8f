"""Every English message follows docs/terms.md: no metaphors, the actors by their names, one word for one thing."""

import re

import pytest

from kycportal import strings

FORBIDDEN = re.compile(
    r"\b(vendors?|providers?|verdicts?|clocks?|pictures?|applicants?|nobody|everybody|tries|meanwhile|anew|hints?|seals?"
    r"|sealed|ticked|by itself|itself|all the same|held|holds|settled?|mend|oops|put aside|passed on|gave up|log in"
    r"|speaks?|stands|have a word|erased?)\b",
    re.IGNORECASE,
)
PRESSED = re.compile(r"\bpress(ed|es)?\b(?! (Enter|Ctrl))", re.IGNORECASE)
# A user tries again; an attempt is an image that ARGOS counted. "Legal hold" is a legal term.
ALLOWED = re.compile(r"customer tries again|legal holds", re.IGNORECASE)
# The texts of ARGOS itself, as in its API documentation.
TEXTS_OF_ARGOS = "argos/codes/comments.py"


def forbidden(text: str) -> list[str]:
    """Return the words of a message that docs/terms.md forbids."""
    said = ALLOWED.sub("", re.sub(r"%\(\w+\)[a-z]|<[^>]+>", "", text))
    return [match.group() for pattern in (FORBIDDEN, PRESSED) for match in pattern.finditer(said)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The vendor's clock runs.", ["vendor", "clock"]),
        ("Nothing to do: it is sent again by itself.", ["by itself"]),
        ("There is nothing to press.", ["press"]),
        ("Approve selected. Press Enter to submit.", []),
        ("Start a new submission if the customer tries again.", []),
        ("Legal holds since %(clock)s", []),
    ],
)
def test_forbidden_words_are_found(text: str, words: list[str]) -> None:
    assert forbidden(text) == words


def test_no_message_has_a_forbidden_word() -> None:
    found = {
        f"{text.place}: {said}": words
        for text in strings.all_texts()
        for said in (text.singular, text.plural or "")
        if text.place != TEXTS_OF_ARGOS and (words := forbidden(said))
    }
    assert found == {}, "write it with the terms of docs/terms.md"
