"""The API of a running portal with its worker and the sandbox: the example client, and generated requests."""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests import pictures, scale
from tests.stack import ROOT, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = scale.sized(2, 100)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), API_REQUESTS_PER_MINUTE="1000000")
    try:
        yield stack.wait_until_ready()
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def secret(running: Stack) -> str:
    return running.new_api_token()


def run_client(stack: Stack, secret: str, folder: Path, email: str) -> subprocess.CompletedProcess[str]:
    (folder / "id.jpg").write_bytes(pictures.id_card_jpeg())
    (folder / "selfie.jpg").write_bytes(pictures.selfie_jpeg())
    environment = {"KYC_URL": stack.url, "KYC_TOKEN": secret, "KYC_EMAIL": email, "KYC_POLL_SECONDS": "1"}
    return subprocess.run(
        [sys.executable, str(ROOT / "docs" / "api_client.py"), str(folder / "id.jpg"), str(folder / "selfie.jpg")],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_example_client_files_a_submission_and_receives_its_result(running: Stack, secret: str, tmp_path: Path) -> None:
    done = run_client(running, secret, tmp_path, "first+approved@example.com")
    assert done.returncode == 0, done.stderr + done.stdout
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
        "draft",
        "confirming",
        "approved",
        "approved",
    ]


def test_example_client_stops_where_a_person_must_act(running: Stack, secret: str, tmp_path: Path) -> None:
    done = run_client(running, secret, tmp_path, "second+glare_detected@example.com")
    assert done.returncode == 1
    assert "Step 1 needs another image: ['glare_detected']" in done.stderr


def test_example_client_reads_a_changed_submission_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KYC_TOKEN", "unused")
    client = runpy.run_path(str(ROOT / "docs" / "api_client.py"))
    read = {"next_step": "step2", "fields": [], "retry_codes": [], "status": "confirming", "is_request_open": False}
    sent: list[str] = []

    def reply(status: int, etag: str = "") -> requests.Response:
        response = requests.Response()
        response.status_code, response._content, response.headers["ETag"] = status, json.dumps(read).encode(), etag
        return response

    def request(method: str, _url: str, headers: dict[str, str], **_more: object) -> requests.Response:
        if method == "GET":
            return reply(200, f"tag{len(sent)}")
        sent.append(headers["If-Match"])
        return reply(412 if len(sent) == 1 else 202)

    monkeypatch.setattr(client["session"], "request", request)
    assert client["confirm"]("a-submission") == read
    assert sent == ["tag0", "tag1"]


def test_example_client_has_about_a_hundred_lines() -> None:
    assert len((ROOT / "docs" / "api_client.py").read_text().splitlines()) <= 110


CONFIG = """
[parameters]
"path.pk" = "{submission}"

[[operations]]
include-operation-id = "getImage"
parameters = {{ "path.pk" = "{image}" }}
"""


def draft_of(stack: Stack, secret: str) -> dict[str, str]:
    """Return the ids of a draft that the token may change, and of its image."""
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "generated"}
    api = f"{stack.url}/api/v1"
    (project,) = requests.get(f"{api}/projects", headers=headers, timeout=20).json()["items"]
    data = {"project": project["id"], "issuing_country": "KOR", "id_type": "passport", "email": "draft@example.com"}
    files = {"data": (None, json.dumps(data)), "id_front": ("id.jpg", pictures.id_card_jpeg())}
    made = requests.post(f"{api}/submissions", headers=headers, files=files, timeout=60).json()
    return {"submission": made["id"], "image": made["images"][0]["id"]}


@pytest.mark.parametrize("is_known", [True, False], ids=["ids of a draft", "made-up ids"])
def test_generated_requests_find_no_error_of_the_portal(
    running: Stack, secret: str, tmp_path: Path, is_known: bool
) -> None:
    """Every response to generated requests has a documented status, media type and schema, and none is a 500."""
    running.file([{"email": f"generated{number}-{is_known}@example.com"} for number in range(2)])
    if is_known:
        (tmp_path / "schemathesis.toml").write_text(CONFIG.format(**draft_of(running, secret)))
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{running.url}/api/v1/openapi.json"]
    command += ["--checks", CHECKS, "--max-examples", str(EXAMPLES), "--seed", str(scale.SEED), "--no-color"]
    command += ["--header", f"Authorization: Bearer {secret}", "--warnings", "off"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=800)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout
