"""Every text is marked for translation, exists in every language, and keeps its placeholders."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import polib
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.admin.utils import flatten
from django.utils.functional import Promise
from django.utils.translation import get_language_info, to_locale

from kycportal import strings
from kycportal.messages import CUSTOMERS, LOCALE
from submissions.admin.site import site
from tests import unmarked

STAFF_LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
ONLY_CUSTOMERS = [
    to_locale(code) for code in settings.CUSTOMER_LANGUAGES if code not in [settings.LANGUAGE_CODE, *STAFF_LANGUAGES]
]
LANGUAGES = [*STAFF_LANGUAGES, *ONLY_CUSTOMERS]
ADVICE = "Mark it with _() or {% translate %}, run `make strings`, fill in its msgstr in locale/ (docs/translation.md)."
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}|</?[a-z]\w*[^>]*>")
NOT_FOR_PEOPLE = {"migrations", "management"}
# Demo content (people, comments, ARGOS replies, drawn cards), and texts for Prometheus only.
FOR_OPERATORS = {"demo.py", "gauges.py", "weights.py", "plan.py", "stories.py", "vendor_record.py", "cards.py"}
# Titles of problems, and the OpenAPI document: they are read by developers and stay as they are within a version.
FOR_DEVELOPERS = {"problems.py", "openapi.py", "schemas.py"}
PAGES_OF_THE_PROJECT = ("errors.py", "settings.py", "urls.py")


@cache
def entries(language: str) -> dict[tuple[str | None, str], polib.POEntry]:
    folder = CUSTOMERS if language in ONLY_CUSTOMERS else LOCALE
    po = folder / language / "LC_MESSAGES" / "django.po"
    assert po.exists(), f"{language} has no texts: see To add a language in docs/translation.md"
    return {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(po))}


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def test_every_language_that_has_texts_is_offered_and_no_other() -> None:
    for folder, languages in ((LOCALE, STAFF_LANGUAGES), (CUSTOMERS, ONLY_CUSTOMERS)):
        assert sorted(po.parent.parent.name for po in folder.glob("*/LC_MESSAGES/django.po")) == sorted(languages), (
            f"kycportal/settings.py and the folders of {folder} differ: see docs/translation.md"
        )


def test_customers_can_choose_every_language_of_the_users() -> None:
    """A customer's page shows the company's own language too."""
    assert {code for code, _name in settings.LANGUAGES} <= set(settings.CUSTOMER_LANGUAGES)
    assert all(get_language_info(code)["name_local"] for code in settings.CUSTOMER_LANGUAGES)


def test_every_file_with_texts_for_customers_exists() -> None:
    places = {text.place for text in strings.all_texts()}
    assert [entry for entry in strings.FOR_CUSTOMERS if not any(place.startswith(entry) for place in places)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    missing = []
    for message in strings.collected(for_customers=language in ONLY_CUSTOMERS):
        entry = entries(language).get(key(message))
        forms = [] if entry is None else [*entry.msgstr_plural.values()] or [entry.msgstr]
        if message.id and (entry is None or entry.fuzzy or not forms or not all(forms)):
            missing.append(f"{key(message)[1]!r} in {', '.join(place for place, _line in message.locations)}")
    assert not missing, f"Not yet in {language}:\n" + "\n".join(missing) + f"\n{ADVICE}"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_holds_nothing_that_is_no_longer_said(language: str) -> None:
    said = {key(message) for message in strings.collected(for_customers=language in ONLY_CUSTOMERS)}
    gone = [msgid for context, msgid in entries(language) if (context, msgid) not in said]
    assert not gone, f"No longer said (run `make strings`): {gone}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    """A missing placeholder loses a name; an unknown one breaks the page."""
    wrong = [
        f"{entry.msgid!r} -> {text!r}"
        for entry in entries(language).values()
        for text in (entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr])
        if Counter(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)) != Counter(PLACEHOLDER.findall(text))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_no_copy_of_the_english(language: str) -> None:
    """Copied English is no translation; texts that are equal in both languages contain no sentence."""
    copied = [
        entry.msgid
        for entry in entries(language).values()
        if entry.msgstr == entry.msgid and re.search(r"[a-z]{2,} [a-z]{2,}", entry.msgid)
    ]
    assert copied == []


# Each has several meanings in English and a different Korean word for each.
NEEDS_CONTEXT = {
    "From", "to", "State", "Decided", "End", "Asked", "Sent", "Clock", "Open", "Read", "Last", "Since", "Drafts",
}  # fmt: skip


def test_a_word_with_several_meanings_has_a_context() -> None:
    """Without a context, all meanings share one Korean word: the start of a period became "sign-in location"."""
    plain = {text.place for text in strings.all_texts() if text.context is None and text.singular in NEEDS_CONTEXT}
    # One page says "Drafts" and means drafts only.
    assert plain <= {"submissions/views/lists/todo.py"}


ONE_MEANING_WORDS = """
    AML ARGOS Abandoned Access Account Action Add Agent Alerts All Answer Answered Any Apply Approve Approved As
    Assign Assigned Assignee Attempts Back Bank Banks Brighter By Camera Cancel Capture Change Channel Check Claim
    Claimed Close Comment Confirm Connection Consent Continue Copied Copy Country Created Customer Data Day
    Deactivated Decision Decisions Deliveries Demo Details Differences Document Download Draft Due Endpoint Escalated
    Expired Export Exports Face Female Field File Filters Findings Format Gender ID Image Images Integrations Keys
    Language Line Liveform Liveness Main Male Masked Message Messages Month No Note Notes Notifications Occasion
    Operations Ours Overdue Pages Password People Person Portal Previous Print Progress Project Projects Question Ready
    Reason Redact Reference Reject Rejected Remove Rename Reports Request Required Retention Review Reviewer Risk Role
    Rotate
    Route Rows Save Scopes Search Secret Seen Selfie Sending Sessions Settings Share Show Similarity Snoozed Source
    Started Status Submission Submissions Team Teams Time Timeline Token Tries Unassigned Undo Unmasked Unread Until
    Upload Value Verdict Version Views Warnings Webhooks What When Who Why any due masked name needed nobody or
    project readable team why
