"""What a record reports beside its status, in every shape that its pages leave open."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argos.replies import parse_item
from argos.replies.signals import SkippedCheck, parse_aml, parse_box, parse_signals, parse_skipped_checks
from tests.argos.signal_record import RECORD

AT = datetime(2026, 4, 30, 15, tzinfo=UTC)
REPLAY = SkippedCheck("id_liveness_screen_replay", "ID_card_uploaded", "id_liveness", AT)


def test_record_with_every_signal() -> None:
    signals = parse_item(RECORD).signals
    assert signals.skipped_checks == (REPLAY,)
    assert (signals.applicant_id, signals.duplicated_information) == ("ap-1", "du-1")
    assert (signals.recognition_score, signals.argos_score, signals.face_ages) == (93.5, 71.0, (31.0, 38.0))
    assert (signals.ip_address, signals.age_group) == ("203.0.113.9", "30s")
    assert signals.data == {"name": "Hong Gildong", "date_of_expiry": "2030-01-02"}
    assert signals.images == ("idImage", "selfieImage")
    (reading,) = signals.ocr_readings
    assert (reading.name, reading.value, reading.score, reading.accepted) == ("name", "HONG", 0.41, False)
    assert reading.box == (1, 2, 4, 6)
    assert signals.aml is not None
    assert (signals.aml.status, signals.aml.risk, signals.aml.open_count) == ("Red Flag", "HIGH", 2)
    assert signals.aml.tags == ("pep",)


def test_record_without_any() -> None:
    signals = parse_signals({})
    assert not any((signals.skipped_checks, signals.aml, signals.applicant_id, signals.ocr_readings, signals.data))
    assert (signals.images, signals.recognition_score, signals.face_ages) == (None, None, ())


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"warningOccurred": "a"}, ["a"]),
        (["a", "b", "a"], ["a", "b"]),
        ("a", ["a"]),
        ([{"relatedEngine": "liveness"}], [""]),
        ([{}, None, 3.5, []], ["3.5"]),
        (None, []),
    ],
)
def test_warnings_in_other_shapes(given: object, codes: list[str]) -> None:
    assert [check.code for check in parse_skipped_checks(given)] == codes


@pytest.mark.parametrize(
    ("given", "box"),
    [
        ([[10, 20], [30, 20], [30, 40], [10, 40]], (10, 20, 30, 40)),
        ([{"x": 10, "y": 20}, {"x": 30, "y": 20}, {"x": 30, "y": 41}], (10, 20, 30, 41)),
        ([10, 20, 30, 20, 30, 40, 10, 40], (10, 20, 30, 40)),
        ({"left": "1", "top": "2", "width": "3", "height": "4"}, (1, 2, 4, 6)),
        ({"vertices": [[0, 0], [2, 0], [2, 2]]}, (0, 0, 2, 2)),
        ([10, 20, 30, 40], None),  # two corners, or a corner and a size
        ([[10, 20], [30]], None),
        ([[-1, 0], [2, 0], [2, 2]], None),
        ([[1, 1], [1, 1], [1, 1]], None),
        ("10,20,30,40", None),
        (None, None),
    ],
)
def test_coordinates_are_read_in_one_way_or_not_at_all(given: object, box: object) -> None:
    assert parse_box(given) == box


@pytest.mark.parametrize("given", [None, "clear", [], {}, {"unknown": 1}, {"currentstatus": ""}])
def test_no_aml_result(given: object) -> None:
    assert parse_aml(given) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.sampled_from([*RECORD, "aml", "warnings", "coordinates", "data"])


@given(st.dictionaries(MEMBERS, JSON, max_size=8))
def test_no_shape_raises(record: dict[str, Any]) -> None:
    signals = parse_signals(record)
    assert len(signals.skipped_checks) <= 100
    assert parse_signals({**RECORD, **record}).ip_address is not None


@given(JSON)
def test_no_coordinates_raise(value: object) -> None:
    box = parse_box(value)
    if box is not None:
        assert box[0] < box[2]
        assert box[1] < box[3]
