"""`manage.py doctor`: every part, its problems, what to do, and the exit code."""

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils.functional import empty

from kycportal import doctor, health, s3, workers
from kycportal.doctor import Grade, Result, config, parts, vendor
from submissions.models import ImageKind, Switch
from submissions.outbox import restore_hold
from submissions.outbox.rate_budget import Budget
from submissions.search import reindex
from tests.broker import redis
from tests.factories import attach_image, make_at, make_project
from tests.sandbox import KEY, Sandbox, sandbox

__all__ = ["redis", "sandbox"]
pytestmark = pytest.mark.django_db


def bad(found: Any) -> list[Result]:
    return [result for result in found if result.grade == Grade.BAD]


def examined(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue()
    return 0, out.getvalue()


def test_sound_installation_is_found_sound(sandbox: Sandbox, redis: str, settings: Any) -> None:
    project = make_project(base_url=sandbox.base_url)
    project.api_key = KEY
    project.save()
    attach_image(make_at("draft", project=project), ImageKind.SELFIE, project_user())
    workers.report(at_once=True)
    health.note_heartbeat()
    code, state = examined()
    assert code == 0, state
    assert "BAD" not in state
    for part in (
        "configuration",
        "files",
        "database",
        "keys",
        "broker",
        "worker",
        "beat",
        "storage",
        "vendor",
        "clock",
        "mail",
    ):
        assert f"{part} " in state
    code, state = examined("--json")
    assert code == 0
    assert {json.loads(line)["grade"] for line in state.splitlines()} <= {"ok", "note"}


def project_user() -> Any:
    from tests.factories import make_user

    return make_user()


def test_everything_away_is_reported_with_what_to_do(settings: Any) -> None:
    """Without Redis and worker, and with an unreachable vendor: each has advice, and the exit code is 1."""
    make_project()
    code, state = examined()
    assert code == 1
    lines = state.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("BAD"):
            assert lines[number + 1].strip().startswith("-> "), line
    for part in ("broker", "worker", "vendor"):
        assert any(line.startswith(f"BAD  {part}") for line in lines), state


def test_redis_away_is_one_sentence_for_worker_and_beat() -> None:
    (found,) = bad(parts.worker_and_beat())
    assert found.state == "unknown, because Redis does not respond"
    assert "broker" in found.do


def test_database_away_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*given: Any, **named: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connections["default"], "ensure_connection", away)
    monkeypatch.setattr(connections["default"], "cursor", away)
    _code, state = examined()
    assert state.count("connection refused") == 1


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            PermissionError("doctor-probe: HTTP 403 AccessDenied"),
            "PermissionError: doctor-probe: HTTP 403 AccessDenied",
        ),
        (s3.NoAnswer("doctor-probe: ReadTimeoutError"), "NoAnswer: doctor-probe: ReadTimeoutError"),
        (ValueError("Invalid endpoint: https://key:secret@host"), "ValueError"),  # pragma: allowlist secret
    ],
)
def test_reason_why_the_storage_fails_is_reported(monkeypatch: pytest.MonkeyPatch, error: Exception, told: str) -> None:
    def fails(*given: Any) -> None:
        raise error

    monkeypatch.setattr(parts.default_storage, "save", fails)
    (found,) = bad(parts.storage())
    assert found.state.endswith(f"read back: {told}")


def test_lost_master_key_is_named(settings: Any) -> None:
    make_at("draft")
    settings.FIELD_KEYS = [os.urandom(32)]
    found = bad(config.master_keys())
    assert "use a key that is not in KYC_FIELD_KEYS" in found[0].state
    assert "rotate_keys" in found[0].do


def test_lost_search_key_is_named(settings: Any) -> None:
    make_at("draft")
    assert not bad(config.master_keys())
    right, settings.SEARCH_KEYS = settings.SEARCH_KEYS, [os.urandom(32)]
    (found,) = bad(config.master_keys())
    assert found.state == "1 of 1 checked submissions match none of KYC_SEARCH_KEYS"
    settings.SEARCH_KEYS = [os.urandom(32), *right]
    assert not bad(config.master_keys())
    (older,) = (result for result in config.master_keys() if result.grade == Grade.NOTE)
    assert "older search key" in older.state
    assert list(reindex.reindex())
    assert not [result for result in config.master_keys() if result.grade == Grade.NOTE]


def test_older_key_is_a_note(settings: Any) -> None:
    make_at("draft")
    settings.FIELD_KEYS = [os.urandom(32), *settings.FIELD_KEYS]
    found = [result for result in config.master_keys() if result.grade == Grade.NOTE]
    assert "older key" in found[0].state
    assert not bad(config.master_keys())


