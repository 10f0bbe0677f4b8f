"""Base URLs are parsed as the HTTP client parses them."""

import pytest

from argos import base_url


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://vendor.example/v3", ("https", "vendor.example")),
        ("HTTPS://Vendor.Example:8443/v3/", ("https", "vendor.example")),
        ("http://127.0.0.1:8001/v3", ("http", "127.0.0.1")),
        ("http://[::1]:8001/v3", ("http", "::1")),
    ],
)
def test_plain_base_url(text: str, found: tuple[str, str]) -> None:
    assert base_url.read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vendor.example",
        "ftp://vendor.example/v3",
        "https:///v3",
        "https://user@vendor.example/v3",
        "https://user:word@vendor.example/v3",  # pragma: allowlist secret
        "http://vendor.example\\@127.0.0.1/v3",
        "http://127.0.0.1\\.vendor.example/v3",
        "https://vendor.example/v3\\..",
        "https://vendor.example/v3?",
        "https://vendor.example/v3?a=b",
        "https://vendor.example/v3#",
        "https://vendor.example/v3#part",
        "http://127.0.0.1\t.vendor.example/",
        "http://[::1/v3",
        "http://127.0.0.1:port/v3",
    ],
)
def test_anything_beside_scheme_host_port_and_path_is_refused(text: str) -> None:
    assert base_url.read(text) is None
