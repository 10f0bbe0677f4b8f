"""PUT /submission/image: an image added or replaced later, as Base64 text. It uses no try and changes no status."""

import base64
import binascii

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.checks import Fields, is_picture
from argos.sandbox.contract import MAX_IMAGE, STEP1_ID_TYPES
from argos.sandbox.knobs import Project
from argos.sandbox.state import State

IMAGES = ("idImage", "idBackImage", "selfieImage", "addressImage")
OF_THE_ID = ("idImage", "idBackImage")


def answer(state: State, project: Project, fields: Fields) -> Answer:
    """Assumption: taken in every status; the contract names no status in which it is refused."""
    given = {name: fields[name] for name in IMAGES if fields.get(name)}
    if not (fields.get("submissionId") and fields.get("admin")):
        raise Refusal("missing_data", "Required input data is missing.")
    if fields["admin"] not in project.admins:
        raise Refusal("invalid_admin", "Invalid admin.")
    kyc = state.kyc_of_project(project, fields["submissionId"])
    if kyc is None or kyc.deleted:
        raise Refusal("invalid_submission", "Invalid submission.")
    if not given:
        raise Refusal("invalid_data", "At least one image parameter is required.")
    _check_id_type(given, fields.get("idType", ""))
    contents = {name: _picture(text) for name, text in given.items()}
    for name, content in contents.items():
        state.save_image(kyc, name, content)
    state.save(kyc)
    return ok(message="complete to update image.")


def _check_id_type(given: Fields, id_type: str) -> None:
    if not any(name in given for name in OF_THE_ID):
        return
    if not id_type:
        raise Refusal("missing_data", "The idType is required when submit idImage or idBackImage.")
    if id_type not in STEP1_ID_TYPES - {"universal"}:
        raise Refusal("invalid_idType", "Invalid idType.")


def _picture(text: str) -> bytes:
    """Assumption: text that is no Base64 of a JPEG or PNG up to 2 MB fails as "processing_error"."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        content = b""
    if not is_picture(content) or len(content) > MAX_IMAGE:
        raise Refusal("processing_error", "Failed to put image.")
    return content
