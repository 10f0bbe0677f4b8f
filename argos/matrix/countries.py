"""ISO 3166 alpha-3, which is how the vendor writes countries."""

from functools import lru_cache

import pycountry

# Kosovo: a user-assigned code that passports carry and ISO's list does not.
_BESIDE_ISO = {"XKX": "Kosovo"}


def is_country(code: str) -> bool:
    return code in _names()


def country_choices() -> tuple[tuple[str, str], ...]:
    """(code, English name), by name."""
    return tuple(sorted(_names().items(), key=lambda pair: pair[1]))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known = {country.alpha_3: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return known | _BESIDE_ISO
