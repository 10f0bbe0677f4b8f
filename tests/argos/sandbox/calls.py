"""Calls to the sandbox over HTTP, without the client's own checks."""

from argos.client import Client, ImageFile
from argos.replies import Step1Reply, Step2Reply
from tests.pictures import id_card_jpeg, selfie_jpeg

VALUES = {"name": "Minjun Testcase", "date_of_birth": "1990-02-03"}
PASSPORT = {"document_number": "M12345678", "date_of_issue": "2021-03-04", "date_of_expiry": "2031-03-03"}
ID = ImageFile("id.jpg", id_card_jpeg())
SELFIE = ImageFile("face.jpg", selfie_jpeg())


def step1(client: Client, tags: str = "", submission_id: str = "", **fields: str) -> Step1Reply:
    given = {"issuingCountry": "KOR", "idType": "passport", "email": f"applicant{tags}@example.com", **fields}
    if submission_id:
        given["submissionId"] = submission_id
    return client.step1(given, {"idImage": ID})


def step2(client: Client, submission_id: str, selfie: bytes | None = None, **fields: str) -> Step2Reply:
    """Send Step 2 with a Korean passport's fields, changed as given; a field given as "" is left out."""
    given = {"submissionId": submission_id, **VALUES, **PASSPORT, **fields}
    image = SELFIE if selfie is None else ImageFile("face.jpg", selfie)
    return client.step2({name: value for name, value in given.items() if value}, {"faceImage": image})


def started(client: Client, tags: str = "", **fields: str) -> str:
    """Return the ID of a submission whose Step 1 has succeeded."""
    reply = step1(client, tags, **fields)
    assert reply.submission_id
    return reply.submission_id
