"""Form bodies, compared with the library's own encoder."""

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from argos.body import Multipart, Part

FACE = bytes(range(256)) * 40
PARTS: list[list[Part]] = [
    [],
    [("name", None, "고객 7\r\n--cut", None)],
    [("submissionId", None, "abc", None), ("faceImage", "faceImage.jpg", FACE, "image/jpeg")],
    [("faceImage", "f.jpg", FACE, "image/jpeg"), ("addressImage", "a.png", b"png", "image/png")],
    [("faceImage", "f.jpg", b"", "image/jpeg"), ("cf1", None, "", None)],
]


def whole(parts: list[Part], boundary: str) -> bytes:
    fields = []
    for name, file_name, content, content_type in parts:
        field = RequestField(name, content, file_name)
        field.make_multipart(content_type=content_type)
        fields.append(field)
    return encode_multipart_formdata(fields, boundary)[0]


def test_body_is_what_the_library_would_put_together() -> None:
    for parts in PARTS:
        body = Multipart(parts)
        boundary = body.content_type.partition("boundary=")[2]
        assert b"".join(body) == whole(parts, boundary)
        assert len(body) == len(whole(parts, boundary))


def test_image_is_sent_from_where_it_lies() -> None:
    assert any(piece is FACE for piece in Multipart(PARTS[2]))
