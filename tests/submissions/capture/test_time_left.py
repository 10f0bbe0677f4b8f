"""The remaining time in words and in its colour."""

from datetime import timedelta

import pytest

from submissions.templatetags.kyc import in_words, urgency

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (None, "idle"),
        (241 * MINUTE, "idle"),
        (239 * MINUTE, "warn"),
        (61 * MINUTE, "warn"),
        (59 * MINUTE, "bad"),
        (timedelta(0), "bad"),
        (-MINUTE, "over"),
    ],
)
def test_colour_changes_at_the_alerts(left: timedelta | None, shown: str) -> None:
    assert urgency(left) == shown


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, ""),
        (timedelta(days=1, hours=2, minutes=30), "in 1 d 2 h"),
        (192 * MINUTE, "in 3 h 12 min"),
        (59 * MINUTE, "in 59 min"),
        (-5 * MINUTE, "Overdue by 5 min"),
    ],
)
def test_time_left_in_words(left: timedelta | None, said: str) -> None:
    assert in_words(left) == said
