"""The certificate of `make run` for phones, and the URL in its links."""

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from kycportal import https

in_its_network = https.own_address


@pytest.fixture(autouse=True)
def _own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "own_address", lambda: "192.0.2.5")


def test_certificate_is_kept_and_names_this_machine(tmp_path: Path) -> None:
    made, key = https.certificate(tmp_path)
    assert [path.stat().st_mode & 0o777 for path in (made, key)] == [0o600, 0o600]
    found = x509.load_pem_x509_certificate(made.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = names.get_values_for_type(x509.IPAddress)
    assert {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address(https.own_address())} <= set(addresses)
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert (found.not_valid_after_utc - datetime.now(UTC)).days == 396
    before = made.read_bytes()
    assert https.certificate(tmp_path)[0].read_bytes() == before, "kept: a phone that trusts it asks once"


def test_another_address_gets_another_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _key = https.certificate(tmp_path)
    before = https.fingerprint(made)
    monkeypatch.setattr(https, "own_address", lambda: "192.0.2.77")
    assert https.fingerprint(https.certificate(tmp_path)[0]) != before
    assert https.own_url(8443) == "https://192.0.2.77:8443"


def test_one_that_ends_soon_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "LASTS", https.RENEWED_BEFORE)
    before = https.fingerprint(https.certificate(tmp_path)[0])
    assert https.fingerprint(https.certificate(tmp_path)[0]) != before


def test_a_browser_that_trusts_it_connects(tmp_path: Path) -> None:
    made, key = https.certificate(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serve = threading.Thread(target=_answer_once, args=(listening, server))
        serve.start()
        client = ssl.create_default_context(cafile=str(made))
        plain = socket.create_connection(listening.getsockname())
        with client.wrap_socket(plain, server_hostname="127.0.0.1") as safe:
            assert safe.recv(2) == b"ok"
        serve.join()


def _answer_once(listening: socket.socket, server: ssl.SSLContext) -> None:
    accepted, _address = listening.accept()
    with server.wrap_socket(accepted, server_side=True) as safe:
        safe.sendall(b"ok")


def test_without_a_network_it_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(self: socket.socket, address: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    assert in_its_network() == "127.0.0.1"
