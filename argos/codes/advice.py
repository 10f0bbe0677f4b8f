"""The row type of the code tables in this package."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """One code: `code` as the vendor spells it, its meaning, the text for the customer and the agent's next step.

    English, marked for translation. `quoted`: the vendor's own text inside `what_happened`, if nothing else is known.
    """

    code: str
    what_happened: str
    say: str
    do: str
    quoted: str = ""


def table(*rows: tuple[str, str, str, str]) -> Mapping[str, Advice]:
    return {code: Advice(code, what_happened, say, do) for code, what_happened, say, do in rows}
