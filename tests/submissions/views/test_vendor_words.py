"""Codes and the vendor's text as users read them."""

import pytest

from submissions.core import vendor_terms
from submissions.models import Event, Status
from submissions.reporting import event_text
from submissions.review.page import comparison
from tests.factories import make_at


def test_our_codes_in_an_events_details_are_words_and_the_vendors_are_quoted() -> None:
    hint = Event(kind="webhook", fields={"trigger": "created", "outcome": "read_back"})
    assert event_text.event_details(hint) == "ARGOS reports “created”, ARGOS status refreshed"
    stopped = Event(kind="follow_stopped", fields={"why": "follow_too_late"})
    assert event_text.event_details(stopped).startswith("The limit of this submission has passed")
    assert (
        event_text.event_details(Event(kind="decision_not_sent", fields={"why": "undone"})) == "undone before sending"
    )
    assert event_text.event_details(Event(kind="call_unknown", fields={"error": "a new one"})) == "a new one"


@pytest.mark.parametrize(("word", "told"), [("incomplete", "Not completed"), ("<new>", "&lt;new&gt;")])
def test_the_vendors_word_stands_in_the_title(word: str, told: str) -> None:
    title = word.replace("<", "&lt;").replace(">", "&gt;")
    assert vendor_terms.state_label(word) == f'<span title="ARGOS reports “{title}”">{told}</span>'
    assert vendor_terms.state_label("") == ""


@pytest.mark.django_db
def test_a_gender_is_shown_in_words_beside_what_was_read() -> None:
    submission = make_at(Status.PENDING, gender="female")
    rows = {row["name"]: row for row in comparison.comparison(submission, submission.values)}
    assert rows["gender"]["confirmed"][0][0] == "Female"
