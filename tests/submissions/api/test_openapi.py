"""The committed OpenAPI document is the served one, and a change that breaks a client is noticed."""

import copy
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from submissions.api import app, compatibility, openapi
from submissions.management.commands import openapi as command
from submissions.models import Scope
from tests.stack import ROOT

COMMITTED = json.loads((ROOT / command.PATH).read_text())
ONE = "/api/v1/submissions/{pk}"
LIST = "/api/v1/submissions"


def test_committed_document_is_the_served_one() -> None:
    assert (ROOT / command.PATH).read_text() == command.text(), "Run: python manage.py openapi"
    assert Client().get("/api/v1/openapi.json").json() == COMMITTED
    assert COMMITTED["openapi"].startswith("3.1")


def test_no_change_since_the_last_release_breaks_a_client() -> None:
    """A document that was edited by hand together with the code changes nothing here."""
    released = json.loads((ROOT / command.RELEASED).read_text())
    assert compatibility.broken_by(openapi.document(app.api), released) == []


def test_every_operation_names_its_scope_and_its_problems() -> None:
    for methods in COMMITTED["paths"].values():
        for operation in methods.values():
            assert operation["x-scope"] in Scope.values
            assert operation["x-scope"] in operation["description"]
            assert {"401", "403", "422", "429", "500", "503"} <= set(operation["responses"])


def test_every_schema_is_a_json_schema() -> None:
    for schema in COMMITTED["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def properties(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


BREAKING: dict[str, Callable[[dict[str, Any]], object]] = {
    f"GET {ONE}: removed": lambda d: d["paths"].pop(ONE),
    f"GET {LIST}: removed": lambda d: d["paths"][LIST].pop("get"),
    "reference was removed": lambda d: properties(d, "SubmissionOut")["properties"].pop("reference"),
    "items[].status was removed": lambda d: properties(d, "SubmissionRow")["properties"].pop("status"),
    "200.version is not always there any more": lambda d: properties(d, "SubmissionOut")["required"].remove("version"),
    "200.version has another type": lambda d: properties(d, "SubmissionOut")["properties"].update(
        version={"type": "string"}
    ),
    "the parameter cursor was removed": lambda d: d["paths"][LIST]["get"]["parameters"].pop(7),
    "the parameter limit became required": lambda d: d["paths"][LIST]["get"]["parameters"][8].update(required=True),
    "the response 404 application/problem+json was removed": lambda d: d["paths"][ONE]["get"]["responses"].pop("404"),
    "404.type was removed": lambda d: properties(d, "ProblemOut")["properties"].pop("type"),
}


@pytest.mark.parametrize("line", BREAKING)
def test_breaking_change_is_found(line: str) -> None:
    new = copy.deepcopy(COMMITTED)
    BREAKING[line](new)
    assert [found for found in compatibility.broken_by(new, COMMITTED) if line in found]


def test_request_may_widen_and_not_narrow() -> None:
    old = {"paths": {"/x": {"post": {"responses": {}, "requestBody": body({"a": {"enum": ["1", "2"]}}, ["a"])}}}}
    new = {
        "paths": {"/x": {"post": {"responses": {}, "requestBody": body({"a": {"enum": ["1"]}, "b": {}}, ["a", "b"])}}}
    }
    assert compatibility.broken_by(new, old) == [
        "POST /x: body.b became required",
        "POST /x: body.a does not accept 2 any more",
    ]
    assert compatibility.broken_by(old, new) == ["POST /x: body.b was removed"]


def body(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"properties": properties, "required": required}}}}


def test_adding_breaks_nothing() -> None:
    new = copy.deepcopy(COMMITTED)
    properties(new, "SubmissionOut")["properties"]["new"] = {"type": "string"}
    new["paths"]["/api/v1/new"] = {"get": {"responses": {}}}
    new["paths"][LIST]["get"]["parameters"].append({"in": "query", "name": "new", "schema": {}, "required": False})
    assert compatibility.broken_by(new, COMMITTED) == []


def test_command_writes_no_breaking_change(tmp_path: Path) -> None:
    path, released = tmp_path / "openapi.json", tmp_path / "openapi.released.json"
    call_command("openapi", output=str(path), stdout=io.StringIO())
    assert path.read_text() == command.text()
    older = copy.deepcopy(COMMITTED)
    older["paths"]["/api/v1/gone"] = {"get": {"responses": {}}}
    released.write_text(json.dumps(older))
    path.unlink()
    with pytest.raises(CommandError, match="GET /api/v1/gone: removed"):
        call_command("openapi", output=str(path), released=str(released))
    assert not path.exists()