def test_keys_are_never_printed(settings: Any) -> None:
    make_at("draft")
    state = " ".join(result.state + result.do for result in config.master_keys())
    for key in (*settings.FIELD_KEYS, *settings.SEARCH_KEYS):
        assert base64.urlsafe_b64encode(key).decode() not in state


def test_public_host_that_is_not_allowed(settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://kyc.example.com", ["localhost"]
    assert "kyc.example.com is not in ALLOWED_HOSTS" in bad(config.configuration())[0].state


def test_unknown_proxy_is_bad_and_the_reach_of_hsts_is_reported(settings: Any) -> None:
    settings.IS_HTTPS, settings.PUBLIC_URL, settings.ALLOWED_HOSTS = True, "https://kyc.example.com", ["*"]
    assert any("TRUSTED_PROXY_HOPS is 0" in result.state for result in bad(config.configuration()))
    settings.TRUSTED_PROXY_HOPS = 1
    assert bad(config.configuration()) == []
    for subdomains, preload, told in (
        (False, False, "this host alone"),
        (True, False, "every sub-domain"),
        (True, True, "preloaded"),
    ):
        settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD = subdomains, preload
        (found,) = (result.state for result in config.configuration() if result.state.startswith("HSTS"))
        assert told in found


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """Return a host whose static files were collected, and their folder."""
    settings.STATIC_ROOT = tmp_path / "static"
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
    call_command("collectstatic", interactive=False, verbosity=0)
    return Path(settings.STATIC_ROOT)


@pytest.mark.slow
def test_static_files_that_were_not_collected_on_this_host(collected: Path) -> None:
    assert not bad(config.files())
    next(collected.glob("core/base.*.css")).unlink()
    assert "1 static files were not collected, core/base.css" in bad(config.files())[0].state
    (collected / "staticfiles.json").unlink()
    staticfiles_storage._wrapped = empty  # as in a process that starts now
    (found,) = bad(config.files())
    assert "collectstatic" in found.do


def test_folder_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert not bad(config.files())
    (tmp_path / "ledger").write_text("a file where a folder belongs")
    assert "ledger cannot be written" in bad(config.files())[0].state
    settings.DATA_DIR = tmp_path / "nowhere"
    assert "nowhere cannot be written" in bad(config.files())[0].state


def test_hold_is_reported_with_the_page_to_read() -> None:
    Switch.read()
    restore_hold.begin(restore_hold.BY_HAND)
    found = bad(parts.sending())
    assert "on hold" in found[0].state
    assert "Restore" in found[0].do


def test_newest_image_that_does_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    image = attach_image(make_at("draft"), ImageKind.SELFIE, project_user())
    parts.default_storage.delete(image.name)
    found = bad(parts.storage())
    assert "newest image cannot be decrypted" in found[0].state


@pytest.mark.parametrize(("ahead", "grade"), [(0.5, Grade.GOOD), (5.0, Grade.NOTE), (-90.0, Grade.BAD)])
def test_clock_is_judged_by_how_far_it_is(monkeypatch: pytest.MonkeyPatch, ahead: float, grade: Grade) -> None:
    monkeypatch.setattr(vendor, "_offsets", lambda: [("Redis' clock", ahead)])
    assert [result.grade for result in vendor.clocks()] == [grade]


@pytest.mark.parametrize(
    ("wait", "state"), [(4000, "Daily request limit reached"), (1, "Request limit per second reached")]
)
def test_budget_that_is_used_up_is_no_fault_of_key_or_address(
    monkeypatch: pytest.MonkeyPatch, wait: int, state: str
) -> None:
    make_project()
    monkeypatch.setattr(Budget, "_wait", lambda *given, **named: wait)
    (found,) = bad(vendor.reach())
    assert state in found.state
    assert "Check base URL" not in found.do


def test_full_worker_is_named(monkeypatch: pytest.MonkeyPatch, redis: str) -> None:
    monkeypatch.setattr(workers, "pool", lambda: workers.Pool(2, 32, 32))
    found = next(result for result in parts.worker_and_beat() if result.part == "worker")
    assert (found.grade, found.state) == (Grade.NOTE, "2 with 32 threads, all busy")


def test_check_that_breaks_is_a_finding() -> None:
    def broken() -> list[Result]:
        raise ZeroDivisionError("x")

    assert doctor.examine({"part": broken})[0].grade == Grade.BAD
