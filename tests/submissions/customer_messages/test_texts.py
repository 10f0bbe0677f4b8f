"""The texts: placeholders, omitted lines, own texts, what is never said, and the length of a text message."""

import re

import pytest
from django.core.exceptions import ValidationError

from submissions.customer_messages import own_texts, segments, texts
from submissions.customer_messages.default_texts import DEFAULTS, Template, default
from submissions.customer_messages.languages import languages
from submissions.models import CustomerText, Event, Occasion, Role
from tests.factories import by, make_project, make_user

CODES = [code for code, _name in languages()]
UNSAID = re.compile(r"\bAML\b|sanction|suspic|score|screening|similarity|ARGOS|의심|점수|제재|유사도", re.IGNORECASE)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("occasion", Occasion.values)
def test_default_text_has_known_placeholders_and_names_no_reason(occasion: str, language: str) -> None:
    template = default(occasion, language)
    texts.check(template.subject, texts.IN_SUBJECT)
    texts.check(template.text)
    assert template.text.splitlines()[-1].endswith("{reference}")
    assert not UNSAID.search(template.subject + template.text)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("occasion", Occasion.values)
def test_translated_default_text_keeps_its_placeholders(occasion: str, language: str) -> None:
    _subject, lines = DEFAULTS[Occasion(occasion)]
    named = [texts.NAMED.findall(line) for line in default(occasion, "en").text.splitlines()]
    assert [texts.NAMED.findall(line) for line in default(occasion, language).text.splitlines()] == named
    assert len(named) == len(lines)


def test_unknown_placeholder_is_refused_by_its_name() -> None:
    with pytest.raises(ValidationError, match=r"\{name\} is no placeholder here. Use \{company\}, \{link\}"):
        texts.check("Dear {name},")


def test_link_is_no_placeholder_of_the_subject() -> None:
    with pytest.raises(ValidationError, match=r"\{link\} is no placeholder here"):
        texts.check("Open {link}", texts.IN_SUBJECT)


def test_html_is_refused() -> None:
    with pytest.raises(ValidationError, match="plain text"):
        texts.check("<b>Approved</b>")
    texts.check("Age < 18 and 3 > 2")


def test_line_without_a_value_is_omitted() -> None:
    text = "Hello\nQuestions: {contact}\nReference: {reference}"
    assert texts.fill(text, {"contact": "", "reference": "KP-1"}) == "Hello\nReference: KP-1"


def test_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert texts.fill("{company}: {reference}", {"company": "{reference}", "reference": "KP-1"}) == "{reference}: KP-1"


@pytest.mark.django_db
def test_complaints_contact_is_the_customer_contact_unless_it_is_set() -> None:
    project = make_project(company_contact="02-1")
    assert texts.values_of(project, "en", reference="KP-1")["complaints"] == "02-1"
    project.complaints_contact = "complaints@example.com"
    assert texts.values_of(project, "en", reference="KP-1")["complaints"] == "complaints@example.com"


@pytest.mark.django_db
def test_own_text_replaces_the_default_one_until_it_is_reset() -> None:
    project, admin = make_project(), by(make_user(Role.ADMINISTRATOR))
    usual, own = default("approved", "ko"), Template("제목", "본문 {reference}")
    own_texts.save(project, "approved", "ko", own, by=admin)
    assert texts.template_of(project, "approved", "ko") == own
    assert texts.template_of(project, "approved", "en") == default("approved", "en")
    assert texts.template_of(make_project(), "approved", "ko") == usual
    assert own_texts.reset(project, "approved", "ko", by=admin)
    assert texts.template_of(project, "approved", "ko") == usual
    assert not own_texts.reset(project, "approved", "ko", by=admin)
    assert CustomerText.objects.count() == 0
    changed, reset = (event.fields for event in Event.objects.filter(kind__startswith="customer_text").order_by("id"))
    assert changed["before"] == own_texts.digest(usual) == reset["after"]
    assert changed["after"] == own_texts.digest(own) == reset["before"]
    assert (changed["project"], changed["occasion"], changed["language"]) == (project.name, "approved", "ko")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 160, (160, 1, False)),
        ("a" * 161, (161, 2, False)),
        ("€" * 80, (80, 1, False)),  # an extended letter takes two of the 160 places
        ("€" * 81, (81, 2, False)),
        ("가" * 70, (70, 1, True)),
        ("가" * 71, (71, 2, True)),
        ("a" * 134 + "가", (135, 3, True)),
        ("😀" * 35, (35, 1, True)),  # a letter outside the basic plane takes two places
        ("😀" * 36, (36, 2, True)),
    ],
)
def test_length_is_counted_as_networks_do(text: str, length: tuple[int, int, bool]) -> None:
    assert segments.measure(text) == length
