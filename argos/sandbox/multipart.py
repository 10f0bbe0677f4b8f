"""Parse a multipart/form-data body into its parts, in order and unchanged (RFC 7578), whatever their names."""

import email.message
import email.utils
from dataclasses import dataclass


class Unreadable(Exception):
    """The body does not match its Content-Type."""


@dataclass(frozen=True)
class Part:
    """`file_name` is None for a text part."""

    name: str
    content: bytes
    file_name: str | None = None
    content_type: str = ""

    @property
    def is_file(self) -> bool:
        return self.file_name is not None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def parts_of(content_type: str, body: bytes) -> list[Part]:
    boundary = _header(content_type).get_param("boundary", header="content-type")
    if not isinstance(boundary, str) or not boundary:
        raise Unreadable("no boundary")
    chunks = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "surrogateescape"))
    if len(chunks) < 2 or not chunks[-1].startswith(b"--"):
        raise Unreadable("the last boundary is missing")
    return [_part(chunk) for chunk in chunks[1:-1]]


def _part(chunk: bytes) -> Part:
    head, found, content = chunk.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not found:
        raise Unreadable("a part without headers")
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n"):
        header, _colon, value = line.partition(":")
        headers[header.strip().lower()] = value.strip()
    disposition = _header(headers.get("content-disposition", ""))
    name = disposition.get_param("name", header="content-type")
    if not isinstance(name, str) or not name:
        raise Unreadable("a part without a name")
    return Part(name, content, _file_name(disposition), headers.get("content-type", ""))


def _file_name(disposition: email.message.Message) -> str | None:
    given = disposition.get_param("filename", header="content-type")
    return None if given is None else email.utils.collapse_rfc2231_value(given)  # filename*=utf-8''...


def _header(value: str) -> email.message.Message:
    """Return one parameter of a header; all headers write them in the same way."""
    message = email.message.Message()
    message["Content-Type"] = value
    return message
