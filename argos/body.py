"""Encode a form with images as multipart/form-data (RFC 7578) and stream it, so that no image is copied into a body."""

from collections.abc import Iterable, Iterator

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

Part = tuple[str, str | None, str | bytes, str | None]  # name, file name, content, content type


class Multipart:
    """A request body with a known length, so that it is sent with a Content-Length."""

    def __init__(self, parts: Iterable[Part]) -> None:
        boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._pieces = [*_pieces(parts, boundary), f"--{boundary}--\r\n".encode()]

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def _pieces(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    """Yield all small parts before an image as one piece, then the image without a copy."""
    before = b""
    for name, file_name, content, content_type in parts:
        field = RequestField(name, content, file_name)
        field.make_multipart(content_type=content_type)
        before += f"--{boundary}\r\n{field.render_headers()}".encode()
        if isinstance(content, bytes):
            yield before
            yield content
            before = b"\r\n"
        else:
            before += content.encode() + b"\r\n"
    yield before
