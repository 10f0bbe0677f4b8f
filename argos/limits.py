"""The maximum length of each kind of text, in characters, for pages, models and the vendor's replies.

A name longer than any real one once created 380,000 search rows and locked the database.
"""

from collections.abc import Mapping

NAME, NUMBER, ADDRESS, NOTE, REASON = 200, 60, 500, 2_000, 400
EMAIL = 254  # RFC 5321
CONSENT = 20_000  # every capture page of the project repeats it
INDEXED_NAME_WORDS = 12  # search rows that one name makes
VENDOR_ID = CODE = 80
LISTED = 100  # entries of a list in a reply: retry codes, comments, unknown members

# All other fields are numbers, dates, codes or choices.
_LONGEST = {
    "name": NAME,
    "userName": NAME,
    "userOccupancyName": NAME,
    "fullName": NAME,
    "email": EMAIL,
    "formatted_address": ADDRESS,
    "compoundCode": ADDRESS,
    "address_input": ADDRESS,
    "address_detail": ADDRESS,
    "address_street": ADDRESS,
    "address_city": ADDRESS,
    "address_state": ADDRESS,
}


def longest(field: str) -> int:
    return _LONGEST.get(field, NUMBER)


class TooLong(ValueError):
    """A text is longer than its field allows; nothing was stored."""

    def __init__(self, has: int, most: int) -> None:
        super().__init__(f"{has} letters where {most} are taken")
        self.has, self.most = has, most


def check(text: str, most: int) -> None:
    if len(text) > most:
        raise TooLong(len(text), most)


def check_texts(value: object, most: int = NOTE) -> None:
    """Check every text in a value before it is stored.

    Raises:
        TooLong: a text is too long.
    """
    if isinstance(value, str):
        check(value, most)
    elif isinstance(value, Mapping):
        check_texts(list(value.values()), most)
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_texts(item, most)


def check_reasons(value: object) -> None:
    check_texts(value, REASON)


def check_fields(value: object) -> None:
    """Check values by field name, each against its own limit."""
    assert isinstance(value, Mapping)
    for name, text in value.items():
        check_texts(text, longest(name))


def cut(text: str, most: int) -> str:
    """Shorten a text for lists and documents; an ellipsis shows that something is missing."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
