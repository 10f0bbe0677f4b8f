"""Multipart bodies: parts in order and unchanged; invalid bodies are refused."""

import pytest

from argos.sandbox.multipart import Unreadable, parts_of

FORM = "multipart/form-data; boundary=cut"


def body(*parts: bytes) -> bytes:
    return b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts) + b"--cut--\r\n"


def test_parts_come_in_order_and_untouched() -> None:
    text = b'Content-Disposition: form-data; name="name"\r\n\r\n Jane '
    picture = b'Content-Disposition: form-data; name="faceImage"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    first, second = parts_of(FORM, body(text, picture + b"\xff\r\n\x00"))
    assert (first.name, first.text, first.is_file) == ("name", " Jane ", False)
    assert (second.name, second.file_name, second.content) == ("faceImage", "a.jpg", b"\xff\r\n\x00")
    assert (second.content_type, second.is_file) == ("image/jpeg", True)


def test_file_name_in_the_extended_form() -> None:
    part = b"Content-Disposition: form-data; name=\"a\"; filename*=utf-8''%EC%85%80%ED%94%BC.jpg\r\n\r\nx"
    assert parts_of(FORM, body(part))[0].file_name == "셀피.jpg"


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("multipart/form-data", body(b"a")),
        (FORM, b""),
        (FORM, b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'),
        (FORM, body(b"no headers at all")),
        (FORM, body(b"Content-Disposition: form-data\r\n\r\nx")),
        (FORM, body(b'Content-Disposition: form-data; name=""\r\n\r\nx')),
    ],
    ids=["no boundary", "nothing", "not ended", "part without headers", "part without a name", "empty name"],
)
def test_what_is_no_form_is_reported(content_type: str, sent: bytes) -> None:
    with pytest.raises(Unreadable):
        parts_of(content_type, sent)
