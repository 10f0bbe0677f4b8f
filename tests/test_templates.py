"""Templates fit in 120 columns, and use permissions instead of roles."""

import re
from pathlib import Path

from kycportal.strings import ROOT
from submissions.workflow.role_permissions import PAGE_PERMISSIONS

COLUMNS = 120
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
# `get_role_display` shows the user's own role and is no comparison.
ROLE = re.compile(r"\.role\b|\bis_(agent|officer|reviewer|manager|administrator|staff|superuser)\b")
# A fixed format, but for machines ("c") and the values of inputs.
OWN_FORMAT = re.compile(r"""(?<!value=")\{[{%][^}]*\|date:"(?!c"|[A-Z_]+_FORMAT")[^"]*\"""")
FLAG = re.compile(r"\bmay\.(\w+)")


def _templates() -> dict[str, Path]:
    templates = ROOT / "templates"
    return {path.relative_to(templates).as_posix(): path for path in sorted(templates.rglob("*.html"))}


def _in_tags(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return what the pattern finds within Django's tags and variables."""
    return [found[0] for tag in TAG.findall(text) for found in pattern.finditer(tag)]


def test_template_lines_fit_in_the_columns() -> None:
    long = {
        name: lines
        for name, path in _templates().items()
        if (lines := [line.strip() for line in path.read_text("utf-8").splitlines() if len(line) > COLUMNS])
    }
    assert long == {}, 'name a part of the line before it, by {% with %} or by "as" of {% url %} and {% translate %}'


def test_own_date_formats_are_found_outside_inputs() -> None:
    assert OWN_FORMAT.search('<td>{{ row.at|date:"Y-m-d H:i" }}</td>')
    assert OWN_FORMAT.search('{% blocktranslate with at=row.at|date:"H:i" %}')
    for allowed in ('{{ at|date:"DATETIME_FORMAT" }}', '{{ at|date:"c" }}', 'value="{{ first|date:"Y-m-d" }}"'):
        assert not OWN_FORMAT.search(allowed)


def test_dates_follow_the_readers_language() -> None:
    found = {name: hits for name, path in _templates().items() if (hits := OWN_FORMAT.findall(path.read_text("utf-8")))}
    assert found == {}, "write a format of kycportal/formats, such as DATETIME_FORMAT"


def test_roles_are_found_within_tags() -> None:
    text = '{% if user.role == "manager" %}<p role="alert">{{ user.is_reviewer }} user.role {{ user.get_role_display }}'
    assert _in_tags(ROLE, text) == [".role", "is_reviewer"]


def test_no_template_compares_a_role() -> None:
    comparing = {name: found for name, path in _templates().items() if (found := _in_tags(ROLE, path.read_text()))}
    assert comparing == {}, "ask for a flag of PAGE_PERMISSIONS, as in {% if may.export %}"


def test_templates_ask_for_known_permissions_only() -> None:
    """A template silently treats an unknown permission as "no"."""
    asked = {flag[4:] for path in _templates().values() for flag in _in_tags(FLAG, path.read_text())}
    assert asked == PAGE_PERMISSIONS.keys()


def test_settings_forms_show_the_portals_messages_instead_of_the_browsers() -> None:
    forms = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
    fields = re.compile(r'<(input|select|textarea)\b(?![^>]*type="hidden")|{{ field }}|include "settings/_')
    checked = {
        name: form
        for name, path in _templates().items()
        if name.startswith("settings/")
        for form in forms.findall(path.read_text("utf-8"))
        if fields.search(form) and not re.search('novalidate|method="get"', form.partition(">")[0])
    }
    assert checked == {}
