"""Images on an S3 service over real HTTP: encrypted, streamed by the portal, with four distinct errors."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from kycportal import env, health, s3
from kycportal.doctor import parts
from kycportal.run import free_port
from submissions.models import CallState, Event, Image, ImageKind, Role, Submission
from submissions.review.workload import claims
from submissions.vendor_sync import worker
from tests.factories import attach_image, by, claim_call, make_at, make_user, reload, sign_in
from tests.pictures import selfie_jpeg
from tests.service import serving
from tests.submissions.views.gathering import post

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.filterwarnings("ignore::ResourceWarning")]
BUCKET = "kyc-images"
CREDENTIALS = {"aws_access_key_id": "test-key", "aws_secret_access_key": "test-secret"}


class Service:
    """moto's server as a process of its own; after `allows(False)` it accepts no key."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self.client = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **CREDENTIALS)
        self.client.create_bucket(Bucket=BUCKET)

    def allows(self, anything: bool) -> None:
        """Let moto accept the next actions without checking the key."""
        count = "1000000" if anything else "0"
        assert requests.post(f"{self.url}/moto-api/reset-auth", data=count, timeout=5).ok

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=name, Body=content)

    def get(self, name: str) -> bytes:
        return bytes(self.client.get_object(Bucket=BUCKET, Key=name)["Body"].read())


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    port = free_port()
    arguments = ("-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    with serving(*arguments, asks=f"http://127.0.0.1:{port}/moto-api/"):
        yield Service(port)


@pytest.fixture
def bucket(service: Service, settings: Any, tmp_path: Any) -> Iterator[Service]:
    service.allows(True)
    endpoint = f"s3://test-key:test-secret@{BUCKET}?endpoint={service.url}&region=us-east-1"  # pragma: allowlist secret
    settings.STORAGES = {**settings.STORAGES, "default": env.storage(endpoint, tmp_path)}
    yield service
    service.allows(True)


def looked_at(bucket: Service) -> tuple[Client, Submission, Image]:
    """Return an officer with the claim, and a selfie in the bucket."""
    officer = make_user(Role.OFFICER)
    submission = make_at("pending")
    submission.images.filter(kind=ImageKind.SELFIE).update(is_current=False)
    image = attach_image(submission, ImageKind.SELFIE, submission.created_by)
    image.store(selfie_jpeg())
    image.save(update_fields=["name"])
    claims.claim(submission, by=by(officer))
    return sign_in(Client(), officer), submission, image


def test_what_lies_there_is_sealed_and_what_is_shown_is_the_picture(bucket: Service) -> None:
    client, submission, image = looked_at(bucket)
    stored = bucket.get(image.name)
    assert b"\xff\xd8\xff" not in stored[:64]
    page = client.get(f"/images/{image.pk}/")
    assert (page.status_code, page["Content-Type"]) == (200, "image/jpeg")
    assert page.content == selfie_jpeg()
    assert Event.objects.filter(kind="image_opened", submission_id=submission.pk).exists()


def test_nobody_is_given_an_address_of_an_object(bucket: Service) -> None:
    client, submission, image = looked_at(bucket)
    with pytest.raises(s3.NoAddress):
        default_storage.url(image.name)
    for page in (f"/review/{submission.pk}/", f"/submissions/{submission.pk}/", "/review/", f"/images/{image.pk}/"):
        reply = client.get(page)
        told = reply.content + str(reply.headers).encode()
        for sign in (b"X-Amz", b"Signature=", str(bucket.port).encode(), BUCKET.encode(), image.name.encode()):
            assert sign not in told, page


def test_missing_object_is_reported_as_missing(bucket: Service) -> None:
    client, _submission, image = looked_at(bucket)
    bucket.client.delete_object(Bucket=BUCKET, Key=image.name)
    page = client.get(f"/images/{image.pk}/")
    assert page.status_code == 404
    assert "is missing. Ask an administrator" in page.content.decode()


def test_altered_object_is_reported_as_damaged(bucket: Service) -> None:
    client, _submission, image = looked_at(bucket)
    stored = bytearray(bucket.get(image.name))
    stored[-1] ^= 1
    bucket.put(image.name, bytes(stored))
    page = client.get(f"/images/{image.pk}/")
    assert page.status_code == 410
    assert "is damaged" in page.content.decode()


def test_object_cut_short_is_damaged_too(bucket: Service) -> None:
    client, _submission, image = looked_at(bucket)
    bucket.put(image.name, bucket.get(image.name)[:-100])
    assert client.get(f"/images/{image.pk}/").status_code == 410


def test_forbidden_object_is_reported_as_forbidden_and_not_as_lost(bucket: Service) -> None:
    client, _submission, image = looked_at(bucket)
    bucket.allows(False)
    page = client.get(f"/images/{image.pk}/")
    assert page.status_code == 503
    assert "The storage refuses to read" in page.content.decode()
    assert "No data is lost" in page.content.decode()


def test_storage_that_is_away_says_try_again(bucket: Service, settings: Any, tmp_path: Any) -> None:
    client, _submission, image = looked_at(bucket)
    nowhere = f"s3://k:s@{BUCKET}?endpoint=http://127.0.0.1:{free_port()}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": env.storage(nowhere, tmp_path)}
    page = client.get(f"/images/{image.pk}/")
    assert page.status_code == 503
    assert "does not respond" in page.content.decode()


