"""OCR values under every name and shape of the vendor's pages are mapped to Step 2's names."""

import pytest

from argos.received import Received
from argos.replies import (
    parse_step1,
)
from argos.replies.ocr import normalise

RECEIVED = Received(200, b"", None, 0.1)
CAMEL = {"fullName": "JANE DOE", "birthDate": "1990.02.28", "issueDate": "20150101", "expireDate": "2035/1/1"}
SNAKE = {
    "name": "JANE DOE",
    "date_of_birth": "1990-02-28",
    "date_of_issue": "2015-01-01",
    "date_of_expiry": "2035-01-01",
}
SCORED = {key: {"value": value, "score": 0.9, "coordinates": [1, 2]} for key, value in CAMEL.items()}
NAMED = [{"field": key, "value": value} for key, value in CAMEL.items()]
CARD = {
    "full_name": "JANE DOE",
    "birth_date": "1990-02-28",
    "idcard_issueDate": "2015-01-01",
    "idcard_expireDate": "2035-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "shape", [CAMEL, SNAKE, SCORED, NAMED, CARD], ids=["camel", "snake", "scored", "named", "card"]
)
def test_ocr_under_step2s_names(shape: object) -> None:
    reply = parse_step1({"submissionId": "a", "reviewOCRData": shape}, RECEIVED)
    assert reply.ocr == SNAKE
    assert reply.ocr_unmapped == {}


def test_ocr_keeps_what_it_cannot_place() -> None:
    known, unmapped = normalise(
        {"identityNumber": "900228-1234567", "organDonor": "yes", "sex": "M", "gender": "", "x": None}
    )
    assert known == {"identity_number": "900228-1234567", "gender": "male"}
    assert unmapped == {"organDonor": "yes"}


def test_ocr_keeps_a_second_differing_value() -> None:
    known, unmapped = normalise({"birthDate": "1990-02-28", "date_of_birth": "1991-02-28", "dob": "28 Feb"})
    assert known["date_of_birth"] == "1991-02-28"
    assert unmapped == {"birthDate": "1990-02-28", "dob": "28 Feb"}


def test_ocr_name_from_its_parts_first_name_first() -> None:
    assert normalise({"lastName": "DOE", "firstName": "JANE"}) == ({"name": "JANE DOE"}, {})


@pytest.mark.parametrize("spelling", ["identitiy_number", "dcoument_number", "addressdetail"])
def test_ocr_reads_the_pages_misspellings(spelling: str) -> None:
    known, unmapped = normalise({spelling: "7"})
    assert set(known) <= {"identity_number", "document_number", "address_detail"}
    assert (list(known.values()), unmapped) == (["7"], {})


def test_ocr_gender_x_is_kept() -> None:
    assert normalise({"gender": "X"})[0] == {"gender": "X"}


def test_ocr_impossible_date_is_left_for_a_person() -> None:
    assert normalise({"birthDate": "1990.02.31"})[0] == {"date_of_birth": "1990.02.31"}
