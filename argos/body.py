"""A form with images as multipart/form-data (RFC 7578), sent piece by piece: no image is copied into a body first."""

from collections.abc import Iterable, Iterator

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

Part = tuple[str, str | None, str | bytes, str | None]  # name, file name, content, content type


class Multipart:
    """A request's body: its length in bytes is known before it leaves, so it goes with a Content-Length."""

    def __init__(self, parts: Iterable[Part]) -> None:
        boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._pieces = [*_pieces(parts, boundary), f"--{boundary}--\r\n".encode()]

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


def _pieces(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    """What stands before an image with all small parts ahead of it in one piece, then the image as it lies."""
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
