"""The audit stream sends every seal with its events, in order and at least once, to real servers on loopback."""

import json
import re
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine
from django.db import connection

from kycportal import env
from kycportal.doctor import Grade, parts
from kycportal.run import free_port
from submissions.audit import events, hash_chain
from submissions.audit.events import SYSTEM
from submissions.audit.stream import copies, lines, sending, targets
from submissions.core import clock
from submissions.models import AuditStreamCursor, Role, Seal
from submissions.reporting import gauges
from tests.factories import by, make_at, make_user
from tests.service import serving
from tests.submissions.audit import collectors

pytestmark = pytest.mark.django_db


def record(count: int) -> Seal:
    """Write events and seal them."""
    for number in range(count):
        events.record("looked", by=SYSTEM, fields={"n": number, "shown": ["KP-1"], "name": "한글 \u2028"})
    seal = hash_chain.seal_due()
    assert seal is not None
    return seal


def problems(texts: list[str]) -> list[str]:
    """Verify what a destination received, as `verify_events --copy` does."""
    return [problem.text for problem in copies.Copy().problems(texts)]


@pytest.fixture
def tls(tmp_path: Path, settings: Any) -> ssl.SSLContext:
    path, context = collectors.certificate(tmp_path / "tls")
    settings.AUDIT_STREAM_CA = str(path)
    return context


@pytest.fixture
def collector(tls: ssl.SSLContext, settings: Any) -> Iterator[collectors.Collector]:
    server = collectors.Collector()
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    settings.AUDIT_STREAM_URL = f"https://127.0.0.1:{server.server_port}/logs?index=kyc"
    settings.AUDIT_STREAM_TOKEN = "token-of-the-collector"
    with collectors.running(server):
        yield server


@pytest.fixture
def syslog(tls: ssl.SSLContext, settings: Any) -> Iterator[collectors.Syslog]:
    server = collectors.Syslog(tls)
    settings.AUDIT_STREAM_URL = f"syslog+tls://127.0.0.1:{server.server_address[1]}"
    with collectors.running(server):
        yield server


def test_without_an_address_nothing_is_sent(settings: Any) -> None:
    settings.AUDIT_STREAM_URL = ""
    record(1)
    assert sending.send_due() == 0
    assert sending.state() is None
    assert AuditStreamCursor.objects.count() == 0


