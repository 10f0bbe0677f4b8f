"""Each call: the request, the parsed reply, and the exception for each HTTP status."""

from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from argos.client import Client, ImageFile
from argos.errors import (
    AlreadyProcessed,
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    TooLarge,
    Undelivered,
    Unsupported,
    VendorError,
)
from argos.paths import Paths
from argos.replies import Step2Reply
from tests.argos.conftest import SELFIE

STEP2 = "/v3/submission/step2"
GATEWAY_IP = "User is not authorized to access this resource with an explicit deny"


def answer(httpserver: HTTPServer, body: Any, status: int = 200, path: str = STEP2, **more: Any) -> None:
    if isinstance(body, (str, bytes)):
        httpserver.expect_request(path).respond_with_data(body, status, **more)
    else:
        httpserver.expect_request(path).respond_with_json(body, status, **more)


def last_request(httpserver: HTTPServer) -> Request:
    return httpserver.log[-1][0]


def step2(client: Client) -> Step2Reply:
    return client.step2({"submissionId": "abc"}, SELFIE)


def test_step1_sends_multipart_with_the_key(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"submissionId": "6xx28lo115832", "reviewOCRData": {}}, path="/v3/submission/step1")
    reply = client.step1(
        {"issuingCountry": "KOR", "cf1": "고객 7"}, {"idImage": ImageFile("id.png", b"png", "image/png")}
    )
    request = last_request(httpserver)
    assert reply.submission_id == "6xx28lo115832"
    assert request.headers["x-api-key"] == "test-key"
    assert request.mimetype == "multipart/form-data"
    assert dict(request.form) == {"issuingCountry": "KOR", "cf1": "고객 7"}
    assert (request.files["idImage"].filename, request.files["idImage"].read()) == ("id.png", b"png")
    request.close()


def test_step2_without_files_is_still_multipart(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"kycStatus": "pending"})
    client.step2({"submissionId": "abc"}, {})
    assert last_request(httpserver).mimetype == "multipart/form-data"
    assert dict(last_request(httpserver).form) == {"submissionId": "abc"}
    last_request(httpserver).close()


def test_submission_is_found_by_its_id(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"Items": [{"submission_id": "abc", "kyc": {"result": "pending"}}]}, path="/v3/submission")
    found = client.get_submission("abc")
    assert found is not None
    assert found.result == "pending"
    assert dict(last_request(httpserver).args) == {"submission_id": "abc"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"Items": []}, 200),
        ({"message": "not Exist Submission ID", "statusCode": 400}, 400),
        ({"message": "not Exist Submission ID", "statusCode": 400}, 200),
        ({"errorCode": "invalid_submission"}, 400),
    ],
)
def test_unknown_submission_is_none(httpserver: HTTPServer, client: Client, body: Any, status: int) -> None:
    answer(httpserver, body, status, path="/v3/submission")
    assert client.get_submission("abc") is None


@pytest.mark.parametrize(
    ("body", "status", "fact"),
    [
        ({"message": "Not Found"}, 404, Refused),  # a wrong base URL, not a missing submission
        ({"message": "Project not found."}, 400, Refused),
        ({"Items": [{"submission_id": "another"}]}, 200, OutcomeUnknown),
        ({"message": "welcome"}, 200, OutcomeUnknown),
    ],
)
def test_other_answers_do_not_mean_unknown_submission(
    httpserver: HTTPServer, client: Client, body: Any, status: int, fact: type[Exception]
) -> None:
    answer(httpserver, body, status, path="/v3/submission")
    with pytest.raises(fact):
        client.get_submission("abc")


def test_list_follows_the_next_page_key(httpserver: HTTPServer, client: Client) -> None:
    pages = [
        {"Items": [{"submission_id": "a"}], "nextpageKey": {"id": "a", "created_at": "2026-01-01T00:00:00Z"}},
        {"Items": [], "nextpageKey": {"id": "b", "created_at": "2026-01-02T00:00:00Z"}},
        {"Items": [{"submission_id": "c"}]},
    ]
    for page in pages:
        httpserver.expect_ordered_request("/v3/submission").respond_with_json(page)
    assert [item.submission_id for item in client.list_submissions(count=20)] == ["a", "c"]
    asked = [dict(request.args) for request, _ in httpserver.log]
    assert asked[0] == {"count": "20"}
    assert asked[2] == {"count": "20", "nextpage_id": "b", "nextpage_date": "2026-01-02T00:00:00Z"}


