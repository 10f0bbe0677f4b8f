"""Response headers that no library sets: Permissions-Policy, and no caching of personal pages."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

FORBIDDEN = ("microphone", "geolocation", "payment", "usb", "serial", "display-capture", "midi", "hid")
LOG_OUT = "/accounts/logout/"
# Pages with a camera: an agent's submission page and a customer's phone page. All others disable the camera.
USES_CAMERA = re.compile(r"^/(submissions|phone|phone/check)/[0-9a-f-]{36}/")


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", permissions_policy(request.path))
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "POST" and request.path == LOG_OUT:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def permissions_policy(path: str) -> str:
    camera = "camera=(self)" if USES_CAMERA.match(path) else "camera=()"
    passkeys = "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    return ", ".join([camera, passkeys, *(f"{name}=()" for name in FORBIDDEN)])
