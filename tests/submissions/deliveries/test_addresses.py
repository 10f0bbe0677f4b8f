"""URLs of endpoints: https to public addresses only, checked again at the connection, without redirects."""

import ipaddress
import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kycportal import https
from submissions.deliveries import addresses, post
from tests.receiver import certificate, receiver


def resolves_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: entries)


def refusal(url: str) -> str:
    with pytest.raises(addresses.AddressRefused) as refused:
        addresses.check(url)
    return refused.value.code


@pytest.fixture
def deployed(settings: Any) -> Any:
    settings.IS_EMBEDDED = False
    return settings


INTERNAL = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "192.0.2.1", "255.255.255.255"),
)


@pytest.mark.parametrize("address", INTERNAL)
def test_internal_address_is_refused(deployed: Any, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolves_to(monkeypatch, address)
    assert refusal("https://crm.example.com/hook") == "internal"
    resolves_to(monkeypatch, "93.184.216.34", address)
    assert refusal("https://crm.example.com/hook") == "internal"


def test_public_address_is_accepted(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    resolves_to(monkeypatch, "93.184.216.34", "2606:2800:220:1::1")
    target = addresses.check("https://CRM.example.com/hook?key=1")
    assert target == addresses.Target(
        True, "crm.example.com", 443, "/hook?key=1", ("93.184.216.34", "2606:2800:220:1::1")
    )


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://crm.example.com/", "not_https"),
        ("https://crm.example.com:22/", "port"),
        ("https://user:secret@crm.example.com/", "user_info"),  # pragma: allowlist secret
        ("https://crm.example.com/#part", "user_info"),
        ("https://crm.example.com\\@127.0.0.1/", "unreadable"),
        ("https://crm.example.com/a b", "unreadable"),
        ("ftp://crm.example.com/", "unreadable"),
        ("crm.example.com/hook", "unreadable"),
        ("https:///hook", "unreadable"),
        ("https://crm.example.com/\r\nX: y", "unreadable"),
    ],
)
def test_url_is_refused_with_a_reason(deployed: Any, monkeypatch: pytest.MonkeyPatch, url: str, code: str) -> None:
    resolves_to(monkeypatch, "93.184.216.34")
    assert refusal(url) == code
    assert addresses.REASONS[code]


def test_unknown_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_named: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refusal("https://nowhere.example/") == "unknown_host"


def test_listed_network_is_accepted_at_any_port_but_never_without_tls(deployed: Any) -> None:
    deployed.RECEIVER_ALLOW_LIST = [(ipaddress.ip_network("127.0.0.0/8"), "a receiver of ours")]
    assert addresses.check("https://127.0.0.1:9443/").port == 9443
    assert refusal("http://127.0.0.1:9443/") == "not_https"


def test_demo_accepts_http_on_this_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert addresses.check("http://127.0.0.1:9/").addresses == ("127.0.0.1",)
    resolves_to(monkeypatch, "192.168.1.1")
    assert refusal("http://printer.local/") == "internal"


@pytest.fixture(autouse=True)
def _certificate_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "own_address", lambda: "127.0.0.1")


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    post._tls.cache_clear()
    yield files
    post._tls.cache_clear()


def test_connection_goes_to_the_checked_address_with_the_names_certificate(trusted: Any) -> None:
    with receiver(trusted) as crm:
        port = int(crm.url.split(":")[2].split("/")[0])
        reply = post.post(addresses.Target(True, "localhost", port, "/hook", ("127.0.0.1",)), b"{}", {})
        assert reply.status == 200
        assert crm.got[0].headers["host"] == f"localhost:{port}"
        other = addresses.Target(True, "crm.example.com", port, "/hook", ("127.0.0.1",))
        with pytest.raises(post.NotDelivered) as failure:
            post.post(other, b"{}", {})
        assert failure.value.code == "certificate"
        assert len(crm.got) == 1


def test_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    with receiver(certificate(tmp_path)) as crm, pytest.raises(post.NotDelivered) as failure:
        post.post(addresses.check(crm.url), b"{}", {})
    assert failure.value.code == "certificate"
    assert crm.got == []


def test_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as crm:
        port = int(crm.url.split(":")[2].split("/")[0])
        target = addresses.Target(False, "localhost", port, "/hook", ("127.0.0.9", "127.0.0.1"))
        assert post.post(target, b"{}", {}).status == 200


def test_redirect_is_not_followed() -> None:
    with receiver() as inner, receiver() as crm:
        crm.status, crm.headers = 307, {"Location": inner.url}
        assert post.post(addresses.check(crm.url), b"{}", {}).status == 307
        assert inner.got == []


def test_slow_receiver_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "DEADLINE", 0.3)
    with receiver() as crm:
        crm.delay = 3
        began = time.monotonic()
        with pytest.raises(post.NotDelivered) as failure:
            post.post(addresses.check(crm.url), b"{}", {})
    assert failure.value.code == "timeout"
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=2)


def test_long_reply_is_read_in_part() -> None:
    with receiver() as crm:
        crm.reply = b"x" * 1_000_000
        assert len(post.post(addresses.check(crm.url), b"{}", {}).body) == post.MAX_REPLY_BYTES


def test_refused_connection_is_named() -> None:
    with pytest.raises(post.NotDelivered) as failure:
        post.post(addresses.check("http://127.0.0.1:9/"), b"{}", {})
    assert failure.value.code == "no_connection"
