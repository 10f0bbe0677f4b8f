"""Requests of a program, as several tests of the API send them."""

import itertools
import json
from typing import Any

from django.test import Client

from submissions.models import Project, Submission
from tests.factories import VALUES

API = "/api/v1"
numbers = itertools.count(1)


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": f"request-{next(numbers)}"}


def data_of(project: Project) -> dict[str, Any]:
    office = {name: VALUES[name] for name in ("email", "customer_id")}
    return {"project": str(project.pk), "issuing_country": "KOR", "id_type": "passport", **office}


def create(
    client: Client, project: Project, *, files: Any = None, key: str = "", changed: Any = None, **more: Any
) -> Any:
    headers = {"Idempotency-Key": key} if key else new_key()
    data = {"data": json.dumps({**data_of(project), **more, **(changed or {})}), **(files or {})}
    return client.post(f"{API}/submissions", data, headers=headers)


def one(client: Client, submission: Submission, **headers: str) -> Any:
    return client.get(f"{API}/submissions/{submission.pk}", headers=headers)


def tag_of(client: Client, submission: Submission) -> str:
    return str(one(client, submission).headers["ETag"])


def patch(client: Client, submission: Submission, body: dict[str, Any], tag: str) -> Any:
    headers = {"If-Match": tag} if tag else {}
    return client.patch(f"{API}/submissions/{submission.pk}", body, content_type="application/json", headers=headers)


def ask(
    client: Client, submission: Submission, what: str, body: Any = None, *, tag: str | None = None, key: str = ""
) -> Any:
    """Post to a part of the submission, by default with its present ETag and a new key."""
    tag = tag_of(client, submission) if tag is None else tag
    headers = {**({"Idempotency-Key": key} if key else new_key()), **({"If-Match": tag} if tag else {})}
    url = f"{API}/submissions/{submission.pk}/{what}"
    return client.post(url, body or {}, content_type="application/json", headers=headers)