@pytest.mark.timeout(60)
def test_storage_that_is_silent_is_found_out_in_seconds(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service accepts the connection and never responds: a page retries longer than a probe."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = f"s3://k:s@{BUCKET}?endpoint=http://127.0.0.1:{server.getsockname()[1]}&region=us-east-1"
        settings.STORAGES = {**settings.STORAGES, "default": env.storage(silent, tmp_path)}
        monkeypatch.setattr(health, "SELDOM", -1)  # another test may just have probed
        assert Client().get("/readyz?only=storage").json() == {"storage": "NoAnswer"}
        (found,) = parts.storage()
    assert "NoAnswer: doctor-probe" in found.state
    assert "Timeout" in found.state


@pytest.mark.parametrize("trouble", ["forbidden", "missing"])
def test_call_waits_for_a_storage_and_is_given_up_for_a_lost_image(bucket: Service, trouble: str) -> None:
    submission = make_at("step2_sending")
    call = submission.open_call
    assert call is not None
    if trouble == "forbidden":
        bucket.allows(False)
    else:
        for image in submission.images.all():
            bucket.client.delete_object(Bucket=BUCKET, Key=image.name)
    claimed = claim_call(submission, call.kind)
    assert worker._ready(claimed) is None
    bucket.allows(True)
    claimed.refresh_from_db()
    if trouble == "forbidden":
        assert (claimed.state, claimed.error) == (CallState.PREPARED, "storage_away")
        assert claimed.undelivered == 0
    else:
        assert (claimed.state, claimed.error) == (CallState.CANCELLED, "image_unreadable")
    assert reload(submission).selfies_sent == 0


def test_picture_that_cannot_be_stored_is_reported_and_not_kept(bucket: Service) -> None:
    submission = make_at("confirming")
    client = sign_in(Client(), submission.created_by)
    before = submission.images.count()
    bucket.allows(False)
    page = post(client, submission, selfie=selfie_jpeg())
    bucket.allows(True)
    assert page.status_code == 422
    assert "The image was not stored" in page.content.decode()
    assert submission.images.count() == before


def test_boto_is_loaded_only_where_it_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import kycportal.env, sys; sys.exit('boto3' in sys.modules)"], check=False
    )
    assert done.returncode == 0


def test_bucket_is_created_once(
    service: Service, settings: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    service.allows(True)
    endpoint = f"s3://test-key:test-secret@kyc-new?endpoint={service.url}&region=eu-west-1"  # pragma: allowlist secret
    settings.STORAGES = {**settings.STORAGES, "default": env.storage(endpoint, tmp_path)}
    for _time in range(2):
        call_command("create_bucket")
    assert capsys.readouterr().out == "The bucket kyc-new exists.\n" * 2
    default_storage.save("probe", ContentFile(b"content"))
    assert default_storage.exists("probe")


def test_bucket_needs_a_storage_url() -> None:
    with pytest.raises(CommandError, match="STORAGE_URL names no bucket"):
        call_command("create_bucket")
