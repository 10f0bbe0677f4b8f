"""The languages of the customer's pages (`CUSTOMER_LANGUAGES`); users of the portal have `LANGUAGES`."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

COOKIE = "customer-language"
MAX_WANTED = 20  # languages of a browser that are looked at


def names() -> dict[str, str]:
    """Return each language code with the language's own name, so that every customer recognises theirs."""
    return {code: translation.get_language_info(code)["name_local"] for code in settings.CUSTOMER_LANGUAGES}


def chosen(request: HttpRequest) -> str:
    """Return the language chosen in this browser; "" for none."""
    code = request.COOKIES.get(COOKIE, "")
    return code if code in settings.CUSTOMER_LANGUAGES else ""


def of_request(request: HttpRequest) -> str:
    """Return the language chosen in this browser, else the first of its `Accept-Language` that the portal has."""
    if code := chosen(request):
        return code
    # Browsers list their languages in the order of preference.
    wanted = request.headers.get("Accept-Language", "").lower().split(",")[:MAX_WANTED]
    matches = (_match(code.partition(";")[0].strip()) for code in wanted)
    return next((code for code in matches if code), settings.LANGUAGE_CODE)


def _match(wanted: str) -> str:
    """Return the portal's language for a browser's: "zh-hans" for "zh-CN", "ar" for "ar-EG"; "" for none."""
    for code in (wanted, wanted.partition("-")[0]):
        try:
            known: str = translation.get_language_info(code)["code"]
        except KeyError:
            continue
        # Traditional characters are not simplified ones.
        if known in settings.CUSTOMER_LANGUAGES and (known != "zh-hans" or code == wanted):
            return known
    return ""
