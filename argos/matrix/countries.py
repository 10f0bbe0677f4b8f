"""ISO 3166 alpha-3, which is how the vendor writes countries."""

import gettext
from functools import lru_cache

import pycountry

# Kosovo: a user-assigned code that passports carry and ISO's list does not.
NAMED_IN = ("ko", "en")
_BESIDE_ISO = {"XKX": "Kosovo"}
_BESIDE_ISO_SAID = {"ko": {"XKX": "코소보"}}


def is_country(code: str) -> bool:
    return code in _names()


@lru_cache(maxsize=8)
def country_choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """(code, name), by name; a name that has no translation stays English."""
    said = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True).gettext
    names = {code: said(name) for code, name in _names().items()} | _BESIDE_ISO_SAID.get(language, {})
    return tuple(sorted(names.items(), key=lambda pair: pair[1]))


def country_code(text: str) -> str:
    """The code for what was typed: a code, or a country's name in English or Korean; else the text as it came."""
    upper = text.upper()
    return upper if is_country(upper) else _codes().get(text.casefold(), upper)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {name.casefold(): code for language in NAMED_IN for code, name in country_choices(language)}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known = {country.alpha_3: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return known | _BESIDE_ISO
