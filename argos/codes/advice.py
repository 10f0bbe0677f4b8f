"""The form every row of the tables beside this module has."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """`code` as the vendor spells it, what it means, what to tell the customer, what the agent does next.

    English, marked for translation. `quoted`: the vendor's own text inside `what_happened`, where that is all we know.
    """

    code: str
    what_happened: str
    say: str
    do: str
    quoted: str = ""


def table(*rows: tuple[str, str, str, str]) -> Mapping[str, Advice]:
    return {code: Advice(code, what_happened, say, do) for code, what_happened, say, do in rows}
