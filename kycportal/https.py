"""Find this machine's network address and create a self-signed certificate, for phones with `make run`.

Browsers allow the camera on secure pages only. A production installation runs behind a proxy with a real certificate
and sets PUBLIC_URL; it does not use this module.
"""

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS = timedelta(days=397)  # phones refuse longer ones
RENEWED_BEFORE = timedelta(days=30)
ELSEWHERE = ("192.0.2.1", 9)  # a documentation address (RFC 5737): choosing a route to it sends nothing


def own_address() -> str:
    """Return this machine's address in its network; loopback if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
            address: str = probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
    return address


def own_url(port: int) -> str:
    return f"https://{own_address()}:{port}"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or "localhost"


def certificate(data_dir: Path) -> tuple[Path, Path]:
    """Return the files of certificate and key in DATA_DIR; create new ones if they expired or the address changed."""
    path, key = data_dir / "https.crt", data_dir / "https.key"
    if not (path.exists() and key.exists() and _is_good(path)):
        _make(path, key)
    return path, key


def fingerprint(path: Path) -> str:
    """Return the fingerprint in the format of a phone's certificate page."""
    digest = x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256())
    return digest.hex(":").upper()


def _is_good(path: Path) -> bool:
    stored = x509.load_pem_x509_certificate(path.read_bytes())
    named = stored.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_named = ipaddress.ip_address(own_address()) in named.get_values_for_type(x509.IPAddress)
    return is_named and stored.not_valid_after_utc - datetime.now(UTC) > RENEWED_BEFORE


def _make(path: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    _write(key, private.private_bytes(encoding, form, serialization.NoEncryption()))
    _write(path, _signed(private).public_bytes(encoding))


def _signed(private: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KYC Portal on this machine")]), datetime.now(UTC)
    addresses = {ipaddress.ip_address(text) for text in ("127.0.0.1", "::1", own_address())}
    names = [x509.DNSName("localhost"), *(x509.IPAddress(address) for address in sorted(addresses, key=str))]
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LASTS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(private, hashes.SHA256())


def _write(path: Path, content: bytes) -> None:
    """Write the file with mode 0600 from the start."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
