"""A wrong variable is reported in one sentence that never contains a secret."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from kycportal import env
from tests.postgres import environment

ROOT = Path(__file__).resolve().parent.parent.parent
NOWHERE = Path("/nowhere")


def started(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = environment("postgres://nobody@127.0.0.1:5432/none") | variables
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("KYC_FIELD_KEYS", "abc", "KYC_FIELD_KEYS must be a comma list"),
        ("PORT", "80a", "PORT=80a is not a whole number"),
        ("LOG_FORMAT", "JSON", "LOG_FORMAT=JSON is neither json nor plain"),
        ("DATABASE_URL", "postgress://kyc:pass@db/kyc", "DATABASE_URL cannot be read"),  # pragma: allowlist secret
        ("TIME_ZONE", "Asia/Soul", "TIME_ZONE=Asia/Soul is no time zone"),
        ("EMAIL_URL", "smtp://mail:587a", "EMAIL_URL cannot be read"),
    ],
)
def test_wrong_variable_is_one_line_at_the_terminal(variable: str, value: str, said: str) -> None:
    done = started("manage.py", "check", **{variable: value})
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_gunicorn_says_it_in_one_line_too() -> None:
    done = started("-m", "gunicorn", "kycportal.wsgi", "--preload", "--bind", "127.0.0.1:0", PORT="80a")
    assert done.returncode == 3
    assert "PORT=80a is not a whole number" in done.stderr
    assert "Traceback" not in done.stderr


SECRETS = {
    "smtp://user:pa/ss@mail:587": env.mail,
    "smtp://user:pa#ss@mail:587": env.mail,
    "smtp://us/er:pass@mail:587": env.mail,
    "s3://AKIA:ab/cd@kyc-images": env.storage,
    "s3://AKIA:12/cd@kyc-images": env.storage,
    "s3://AKIA:12#cd@kyc-images": env.storage,
}


@pytest.mark.parametrize("url", SECRETS)
def test_secret_that_is_not_encoded_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="percent-encode") as raised:
        SECRETS[url](url, NOWHERE)
    if not raised.value.__suppress_context__:
        assert raised.value.__context__ is None
    for part in ("pa", "ss", "AKIA:", "ab", "cd"):
        assert f"{part}@" not in str(raised.value)
    assert "'pa'" not in str(raised.value)
    assert url not in str(raised.value)


def test_encoded_secret_is_taken() -> None:
    options: Any = env.storage("s3://AKIA:ab%2Fcd@kyc-images?endpoint=https://host/", NOWHERE)["OPTIONS"]
    assert (options["bucket_name"], options["secret_key"]) == ("kyc-images", "ab/cd")  # pragma: allowlist secret
    found = env.mail("smtp://user:pa%2Fss@mail:587/?tls=1", NOWHERE)  # pragma: allowlist secret
    assert found["EMAIL_HOST_PASSWORD"] == "pa/ss"  # pragma: allowlist secret


@pytest.mark.parametrize(("query", "on"), [("", False), ("?tls=0", False), ("?tls=1", True)])
def test_tls_is_on_or_off(query: str, on: bool) -> None:
    assert env.mail(f"smtp://mail:587{query}", NOWHERE)["EMAIL_USE_TLS"] is on


@pytest.mark.parametrize(
    "url", ["smtp://mail?tls=true", "smtp://mail?tls=yes", "smtp://mail?tls=", "smtps://mail?tls=1"]
)
def test_tls_that_would_silently_be_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="tls"):
        env.mail(url, NOWHERE)


def test_database_and_redis_addresses_show_no_password() -> None:
    for read in (lambda url: env.database("X", url), lambda url: env.address("X", url, form="x://")):
        with pytest.raises(ImproperlyConfigured, match="percent-encode") as raised:
            read("postgres://kyc:pa/ss@db/kyc")
        assert "pa/" not in str(raised.value)
        assert "'pa'" not in str(raised.value)


def test_value_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "token"))
    assert env.text("METRICS_TOKEN") == "from-the-file"
    monkeypatch.setenv("METRICS_TOKEN", "from-the-variable")
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN and METRICS_TOKEN_FILE are both set"):
        env.text("METRICS_TOKEN")


def test_missing_file_of_a_value_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match=r"SECRET_KEY_FILE=.*/none cannot be read: No such file"):
        env.secret("SECRET_KEY", tmp_path, may_make=True)
