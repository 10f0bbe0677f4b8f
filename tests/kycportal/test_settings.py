"""Settings that depend on a deployment's environment."""

import json
import os
import re
import shlex
import ssl
import subprocess
import sys
from typing import Any

import pytest
from kombu import Connection

from kycportal import env
from tests.stack import ROOT

SECRETS = {"SECRET_KEY": "x" * 50, "KYC_FIELD_KEYS": "A" * 43 + "=", "KYC_SEARCH_KEYS": "B" * 42 + "A="}
INSTALL = (ROOT / "docs" / "operations.md").read_text()
TELL = "from kycportal import settings; import json; print(json.dumps(settings.DATABASES['default']))"


@pytest.mark.parametrize(
    ("url", "required"),
    [
        ("rediss://:word@cache/0", ssl.CERT_REQUIRED),
        ("rediss://:word@cache/0?ssl_ca_certs=/etc/ca.pem", ssl.CERT_REQUIRED),
        ("rediss://:word@cache/0?ssl_cert_reqs=none", ssl.CERT_NONE),
    ],
)
def test_broker_over_tls_shows_a_certificate_that_is_verified(url: str, required: ssl.VerifyMode) -> None:
    assert Connection(env.redis(url)).ssl["ssl_cert_reqs"] == required
    assert env.redis("redis://cache/0") == "redis://cache/0"


def database_of(**variables: str) -> dict[str, Any]:
    given = {**SECRETS, "DATABASE_URL": "postgres://kyc@db/kyc?connect_timeout=9", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", TELL]
    told = subprocess.run(command, cwd=ROOT, env=given | variables, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def test_database_that_vanished_is_noticed() -> None:
    """A vanished host does not respond at all; the driver's default would wait for hours."""
    options = database_of()["OPTIONS"]
    assert int(options["connect_timeout"]) == 9
    assert (options["keepalives_idle"], options["tcp_user_timeout"]) == (30, 15_000)


def test_behind_a_transaction_pooler_nothing_belongs_to_a_server_connection() -> None:
    direct, pooled = database_of(), database_of(DATABASE_POOLER="1")
    assert (direct["DISABLE_SERVER_SIDE_CURSORS"], direct["OPTIONS"]["options"]) == (False, "-c jit=off")
    assert (pooled["DISABLE_SERVER_SIDE_CURSORS"], "options" in pooled["OPTIONS"]) == (True, False)
    assert not pooled["OPTIONS"].keys() & {"server_side_binding", "prepare_threshold"}, "Django then prepares nothing"


def test_documented_commands_make_keys_that_the_deployment_check_accepts() -> None:
    """Run both commands of the installation guide as a shell would."""
    signing, encryption = re.findall(r"`python3 (-c '[^']*')`", INSTALL)
    made = [
        subprocess.run([sys.executable, *shlex.split(command)], capture_output=True, text=True, check=True).stdout
        for command in (signing, encryption, encryption)
    ]
    given = dict(zip(("SECRET_KEY", "KYC_FIELD_KEYS", "KYC_SEARCH_KEYS"), made, strict=True))
    given |= {"DATABASE_URL": "postgres://kyc@db/kyc", "PUBLIC_URL": "https://kyc.example.com"}
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**given, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, "W009" in checked.stderr) == (0, False), checked.stderr