"""
ONE_MEANING = frozenset(ONE_MEANING_WORDS.split())


def test_one_word_means_one_thing_wherever_it_is_reported() -> None:
    """Check a word that is used in several files: give it a context, or add it here."""
    places: dict[str, set[str]] = {}
    for text in strings.all_texts():
        if text.context is None and text.plural is None and re.fullmatch(r"[A-Za-z]+", text.singular):
            places.setdefault(text.singular, set()).add(text.place)
    unseen = sorted(word for word, of in places.items() if len(of) > 1 and word not in ONE_MEANING)
    assert not unseen, f"Said in several places: give each a context, or add it to ONE_MEANING: {unseen}"


def test_collecting_keeps_contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strings, "ROOT", tmp_path)
    page, code = tmp_path / "page.html", tmp_path / "code.py"
    page.write_text(
        '{% load i18n %}{% translate "From" context "place" %}{% translate "From" %}'
        '{% blocktranslate context "count" count n=1 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}'
    )
    code.write_text('from django.utils.translation import pgettext_lazy as p\nTEXT = p("period", "From")\n')
    found = [
        (text.context, text.singular, text.plural) for text in (*strings.in_template(page), *strings.in_code(code))
    ]
    assert found == [
        ("place", "From", None),
        (None, "From", None),
        ("count", "%(n)s day", "%(n)s days"),
        ("period", "From", None),
    ]


def test_collected_catalogue_has_plural_and_lazy_texts(tmp_path: Path) -> None:
    """The collector recognizes a function by its import, whatever its local name."""
    folder = strings.ROOT / "submissions"
    files = (folder / "review" / "reject_reasons.py", folder / "views" / "status_messages.py")
    texts = {text.singular: text for path in files for text in strings.in_code(path)}
    assert texts["Suspected fraud"].plural is None
    assert texts["ARGOS counts %(count)s failed account verification."].plural is not None
    po = tmp_path / "ko" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Gone"\nmsgstr "없음"\n')
    found = strings.Catalog()
    found.add("New one", locations=[("submissions/review/decisions.py", 0)])
    assert strings.update(po, found) == 1
    with po.open("rb") as source:
        assert [message.id for message in read_po(source) if message.id] == ["New one"]


TEMPLATES = sorted((strings.ROOT / "templates").rglob("*.html"))


def test_templates_say_nothing_unmarked() -> None:
    found = {str(path.relative_to(strings.ROOT)): unmarked.in_template(path.read_text()) for path in TEMPLATES}
    said = {place: texts for place, texts in found.items() if texts}
    assert not said, f"{said}\n{ADVICE}"


@pytest.mark.slow
def test_code_says_nothing_unmarked() -> None:
    paths = [path for path in (strings.ROOT / "submissions").rglob("*.py") if not NOT_FOR_PEOPLE & set(path.parts)]
    paths += [strings.ROOT / "kycportal" / name for name in PAGES_OF_THE_PROJECT]
    found = [
        text for path in paths if path.name not in FOR_OPERATORS | FOR_DEVELOPERS for text in unmarked.in_code(path)
    ]
    assert not found, "\n".join(found) + f"\n{ADVICE}"


def test_scripts_bring_no_words_of_their_own() -> None:
    paths = [path for path in (strings.ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
    found = {path.name: texts for path in paths if (texts := unmarked.in_script(path.read_text()))}
    assert not found, f"{found}: render the text into a data attribute and read it from there"


@pytest.mark.parametrize("model", site._registry, ids=lambda model: model.__name__)
def test_admin_names_are_marked(model: type) -> None:
    """The admin shows a model's name, its fields' names and their help texts."""
    options = model._meta  # type: ignore[attr-defined]
    admin = site._registry[model]
    parts = [admin.fields or (), *(part["fields"] for _title, part in admin.fieldsets or ())]
    listed = {*admin.list_display, *admin.readonly_fields, *(name for part in parts for name in flatten(part))}
    fields = [field for field in options.get_fields() if field.name in listed]
    assert isinstance(options.verbose_name, Promise)
    assert isinstance(options.verbose_name_plural, Promise)
    assert [field.name for field in fields if not isinstance(field.verbose_name, Promise)] == []
    assert [field.name for field in fields if field.help_text and not isinstance(field.help_text, Promise)] == []


class TestTheFinder:
    """Cases that it must find, and cases that it must ignore."""

    @pytest.mark.parametrize(
        "source",
        [
            "<p>Nothing here</p>",
            '<button title="Take it back">{% translate "Back" %}</button>',
            '<p data-text="Your session has ended">{{ x }}</p>',
            '{% include "a.html" with title="Look at this" %}',
            '<input type="submit" value="Send">',
            '<p>{% if x %}one{% else %}{% translate "two" %}{% endif %}</p>',
        ],
    )
    def test_finds_in_a_template(self, source: str) -> None:
        assert unmarked.in_template(source)

    @pytest.mark.parametrize(
        "source",
        [
            '<p class="not said">{% translate "Said" %} · {{ name }}</p>',
            "<p>{% blocktranslate trimmed %}Said {{ name }}{% endblocktranslate %}</p>",
            '{% include "a.html" with title=_("Look at this") %}',
            "<script>const hidden = 1;</script>",
            "{% comment %}not shown{% endcomment %}",
        ],
    )
    def test_leaves_alone_in_a_template(self, source: str) -> None:
        assert unmarked.in_template(source) == []

    @pytest.mark.parametrize(
        ("source", "is_found"),
        [
            ('messages.success(request, "done")', True),
            ('messages.success(request, _("done"))', False),
            ('messages.info(request, f"{count} more")', True),
            ('forms.CharField(label="name")', True),
            ('raise Anything("Write it again, please.")', True),
            ('def f():\n    """Say it again."""', False),
            ('log.warning("It did not leave: %s", name)', False),
            ('messages.info(request, _("%(n)s left") % {"name": count})', False),
        ],
    )
    def test_in_code(self, source: str, is_found: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "said.py"
        path.write_text(f"from django.utils.translation import gettext as _\n{source}\n")
        monkeypatch.setattr(unmarked, "ROOT", tmp_path)
        assert bool(unmarked.in_code(path)) == is_found

    def test_in_a_script(self) -> None:
        assert unmarked.in_script('show("Your session has ended");') == ["Your session has ended"]
        assert unmarked.in_script('form.matches("main.console form"); // "Look at this one"') == []
