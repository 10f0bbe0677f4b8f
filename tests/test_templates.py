"""Templates fit in 120 columns. djangofmt breaks lines between tags; a Django tag itself cannot be broken."""

from kycportal.strings import ROOT

COLUMNS = 120
# One tag, or an attribute whose value would get the white space of a line break.
UNBREAKABLE = {
    "base.html": ['value="{% if request.method == "GET" %}'],
    "capture/_field.html": ['class="field{% if row.is_wide %}'],
    "lists/_submission_rows.html": ['href="{% if to_review and submission.is_in_review %}'],
    "operations/discrepancies.html": ['aria-label="{{ row.get_kind_display }}'],
    "privacy/retention/act.html": ['{% include "privacy/retention/_form.html" with form=forms.'] * 4,
    "privacy/retention/overview.html": ['{% include "privacy/retention/_due.html"'],
    "reporting/access/month.html": ["{% blocktranslate trimmed with name=review.signed_by.name"],
    "reporting/access/months.html": ["{% if review %}{% blocktranslate trimmed with name=review.signed_by.name"],
    "reporting/exports/page.html": ['href="{% if export.source == "queue" %}'],
    "review/_aside.html": ['>{{ question.answered_at|date:"Y-m-d H:i" }}</small>{% with answer='],
    "review/_verdicts.html": [
        '>{% if verdict.verdict == "approved" %}',
        "{% endblocktranslate %}{% else %}{% blocktranslate",
    ],
}


def test_template_lines_fit_in_the_columns() -> None:
    templates = ROOT / "templates"
    long = {
        path.relative_to(templates).as_posix(): lines
        for path in sorted(templates.rglob("*.html"))
        if (lines := [line.strip() for line in path.read_text("utf-8").splitlines() if len(line) > COLUMNS])
    }
    assert long.keys() == UNBREAKABLE.keys()
    for name, lines in long.items():
        assert len(lines) == len(UNBREAKABLE[name]), f"{name}: {lines}"
        for line, start in zip(lines, UNBREAKABLE[name], strict=True):
            assert line.startswith(start), f"{name}: break this line: {line}"
