"""`python -m kycportal.strings`: collect the translatable strings into the .po files.

It uses Python's and Django's parsers, so that no machine needs gettext. Removed strings are dropped, and changed ones
have no translation: there is no fuzzy matching, because a similar sentence would be a wrong translation.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from kycportal.messages import CUSTOMERS, LOCALE

ROOT = LOCALE.parent
CODE = ("argos", "submissions", "kycportal")
# The files whose texts customers read; the languages of locale/customers/ translate these only.
FOR_CUSTOMERS = (
    "argos/codes/for_customers.py",
    "argos/matrix/",
    "submissions/capture/fields/country_field.py",
    "submissions/capture/fields/form_fields.py",
    "submissions/capture/fields/portal_fields.py",
    "submissions/capture/imaging/",
    "submissions/core/text_fields.py",
    "submissions/customer_messages/channels.py",
    "submissions/customer_messages/default_texts.py",
    "submissions/invitations/hand_over.py",
    "submissions/models/image_kind.py",
    "submissions/views/capture/camera.py",
    "submissions/views/capture/phone/customer",
    "submissions/views/capture/phone/one_picture.py",
    "submissions/views/capture/phone/pages.py",
    "submissions/views/capture/result_sentence.py",
    "submissions/views/forms/account.py",
    "templates/capture/_camera.html",
    "templates/phone/",
)
MARK = "N_"
SAYING = {"django.utils.translation", "argos.words"}
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(({LITERAL}(?:, {LITERAL})*)")


@dataclass(frozen=True)
class Text:
    """One string, with `context` and `plural` if it has them; `place` is relative to the project's folder."""

    singular: str
    place: str
    plural: str | None = None
    context: str | None = None


@dataclass
class Names:
    """The names of gettext functions in one file, also under an alias."""

    functions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def imported_by(cls, tree: ast.AST) -> "Names":
        imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in SAYING)
        return cls({alias.asname or alias.name: alias.name for node in imports for alias in node.names})

    def function(self, call: ast.Call) -> str:
        """Return the gettext function of a call; "" for any other call."""
        name = self.functions.get(call.func.id, "") if isinstance(call.func, ast.Name) else ""
        return name if "gettext" in name or name == MARK else ""


def in_code(path: Path) -> Iterator[Text]:
    """Yield the literals that a Python file passes to gettext; variables were marked elsewhere."""
    tree = ast.parse(path.read_bytes())
    names = Names.imported_by(tree)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if function := names.function(node):
            literals = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from _text(function, literals, _place(path))


def in_template(path: Path) -> Iterator[Text]:
    """Yield the strings that the tags and filters of a template translate, with Django's parser."""
    for function, literals in TEMPLATE_CALL.findall(templatize(path.read_text("utf-8"))):
        yield from _text(function, [ast.literal_eval(text) for text in re.findall(LITERAL, literals)], _place(path))


def _text(function: str, literals: list[str], place: str) -> Iterator[Text]:
    plain = function.removesuffix("_lazy")
    context = literals.pop(0) if "p" in plain and literals else None
    plural = literals[1] if plain.startswith("n") and len(literals) > 1 else None
    if literals:
        yield Text(literals[0], place, plural, context)


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def all_texts() -> tuple[Text, ...]:
    """Return all strings of the portal: code first, then templates, in the order of their files."""
    return tuple(_read())


def _read() -> Iterator[Text]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from in_code(path)
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield from in_template(path)


def collected(*, for_customers: bool = False) -> Catalog:
    """Return a catalogue of all strings, or of those that customers read, without translations."""
    catalog = Catalog()
    for text in all_texts():
        if for_customers and not text.place.startswith(FOR_CUSTOMERS):
            continue
        key = (text.singular, text.plural) if text.plural else text.singular
        catalog.add(key, locations=[(text.place, 0)], context=text.context)
    return catalog


def update(po: Path, found: Catalog) -> int:
    """Update one .po file to the current strings.

    Returns:
        The number of strings without a translation.
    """
    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parent.parent.name)
    found.creation_date = catalog.creation_date
    catalog.update(found, no_fuzzy_matching=True)
    with po.open("wb") as target:
        write_po(target, catalog, width=0, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return sum(1 for message in catalog if message.id and not is_translated(message))


def is_translated(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str | None) else message.string
    return all(forms) and not message.fuzzy


if __name__ == "__main__":
    everything, for_customers = collected(), collected(for_customers=True)
    empty = sum(
        update(po, for_customers if CUSTOMERS in po.parents else everything)
        for po in sorted(LOCALE.rglob("LC_MESSAGES/*.po"))
    )
    sys.stdout.write(f"{empty} texts have no translation in locale/\n")
    sys.exit(0)
