"""The pages of the suite without the line breaks and indents of their templates.

Tests compare pieces of HTML. `make format` decides where a template breaks its lines, and no test should depend on it.
Browsers ignore the white space that `compact` removes; tests/browser sees the pages as the portal sends them.
"""

import re
from typing import Any

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.utils.safestring import SafeString, mark_safe

KEPT = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
VALUE = r'"[^"]*"'
TAG = re.compile(rf"<[a-z!/](?:{VALUE}|[^\">])*>", re.IGNORECASE)
SPACE_OR_VALUE = re.compile(rf"({VALUE})|\s+")
# A browser drops the white space beside the edges of these elements, inside and outside.
BLOCK = (
    "html|head|body|main|header|footer|nav|section|article|aside|div|p|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tfoot|"
    "tr|td|th|form|fieldset|legend|h[1-6]|details|summary|figure|figcaption|link|script|meta|title|style|option|"
    "optgroup|datalist|select|dialog|hr|blockquote|br"
)
AROUND_BLOCK = re.compile(rf"\s*(<(?:/?(?:{BLOCK})\b)(?:{VALUE}|[^\">])*>)\s*", re.IGNORECASE)
# The text of a button begins and ends without white space; the space before and after the button stays.
INSIDE_BUTTON = re.compile(rf"(<button\b(?:{VALUE}|[^\">])*>)\s+|\s+(</button>)", re.IGNORECASE)


def compact(html: str) -> str:
    parts = KEPT.split(html)
    # `split` yields text, a kept element, its name, text, ...
    return "".join(_compact_text(part) if at % 3 == 0 else part for at, part in enumerate(parts) if at % 3 < 2)


def _compact_text(html: str) -> str:
    html = TAG.sub(lambda tag: _compact_tag(tag[0]), html)
    html = re.sub(rf"({TAG.pattern})|\s+", lambda found: found[1] or " ", html, flags=re.IGNORECASE)
    html = AROUND_BLOCK.sub(r"\1", html)
    return INSIDE_BUTTON.sub(r"\1\2", html)


def _compact_tag(tag: str) -> str:
    tag = SPACE_OR_VALUE.sub(lambda found: found[1] or " ", tag)
    return re.sub(r" (/?>)$", r"\1", tag)


class CompactTemplates(DjangoTemplates):
    def get_template(self, template_name: str) -> Template:
        template = super().get_template(template_name)
        if template_name.endswith(".html"):
            template.__class__ = CompactTemplate
        return template


class CompactTemplate(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        return mark_safe(compact(super().render(context, request)))
