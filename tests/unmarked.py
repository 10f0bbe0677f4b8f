"""Find texts for users that are not marked for translation: in templates, Python and browser scripts."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from kycportal.strings import ROOT, Names

WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z']*,? [a-z'][^=<>{}]*")
SPOKEN = {"title", "aria-label", "aria-description", "aria-valuetext", "placeholder", "alt", "label", "summary"}
LABELS = {"label", "short_description", "description", "empty_label"}
SAYERS = {"success", "info", "warning", "error", "add_error", "ValidationError", "NotAllowed"}
CODE_TAGS = {"script", "style", "code"}

# The same in every language: file formats, keys of the keyboard, an example of our reference, country codes.
SAME_EVERYWHERE = {"ARGOS", "CSV", "Ctrl", "Ctrl ↵", "Enter", "Excel (XLSX)", "Esc", "KP-XXXXXXXX", "KOR"}


class Spoken(HTMLParser):
    """The visible text and the displayed or spoken attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [tag] if tag in CODE_TAGS else []
        is_button = tag in ("input", "button") and dict(attrs).get("type") in ("submit", "button")
        for name, value in attrs:
            is_sentence = name.startswith("data-") and re.search(r"[a-z] [a-z]", value or "")
            if name in SPOKEN or is_sentence or (is_button and name == "value" and tag == "input"):
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in CODE_TAGS and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open:
            self._note(data)

    def _note(self, text: str) -> None:
        if WORD.search(text):
            self.found.append(" ".join(text.split()))


def in_template(source: str) -> list[str]:
    """Yield literal text and attributes outside the translating tags, and literals passed to a tag or filter."""
    parser = Spoken()
    parser.feed("".join(_outside(source)))
    parser.close()
    handed = [text for token in Lexer(source).tokenize() for text in _handed(token)]
    return [text for text in [*parser.found, *handed] if text not in SAME_EVERYWHERE]


def _outside(source: str) -> Iterator[str]:
    """Return the template without its tags, and the texts of the translating blocks."""
    closing = ""
    for token in Lexer(source).tokenize():
        word = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if closing:
            closing = "" if word == closing else closing
        elif word in ("blocktranslate", "blocktrans", "comment"):
            closing = f"end{word}"
        elif token.token_type == TokenType.TEXT:
            yield token.contents
        elif token.contents in ("block main_attributes", "block frame"):
            yield "><main "
        elif word == "endblock":
            yield ">"


def _handed(token: Token) -> list[str]:
    first = token.contents.split()[0] if token.contents.strip() else ""
    if token.token_type not in (TokenType.BLOCK, TokenType.VAR) or first in ("translate", "trans", "comment"):
        return []
    contents = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", token.contents)
    return [text for text in re.findall(r'"([^"]*)"', contents) if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text)]


def in_code(path: Path) -> list[str]:
    """Yield literals in places of user texts (labels, messages, refusals), and whole sentences anywhere else."""
    tree = ast.parse(path.read_bytes())
    skipped = _not_for_people(tree)
    strings = [node for node in ast.walk(tree) if _text(node) and id(node) not in skipped]
    spoken = {id(part) for node in ast.walk(tree) for part in _spoken(node)}
    return [
        f"{path.relative_to(ROOT)}:{node.lineno} {_text(node)!r}"  # type: ignore[attr-defined]
        for node in strings
        if (id(node) in spoken and WORD.search(_text(node))) or SENTENCE.fullmatch(_text(node).strip())
    ]


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _spoken(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node of a label or of the text of a message."""
    if isinstance(node, ast.keyword) and node.arg in LABELS:
        yield from ast.walk(node.value)
    if isinstance(node, ast.Call) and _name(node) in SAYERS:
        for argument in node.args[0 if _name(node)[0].isupper() else 1 :]:
            yield from ast.walk(argument)
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in LABELS for t in node.targets):
        yield from ast.walk(node.value)


def _not_for_people(tree: ast.AST) -> set[int]:
    """Yield docstrings, log messages, placeholder names, and translated texts."""
    names, found = Names.imported_by(tree), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _text(node.value):
            found.add(id(node.value))
        is_log = isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") == "log"
        if is_log or (isinstance(node, ast.Call) and names.function(node)):
            found |= {id(part) for part in ast.walk(node)}
        keys = node.keys if isinstance(node, ast.Dict) else [node.slice] if isinstance(node, ast.Subscript) else []
        found |= {id(key) for key in keys}
    return found


def in_script(source: str) -> list[str]:
    """Yield literals of a browser script that read like a sentence; its texts must come from data attributes."""
    bare = re.sub(r"(^|[\s;])//.*$|^\s*/?\*.*$", "", source, flags=re.M)
    quoted = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", bare)
    return [text for parts in quoted for text in parts if re.match(r"[A-Z][a-z']+,? [a-z]+ ", text)]