class TestHttps:
    def test_each_seal_is_one_request_in_order(self, collector: collectors.Collector) -> None:
        first, second = record(3), record(2)
        assert sending.send_due() == 2
        assert [len(collectors.lines_of(body)) for body in collector.bodies] == [4, 3]
        link = collectors.lines_of(collector.bodies[1])[-1]
        assert link["kyc"]["chain"]["number"] == second.number
        assert link["kyc"]["chain"]["previous"] == first.digest
        assert link["hash"] == {"sha256": second.digest}
        assert collector.headers[0]["Authorization"] == "Bearer token-of-the-collector"
        assert collector.headers[0]["Content-Type"] == "application/x-ndjson"
        assert problems("".join(collector.bodies).splitlines()) == []
        assert sending.send_due() == 0

    def test_line_has_the_names_of_ecs(self, collector: collectors.Collector) -> None:
        submission = make_at("pending")
        officer = make_user(Role.OFFICER)
        hash_chain.seal_due()
        sending.send_due()
        collector.bodies.clear()
        event = events.record("revealed", by=by(officer), submission=submission, reason="A letter from the bank")
        hash_chain.seal_due()
        sending.send_due()
        line = collectors.lines_of(collector.bodies[0])[0]
        assert line["@timestamp"] == event.at.isoformat(timespec="microseconds")
        assert line["event"]["action"] == "revealed"
        assert line["event"]["id"] == str(event.row)
        assert line["user"] == {"id": str(officer.pk), "name": officer.username}
        assert line["source"] == {"ip": "127.0.0.1"}
        assert line["kyc"]["submission_id"] == str(submission.pk)
        assert "A letter from the bank" not in collector.bodies[0]
        sequences = [line["event"]["sequence"] for line in collectors.lines_of(collector.bodies[0])]
        assert sequences == sorted(set(sequences))

    @pytest.mark.parametrize("status", [302, 400, 503])
    def test_refused_batch_is_sent_again_and_none_is_skipped(
        self, collector: collectors.Collector, status: int
    ) -> None:
        record(1)
        record(1)
        collector.status = status
        assert sending.send_due() == 0
        cursor = AuditStreamCursor.objects.get()
        assert (cursor.number, cursor.failure, cursor.leased_until) == (0, f"HTTP {status}", None)
        assert cursor.failed_at is not None
        collector.status = 200
        assert sending.send_due() == 2
        assert [collectors.lines_of(body)[-1]["kyc"]["chain"]["number"] for body in collector.bodies] == [1, 2]
        cursor.refresh_from_db()
        assert (cursor.number, cursor.failure, cursor.failed_at) == (2, "", None)

    def test_no_transaction_is_open_while_it_is_sent(
        self, collector: collectors.Collector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record(1)
        depth: list[int] = []
        outer = len(connection.savepoint_ids)
        plain = targets.HttpsTarget.send

        def send(target: targets.HttpsTarget, number: int, texts: list[str]) -> None:
            depth.append(len(connection.savepoint_ids) - outer)
            plain(target, number, texts)

        monkeypatch.setattr(targets.HttpsTarget, "send", send)
        sending.send_due()
        assert depth == [0]

    def test_only_one_worker_sends(self, collector: collectors.Collector) -> None:
        record(1)
        name = sending.state().target  # type: ignore[union-attr]
        AuditStreamCursor.objects.create(target=name, leased_until=clock.now() + timedelta(seconds=30))
        assert sending.send_due() == 0
        with time_machine.travel(clock.now() + timedelta(seconds=31)):
            assert sending.send_due() == 1

    def test_certificate_of_another_authority_is_refused(
        self, collector: collectors.Collector, settings: Any, tmp_path: Path
    ) -> None:
        settings.AUDIT_STREAM_CA = str(collectors.certificate(tmp_path / "other")[0])
        record(1)
        assert sending.send_due() == 0
        assert "SSLCertVerificationError" in AuditStreamCursor.objects.get().failure
        assert collector.bodies == []

    def test_destination_that_is_away_is_named_without_the_token(self, tls: ssl.SSLContext, settings: Any) -> None:
        settings.AUDIT_STREAM_URL = f"https://127.0.0.1:{free_port()}/logs?token=secret-in-the-query"
        record(1)
        assert sending.send_due() == 0
        cursor = AuditStreamCursor.objects.get()
        assert cursor.failure == "ConnectionRefusedError: Connection refused"
        assert "secret" not in cursor.target


class TestSyslog:
    def test_messages_have_the_frames_and_heads_of_the_standards(self, syslog: collectors.Syslog) -> None:
        record(2)
        assert sending.send_due() == 1
        assert len(syslog.messages) == 3
        head = r"<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ kyc-portal - audit - \{"
        assert all(re.match(head, message) for message in syslog.messages)
        assert json.loads(syslog.texts()[0])["kyc"]["fields"]["name"] == "한글 \u2028"
        assert problems(syslog.texts()) == []

    def test_broken_connection_repeats_the_batch(self, syslog: collectors.Syslog) -> None:
        record(400)
        syslog.breaks = True
        assert sending.send_due() == 0
        assert AuditStreamCursor.objects.get().number == 0
        assert sending.send_due() == 1
        assert [json.loads(text)["event"]["action"] for text in syslog.texts()].count(lines.SEALED) == 1
        assert len(syslog.texts()) == 402
        assert problems(syslog.texts()) == []


BUCKET = "kyc-audit"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), asks=f"{url}/moto-api/"):
        yield url


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
class TestS3:
    def test_object_is_locked(self, service: str, settings: Any) -> None:
        client = boto3.client(
            "s3", endpoint_url=service, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
        )
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        settings.AUDIT_STREAM_URL = (
            f"s3://k:s@{BUCKET}/portal?endpoint={service}&region=us-east-1&retain_days=800"  # pragma: allowlist secret
        )
        seal = record(2)
        assert sending.send_due() == 1
        stored = client.get_object(Bucket=BUCKET, Key=f"portal/{seal.number:012d}.jsonl")
        assert stored["ObjectLockMode"] == "COMPLIANCE"
        assert stored["ObjectLockRetainUntilDate"] > clock.now() + timedelta(days=799)
        texts = stored["Body"].read().decode().splitlines()
        assert len(texts) == 3
        assert problems(texts) == []
        (cursor,) = AuditStreamCursor.objects.all()
        assert cursor.target == f"s3://{BUCKET}/portal at {service.removeprefix('http://')}"

    def test_bucket_without_lock_takes_nothing(self, service: str, settings: Any) -> None:
        client = boto3.client(
            "s3", endpoint_url=service, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
        )
        client.create_bucket(Bucket="kyc-plain")
        settings.AUDIT_STREAM_URL = (
            f"s3://k:s@kyc-plain?endpoint={service}&region=us-east-1"  # pragma: allowlist secret
        )
        record(1)
        assert sending.send_due() == 0
        assert "HTTP 400" in AuditStreamCursor.objects.get().failure
        assert client.list_objects_v2(Bucket="kyc-plain")["KeyCount"] == 0


class TestWatched:
    def behind(self) -> float:
        return next(gauge.value for gauge in gauges.read() if gauge.name == "audit_stream_behind_seconds")

    def test_metric_is_the_age_of_the_oldest_seal_that_is_missing(self, collector: collectors.Collector) -> None:
        seal = record(1)
        with time_machine.travel(seal.sealed_at + timedelta(seconds=500)):
            assert self.behind() == pytest.approx(500, abs=2)
            sending.send_due()
            assert self.behind() == 0

    def test_metric_exists_only_with_a_stream(self, settings: Any) -> None:
        settings.AUDIT_STREAM_URL = ""
        assert "audit_stream_behind_seconds" not in {gauge.name for gauge in gauges.read()}

    def test_doctor_reports_the_stream(self, collector: collectors.Collector, settings: Any) -> None:
        seal = record(1)
        assert [result.grade for result in parts.audit_stream()] == [Grade.GOOD]
        collector.status = 503
        sending.send_due()
        with time_machine.travel(seal.sealed_at + timedelta(hours=1)):
            (found,) = parts.audit_stream()
        assert found.grade == Grade.BAD
        assert "HTTP 503" in found.state
        settings.AUDIT_STREAM_URL = ""
        assert [result.grade for result in parts.audit_stream()] == [Grade.NOTE]


@pytest.mark.parametrize(
    "url",
    [
        *("http://siem/logs", "https:///logs", "https://user:pw@siem/logs", "siem:6514"),  # pragma: allowlist secret
        *("syslog+tls://siem:6514/path", "syslog+tls://siem:port"),
        *("s3://?endpoint=https://s3", "s3://k:s@bucket?retain_days=soon"),  # pragma: allowlist secret
    ],
)
def test_wrong_address_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(env.ImproperlyConfigured, match="AUDIT_STREAM_URL") as refused:
        env.audit_stream(url)
    assert url not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["", "https://siem/logs?index=kyc", "syslog+tls://siem", "syslog+tls://siem:6514", "s3://k:s@bucket/folder"]
)
def test_right_address_is_taken(url: str) -> None:
    assert env.audit_stream(url) == url