@pytest.mark.parametrize("key", [{"id": "a", "created_at": "2026"}, {"id": "a"}, "a"])
def test_list_that_never_ends_is_reported(httpserver: HTTPServer, client: Client, key: object) -> None:
    answer(httpserver, {"Items": [{"submission_id": "a"}], "nextpageKey": key}, path="/v3/submission")
    with pytest.raises(OutcomeUnknown):
        list(client.list_submissions())
    assert len(httpserver.log) <= 2


def test_find_by_userid_and_email_page_through(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"Items": [{"submission_id": "a"}, {"submission_id": "b"}]}, path="/v3/submission")
    assert [item.submission_id for item in client.find_by_userid("ref/1")] == ["a", "b"]
    assert dict(last_request(httpserver).args) == {"userid": "ref/1", "count": "50"}
    assert len(client.find_by_email("a+b@example.com")) == 2
    assert last_request(httpserver).args["email"] == "a+b@example.com"


def test_find_stops_where_a_vendor_lists_everybody(httpserver: HTTPServer, client: Client) -> None:
    page = [{"submission_id": f"a{number}"} for number in range(600)]
    answer(httpserver, {"Items": page, "nextpageKey": {"id": "a599", "created_at": "2026"}}, path="/v3/submission")
    assert len(client.find_by_userid("ref/1")) == 500
    assert len(httpserver.log) == 1


def test_review_sends_json(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"submissionId": "abc", "finalStatus": "rejected"}, path="/v3/submission/review")
    reply = client.review("abc", "rejected", "boss@example.com", "face differs", {"fullName": "Jane Doe"})
    assert reply.final_status == "rejected"
    assert last_request(httpserver).json == {
        "submissionId": "abc",
        "status": "rejected",
        "admin": "boss@example.com",
        "rejectComment": "face differs",
        "updateFields": {"fullName": "Jane Doe"},
    }


def test_review_leaves_out_what_is_empty(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"finalStatus": "approved"}, path="/v3/submission/review")
    client.review("abc", "approved", "boss@example.com")
    assert set(last_request(httpserver).json or {}) == {"submissionId", "status", "admin"}


def test_image_comes_as_bytes(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, b"\xff\xd8jpeg", path="/v3/image", content_type="image/jpeg")
    assert client.image("abc", "selfieImage") == (b"\xff\xd8jpeg", "image/jpeg")
    assert dict(last_request(httpserver).args) == {"submission_id": "abc", "type": "selfieImage"}


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        ({"data": "Y2lwaGVy"}, Unsupported),
        ({"message": "no such image", "statusCode": 400}, Refused),
        ({"url": "elsewhere"}, OutcomeUnknown),
        (b"", OutcomeUnknown),
    ],
)
def test_image_that_is_none_is_a_fact(httpserver: HTTPServer, client: Client, body: Any, fact: type[Exception]) -> None:
    answer(httpserver, body, path="/v3/image")
    with pytest.raises(fact):
        client.image("abc", "idImage")


def test_account_failure_with_status_200_is_no_success(httpserver: HTTPServer, client: Client) -> None:
    body = {
        "statusCode": 200,
        "message": "This bank code is invalid. Please check bank code.",
        "retryCode": "invalid_bank_code",
        "success": False,
        "retryCount": 2,
    }
    answer(httpserver, body, path="/v3/submission/validationaccount")
    reply = client.validate_account("abc", "Hong", "999", "123456")
    assert (reply.success, reply.retry_code, reply.retry_count) == (False, "invalid_bank_code", 2)
    assert (last_request(httpserver).json or {})["requestType"] == "occupancy"


def test_delete_always_names_the_admin(httpserver: HTTPServer, client: Client) -> None:
    answer(httpserver, {"message": "success", "content": "Submission abc deleted successfully."}, path="/v3/submission")
    assert client.delete("abc", "boss").message == "success"
    assert last_request(httpserver).method == "DELETE"
    assert dict(last_request(httpserver).args) == {"submission_id": "abc", "admin_name": "boss"}


