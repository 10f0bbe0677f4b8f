"""The pages of the suite without the line breaks and indents of their templates.

Tests compare pieces of HTML. `make format` decides where a template breaks its lines, and no test should depend on it.
Browsers ignore the white space that `compact` removes; tests/browser sees the pages as the portal sends them.
"""

import re
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.utils.safestring import SafeString, mark_safe

VALUE = r'"[^"]*"'
TAG = rf"<[a-z!/](?:{VALUE}|[^\">])*>"
# A whole element whose white space counts, or one tag.
TOKEN = re.compile(rf"<(textarea|pre|script|style)\b.*?</\1>|{TAG}", re.DOTALL | re.IGNORECASE)
SPACE = re.compile(r"\s+")
SPACE_OR_VALUE = re.compile(rf"({VALUE})|\s+")
# A browser drops the white space beside the edges of these elements, inside and outside.
BLOCK = (
    "html|head|body|main|header|footer|nav|section|article|aside|div|p|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tfoot|"
    "tr|td|th|form|fieldset|legend|h[1-6]|details|summary|figure|figcaption|link|script|meta|title|style|option|"
    "optgroup|datalist|select|dialog|hr|blockquote|br"
)
# The text of a button begins and ends without white space; the space before and after the button stays.
STRIPS_BEFORE = re.compile(rf"</?(?:{BLOCK})\b|</button>", re.IGNORECASE)
STRIPS_AFTER = re.compile(rf"</?(?:{BLOCK})\b|<button\b", re.IGNORECASE)


def compact(html: str) -> str:
    """Give the page in one pass: tests render thousands of them."""
    parts: list[str] = []
    at, is_stripped = 0, False
    for token in TOKEN.finditer(html):
        tag, strips_before, strips_after = (token[0], False, False) if token[1] else _tag(token[0])
        text = SPACE.sub(" ", html[at : token.start()])
        text = text.lstrip() if is_stripped else text
        parts += (text.rstrip() if strips_before else text, tag)
        at, is_stripped = token.end(), strips_after
    rest = SPACE.sub(" ", html[at:])
    return "".join((*parts, rest.lstrip() if is_stripped else rest))


@lru_cache(maxsize=20_000)
def _tag(tag: str) -> tuple[str, bool, bool]:
    """Give the tag without its line breaks, and whether the white space before and after it goes."""
    short = re.sub(r" (/?>)$", r"\1", SPACE_OR_VALUE.sub(lambda found: found[1] or " ", tag))
    return short, bool(STRIPS_BEFORE.match(short)), bool(STRIPS_AFTER.match(short))


class CompactTemplates(DjangoTemplates):
    def get_template(self, template_name: str) -> Template:
        template = super().get_template(template_name)
        if template_name.endswith(".html"):
            template.__class__ = CompactTemplate
        return template


class CompactTemplate(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        return mark_safe(compact(super().render(context, request)))
