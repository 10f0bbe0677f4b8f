"""The message of each finding and what to do, by code, because records store only the code."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from argos.codes.for_customers import FACE

# The messages that differ because the agent's mention "the customer".
TO_CUSTOMER = {
    "several_faces": gettext_lazy("There is more than one face. Be alone in the photo."),
    "not_live": gettext_lazy("Please take the photo with the camera of this page."),
    "virtual_camera": gettext_lazy(
        "This photo comes from a program, not from a camera. Please choose the camera of your device."
    ),
    "no_face": gettext_lazy("No face was found. Look straight into the camera."),
    "face_dark": gettext_lazy("The face is in the dark. Have the light in front of you, not behind."),
    "selfie_is_id": gettext_lazy(
        "This looks like an ID card, not a face. Take your own face; if it is your face, come closer to the camera."
    ),
    "asked_blurred": gettext_lazy("The photo is blurred. Please hold the phone still and wait until it is sharp."),
    "asked_glare": gettext_lazy(
        "Light is reflected on the document. Please tilt it a little, so that no lamp or window shines on it."
    ),
    "asked_cut": gettext_lazy("A part is cut off. Please show all of it, with some space around it."),
    "asked_document": gettext_lazy(
        "This is not the document or the side that we need. Please take the one named above."
    ),
    "asked_face": gettext_lazy(FACE),
    "asked_other": gettext_lazy("Please take it once more, in good light, so that everything is sharp."),
}


TO_AGENT = {
    "dark": gettext_lazy("The image is too dark. Turn on a light, or face the window."),
    "bright": gettext_lazy("The image is too bright. Move out of the direct light."),
    "several_faces": gettext_lazy("There is more than one face. Show only the customer."),
    "turned": gettext_lazy("The image is on its side. Turn it upright and retake it."),
    "no_face": gettext_lazy("No face was found. Have the customer look straight into the camera."),
    "face_small": gettext_lazy("The face is too small. Come closer to the camera."),
    "face_few_pixels": gettext_lazy("The face has few pixels. Come closer to the camera."),
    "face_large": gettext_lazy("The face is too large. Move back a little."),
    "face_at_border": gettext_lazy("The face is close to the border. Bring it to the middle, with room on all sides."),
    "blurred": gettext_lazy("The face is blurred. Keep still until it is in focus."),
    "face_dark": gettext_lazy("The face is in the dark. Put the light in front of the customer, not behind."),
    "face_bright": gettext_lazy("The face is washed out. Move out of the direct light."),
    "eyes_covered": gettext_lazy("The eyes are covered. Take off dark glasses, then retake the photo."),
    "not_live": gettext_lazy(
        "The selfie is from a file. This project accepts selfies from the live camera: retake it, or give a reason."
    ),
    "virtual_camera": gettext_lazy("The image is from a virtual camera. Choose a real camera, then retake the photo."),
    "low_quality": gettext_lazy(
        "The file was saved in a low quality. Send the camera's own file, not a copy from a chat."
    ),
    "id_small": gettext_lazy("The resolution is too low. Move closer."),
    "id_blurred": gettext_lazy("The image is blurred. Keep still until it is in focus."),
    "id_glare": gettext_lazy("Light is reflected. Tilt the document or move the lamp."),
    "id_cut": gettext_lazy("The document is cut off. Show all four edges."),
    "id_several": gettext_lazy("There is more than one document. Show only one."),
    "id_turned": gettext_lazy("The document is on its side. Turn the image upright and retake it."),
    "id_is_selfie": gettext_lazy(
        "This looks like a selfie, not a document. Take the side of the document with the photo."
    ),
    "selfie_is_id": gettext_lazy(
        "This looks like an ID card, not a face. Take the customer's own face; if it is, come closer to the camera."
    ),
    "asked_blurred": gettext_lazy("Another photo was requested: blurred."),
    "asked_glare": gettext_lazy("Another photo was requested: light is reflected."),
    "asked_cut": gettext_lazy("Another photo was requested: cut off."),
    "asked_document": gettext_lazy("Another photo was requested: wrong document or side."),
    "asked_face": gettext_lazy("Another photo was requested: face not visible."),
    "asked_other": gettext_lazy("Another photo was requested."),
}


def sentence(code: str, kind: str = "selfie", *, to_customer: bool = False) -> str:
    """Return the message for the user who takes the picture, or for the customer. `kind`: the expected picture."""
    text = _for_kind(code, kind) or (TO_CUSTOMER.get(code) if to_customer else None) or TO_AGENT.get(code)
    return str(text or code)


def _for_kind(code: str, kind: str) -> str:
    """Return what a finding means, or what to do, if that depends on the kind."""
    documents = {
        "dark": _("The image is too dark. Turn on a light."),
        "bright": _("The image is too bright. Move the document out of the direct light."),
    }
    texts = {
        ("id_is_selfie", "id_back"): _("This looks like a selfie, not a document. Take the back of the document."),
        ("id_is_selfie", "address"): _(
            "This looks like a selfie, not a document. Take the document that shows the address."
        ),
    }
    return texts.get((code, kind), "") or (documents.get(code, "") if kind != "selfie" else "")


def fault(code: str) -> str:
    """Return the finding without what to do, for a user who only views the picture."""
    return sentence(code).split(". ")[0].rstrip(".")
