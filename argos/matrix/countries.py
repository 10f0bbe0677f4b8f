"""ISO 3166 alpha-3 codes, which the vendor uses for countries."""

import gettext
import unicodedata
from functools import lru_cache
from typing import Any

import pycountry

NAMED_IN = ("ko", "en")
# Kosovo: a user-assigned code that is printed in passports but is not in ISO's list.
_EXTRA_COUNTRIES = {"XKX": "Kosovo"}
_EXTRA_TRANSLATIONS = {"ko": {"XKX": "코소보"}}
# Common or printed names that no list contains. "Korea" alone is ambiguous, so it matches no country.
_ALIASES = {
    "republic of korea": "KOR",
    "한국": "KOR",
    "북한": "PRK",
    "대만": "TWN",
    "macau": "MAC",
    "brunei": "BRN",
    "uk": "GBR",
    "great britain": "GBR",
    "russia": "RUS",
    "러시아": "RUS",
    "turkey": "TUR",
    "터키": "TUR",
    "holland": "NLD",
    "the netherlands": "NLD",
    "호주": "AUS",
    "남아공": "ZAF",
    "uae": "ARE",
    "burma": "MMR",
    "ivory coast": "CIV",
    "cape verde": "CPV",
    "swaziland": "SWZ",
}


def is_country(code: str) -> bool:
    return code in _names()


def alpha_2(code: str) -> str:
    """Return ISO's two-letter code for the three-letter one; empty for a code without one (for example Kosovo)."""
    country = pycountry.countries.get(alpha_3=code)
    return str(country.alpha_2) if country else ""


@lru_cache(maxsize=8)
def country_choices(language: str = "en") -> tuple[tuple[str, str], ...]:
    """Return (code, name) pairs sorted by name; a name without a translation stays English."""
    translate = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True).gettext
    names = {code: translate(name) for code, name in _names().items()} | _EXTRA_TRANSLATIONS.get(language, {})
    return tuple(sorted(names.items(), key=lambda pair: pair[1]))


def country_code(text: str) -> str:
    """Return the code for a two- or three-letter code or a name in English or Korean; otherwise the text unchanged."""
    upper = text.upper()
    return upper if is_country(upper) else _codes().get(_plain(text), upper)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Map every way to write a country to its code: ISO's two letters, its short, common and official names."""
    known = {_plain(str(name)): country.alpha_3 for country in pycountry.countries for name in _written(country)}
    shown = {_plain(name): code for language in NAMED_IN for code, name in country_choices(language)}
    return known | shown | {_plain(name): code for name, code in _ALIASES.items()}


def _written(country: Any) -> list[str]:
    fields = dict(country)
    return [fields[name] for name in ("alpha_2", "name", "common_name", "official_name") if name in fields]


def _plain(text: str) -> str:
    """Return the text in the form used for comparison: "Turkiye" equals "Türkiye"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in letters if not unicodedata.combining(one)))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known = {country.alpha_3: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return known | _EXTRA_COUNTRIES
