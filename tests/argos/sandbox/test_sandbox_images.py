"""PUT image at the sandbox: Base64 text in a form, its errors, and that it changes nothing but the image."""

import base64
from typing import Any

import pytest
import requests

from argos.errors import OutcomeUnknown, Refused
from argos.received import Received
from argos.replies import parse_image
from tests.argos.sandbox.calls import ID, SELFIE, started, step2
from tests.sandbox import KEY, Sandbox

ADMIN = "reviewer@example.com"


def test_image_replaces_the_one_of_its_kind_and_uses_no_try(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    step2(client, submission_id)
    reply = client.put_image(submission_id, "addressImage", ID.content, admin=ADMIN)
    assert reply.message == "complete to update image."
    assert client.image(submission_id, "addressImage")[0] == ID.content
    client.put_image(submission_id, "idImage", SELFIE.content, admin=ADMIN, id_type="passport")
    assert client.image(submission_id, "idImage")[0] == SELFIE.content
    record = client.get_submission(submission_id)
    assert record is not None
    assert (record.result, len(record.attempts or ())) == ("pending", 1)
    assert record.signals.images == ("idImage", "selfieImage", "addressImage")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"submissionId": ""}, "missing_data"),
        ({"admin": ""}, "missing_data"),
        ({"admin": "stranger@example.com"}, "invalid_admin"),
        ({"submissionId": "nobody"}, "invalid_submission"),
        ({"idImage": ""}, "invalid_data"),
        ({"idType": ""}, "missing_data"),
        ({"idType": "universal"}, "invalid_idType"),
        ({"idType": "library_card"}, "invalid_idType"),
        ({"idImage": "not Base64!"}, "processing_error"),
        ({"idImage": base64.b64encode(b"GIF89a").decode()}, "processing_error"),
    ],
)
def test_each_error_of_the_contract(sandbox: Sandbox, changed: dict[str, str], code: str) -> None:
    submission_id = started(sandbox.client())
    content = base64.b64encode(ID.content).decode()
    given = {"submissionId": submission_id, "admin": ADMIN, "idType": "passport", "idImage": content, **changed}
    parts: Any = {name: (None, value) for name, value in given.items() if value}
    reply = requests.put(f"{sandbox.base_url}/submission/image", files=parts, headers={"x-api-key": KEY}, timeout=10)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)


def test_refusal_reaches_the_client(sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as caught:
        sandbox.client().put_image("nobody", "selfieImage", SELFIE.content, admin=ADMIN)
    assert caught.value.code == "invalid_submission"


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": None}, {"message": ["complete"]}, {"complete": 1}])
def test_reply_that_does_not_say_so_is_no_proof(body: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        parse_image(body, Received(200, b"", None, 0.1))