def test_address_code_maps_names_and_reads_members_anywhere(httpserver: HTTPServer) -> None:
    paths = Paths.from_mapping({"address_code": "/address_code/", "address_code_fields": {"address_input": "address"}})
    client = Client(httpserver.url_for("/v3"), "test-key", paths=paths)
    answer(httpserver, {"result": [{"plus": {"global_code": "87C4VXX7+39"}}]}, path="/v3/address_code")
    assert client.address_code({"address_input": "1600 Street", "address_detail": ""}).globalCode == "87C4VXX7+39"
    assert last_request(httpserver).json == {"address": "1600 Street"}


def test_address_code_without_a_path_is_not_configured(httpserver: HTTPServer) -> None:
    with pytest.raises(NotConfigured):
        Client(httpserver.url_for("/v3"), "test-key").address_code({"address_input": "x"})
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("base_url", "key"),
    [("", "k"), ("ftp://host/v3", "k"), ("https:///v3", "k"), ("http://host", ""), ("http://host", "k\r\nX: y")],
)
def test_unusable_settings_send_nothing(base_url: str, key: str) -> None:
    with pytest.raises(NotConfigured):
        Client(base_url, key).get_submission("abc")


def test_paths_take_only_known_names() -> None:
    paths = Paths.from_mapping({"step1": "/v4/one/", "review": 7, "unheard": "x"})
    assert (paths.step1, paths.review) == ("v4/one", Paths().review)


def test_longest_call_is_both_timeouts() -> None:
    assert Client("http://host", "k", connect_timeout=3, read_timeout=40).longest_call == 43


REFUSALS: list[tuple[int, Any, type[Refused], str, str]] = [
    (400, {"errorCode": "invalid_payload", "message": "Fail."}, Refused, "invalid_payload", "Fail."),
    (400, {"errorCode": "admin is required."}, Refused, "admin is required.", ""),
    (400, {"message": "not Exist Project Data", "statusCode": 400}, Refused, "", "not Exist Project Data"),
    (400, {"type": "Validation : project", "message": "No."}, Refused, "Validation : project", "No."),
    (400, {"error": {"code": "x", "message": "y"}}, Refused, "x", "y"),
    (409, {"message": "is already processed"}, AlreadyProcessed, "", "is already processed"),
    (400, {"errorCode": "already_processed"}, AlreadyProcessed, "already_processed", ""),
    (200, {"statusCode": 400, "message": "invalid face image"}, Refused, "", "invalid face image"),
    (413, {"message": "Request Entity Too Large"}, TooLarge, "", "Request Entity Too Large"),
    (413, "<html>too large</html>", TooLarge, "", ""),
    (403, {"message": GATEWAY_IP}, Forbidden, "", GATEWAY_IP),
    (403, {"message": "Forbidden"}, Forbidden, "", "Forbidden"),
    (403, "<html>403</html>", Forbidden, "", ""),
]


@pytest.mark.parametrize(("status", "body", "kind", "code", "message"), REFUSALS)
def test_refusal_keeps_the_vendors_words(
    httpserver: HTTPServer, client: Client, status: int, body: Any, kind: type[Refused], code: str, message: str
) -> None:
    answer(httpserver, body, status)
    with pytest.raises(Refused) as caught:
        step2(client)
    refusal = caught.value
    assert type(refusal) is kind
    assert (refusal.code, refusal.message) == (code, message)
    assert refusal.received is not None
    assert refusal.raw == refusal.received.raw


@pytest.mark.parametrize(
    ("message", "kind"), [(GATEWAY_IP, "ip"), ("Forbidden", "key"), ("Blocked", "other"), ("", "other")]
)
def test_forbidden_is_distinguished_by_message(httpserver: HTTPServer, client: Client, message: str, kind: str) -> None:
    answer(httpserver, {"message": message}, 403)
    with pytest.raises(Forbidden) as caught:
        step2(client)
    assert caught.value.kind == kind


UNKNOWN: list[tuple[int, Any]] = [
    (500, {"message": "Internal Server Error"}),
    (502, "<html><body>Bad Gateway</body></html>"),
    (503, ""),
    (500, {"errorCode": "invalid face image"}),
    (400, "<html>400</html>"),
    (400, {}),
    (400, [1]),
    (404, "nothing"),
    (200, ""),
    (200, "junk"),
    (200, "null"),
    (200, [{"kycStatus": "approved"}]),
    (200, {}),
    (200, {"hello": "state"}),
    (200, {"statusCode": 500, "message": "boom"}),
    (200, '{"kycStatus": "rejected", "kycStatus": "approved"}'),
    (200, '{"KYCStatus": "rejected", "kyc_status": "approved"}'),
    (200, '{"retryCount": 0, "kycStatus": "approved", "retry": [{"retryCode": "liveness_error"}]}'),
    (200, '{"kycStatus": "approved", "data": {"name": "A", "name": "B"}}'),
    (200, b'{"kycStatus": "appro\xff'),
    (200, "[" * 100_000),
    (302, ""),
    (304, ""),
]


