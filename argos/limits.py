"""The longest text that the portal takes of each kind, in letters: for pages, models and the vendor's replies.

A longer name once made 380,000 search rows and locked the database; no customer has one.
"""

from collections.abc import Mapping

NAME, NUMBER, ADDRESS, NOTE, REASON = 200, 60, 500, 2_000, 400
EMAIL = 254  # RFC 5321
INDEXED_NAME_WORDS = 12  # search rows that one name makes
VENDOR_ID = CODE = 80
LISTED = 100  # entries of a list in a reply: retry codes, comments, members that no field has

# Every other field is a number, a date, a code or a choice.
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
    """A text is longer than its field takes; nothing was stored."""

    def __init__(self, has: int, most: int) -> None:
        super().__init__(f"{has} letters where {most} are taken")
        self.has, self.most = has, most


def check(text: str, most: int) -> None:
    if len(text) > most:
        raise TooLong(len(text), most)


def check_texts(value: object, most: int = NOTE) -> None:
    """Every text in a value that is about to be stored.

    Raises:
        TooLong
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
    """Values by field name, each against its own limit."""
    assert isinstance(value, Mapping)
    for name, text in value.items():
        check_texts(text, longest(name))


def cut(text: str, most: int) -> str:
    """For lists and documents: an ellipsis tells that there is more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
