"""Registering and removing tokens: the request and the reply."""

import json
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from argos.client import Client
from argos.errors import OutcomeUnknown

TOKENS = "/v3/submission/tokens"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_token_calls_send_json_as_plain_text(httpserver: HTTPServer, client: Client, method: str) -> None:
    summary = {"totalSubmitted": 1, "currentCount": 7, "deleted": 1, "failed": 0}
    body = json.dumps({"success": True, "summary": summary})
    httpserver.expect_request(TOKENS).respond_with_data(body, content_type="text/plain")
    reply = client.register_token("token-12") if method == "POST" else client.remove_token("token-12")
    request = httpserver.log[-1][0]
    assert (request.method, request.mimetype) == (method, "text/plain")
    assert json.loads(request.data) == {"tokenId": ["token-12"]}
    assert reply.pool == (7 if method == "POST" else None)


@pytest.mark.parametrize(
    "summary", [{}, {"deleted": 0, "notFound": 0}, {"deleted": 1, "failed": 1}, "x", None, {"deleted": "many"}]
)
def test_removal_that_is_not_confirmed_is_unknown(httpserver: HTTPServer, client: Client, summary: Any) -> None:
    httpserver.expect_request(TOKENS).respond_with_json({"success": True, "summary": summary})
    with pytest.raises(OutcomeUnknown):
        client.remove_token("token-12")