ONE_ANSWER = [
    '{"kycStatus": "approved", "kycStatus": "approved"}',
    '{"kycStatus": "approved", "KycStatus": null, "retry": []}',
    '{"kycStatus": "approved", "created_at": "2026-01-02", "createdAt": 1767323045}',
]


@pytest.mark.parametrize("body", ONE_ANSWER)
def test_member_in_two_spellings_may_say_the_same(httpserver: HTTPServer, client: Client, body: str) -> None:
    answer(httpserver, body)
    assert step2(client).kyc_status == "approved"


@pytest.mark.parametrize(("status", "body"), UNKNOWN)
def test_anything_without_a_parsed_reply_is_unknown(
    httpserver: HTTPServer, client: Client, status: int, body: Any
) -> None:
    answer(httpserver, body, status)
    with pytest.raises(OutcomeUnknown) as caught:
        step2(client)
    assert caught.value.status == status
    assert caught.value.received is not None
    assert caught.value.raw == caught.value.received.raw


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_not_followed(httpserver: HTTPServer, client: Client, status: int) -> None:
    answer(httpserver, "", status, headers={"Location": httpserver.url_for("/elsewhere")})
    with pytest.raises(OutcomeUnknown):
        step2(client)
    assert [request.path for request, _ in httpserver.log] == [STEP2]


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("", None), ("soon", None), ("9" * 30, None)])
def test_429_counts_as_undelivered(httpserver: HTTPServer, client: Client, header: str, seconds: float | None) -> None:
    answer(httpserver, "slow down", 429, headers={"Retry-After": header})
    with pytest.raises(Undelivered) as caught:
        step2(client)
    assert caught.value.retry_after == seconds
    assert caught.value.received is not None


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", [{"data": "Y2lwaGVy"}, {"data": "Y2lwaGVy", "isEncrypted": True}, {"body": "Y2lw"}])
def test_encrypted_envelope_is_unsupported(httpserver: HTTPServer, client: Client, status: int, body: Any) -> None:
    answer(httpserver, body, status)
    with pytest.raises(Unsupported) as caught:
        step2(client)
    assert caught.value.raw


def test_refusal_text_leaves_out_the_vendors_message(httpserver: HTTPServer, client: Client) -> None:
    message = "jane@example.com had submitted another KYC and is already approved"
    answer(httpserver, {"errorCode": message}, 400)
    with pytest.raises(Refused) as caught:
        step2(client)
    assert str(caught.value) == "refused with HTTP 400"
    assert caught.value.code == message


def test_slow_but_timely_reply_is_read(httpserver: HTTPServer, client: Client) -> None:
    def in_pieces(request: Request) -> Response:
        return Response(iter([b'{"kycSta', b'tus":"pend', b'ing"}']), content_type="application/json")

    httpserver.expect_request(STEP2).respond_with_handler(in_pieces)
    assert client.step2({}, SELFIE).kyc_status == "pending"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_key_that_a_gateway_repeats_is_blanked(httpserver: HTTPServer, client: Client, status: int) -> None:
    said = {"errorCode": "invalid test-key", "message": "the key test-key is not known"}
    httpserver.expect_request("/v3/submission").respond_with_json(said, status=status)
    with pytest.raises(VendorError) as told:
        client.get_submission("abc")
    error = told.value
    assert error.received is not None
    assert b"the key ******** is not known" in error.received.raw
    assert "test-key" not in f"{error} {getattr(error, 'code', '')} {getattr(error, 'message', '')}"


def test_key_too_short_to_be_a_secret_leaves_answers_alone(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/v3/submission").respond_with_json({"message": "a bad key"}, status=400)
    with pytest.raises(VendorError) as told:
        Client(httpserver.url_for("/v3"), "a").get_submission("abc")
    assert told.value.received is not None
    assert b"a bad key" in told.value.received.raw
