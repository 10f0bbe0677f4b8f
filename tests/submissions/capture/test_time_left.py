"""A time left in words and in its colour."""

from datetime import timedelta

import pytest

from submissions.templatetags.kyc import in_words, urgency

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (None, "calm"),
        (241 * MINUTE, "calm"),
        (239 * MINUTE, "soon"),
        (61 * MINUTE, "soon"),
        (59 * MINUTE, "urgent"),
        (timedelta(0), "urgent"),
        (-MINUTE, "over"),
    ],
)
def test_colour_changes_when_people_are_told(left: timedelta | None, shown: str) -> None:
    assert urgency(left) == shown


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, ""),
        (timedelta(days=1, hours=2, minutes=30), "1 d 2 h left"),
        (192 * MINUTE, "3 h 12 min left"),
        (59 * MINUTE, "59 min left"),
        (-5 * MINUTE, "overdue by 5 min"),
    ],
)
def test_time_left_in_words(left: timedelta | None, said: str) -> None:
    assert in_words(left) == said
