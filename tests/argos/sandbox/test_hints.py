"""The content of a webhook, by the state of the submission and the spelling variant."""

from argos.sandbox.hints import payload
from argos.sandbox.kyc import Kyc


def held(**state: object) -> Kyc:
    known = {"submission_id": "abc", "key": "k", "email": "jane@example.com", "userid": "KP-1", "country": "KOR"}
    return Kyc.from_state({**known, "id_type": "passport", "created_at": 1_000_000.0, **state})


def test_what_was_not_collected_is_left_out() -> None:
    bare = payload(held(email="", userid="", cf=["", "", ""]), "created")
    assert bare.keys() == {"webhook_trigger", "submission_id", "kyc_result", "created_at"}
    assert payload(held(cf=["7", "", "9"]), "created")["cf"] == {"cf1": "7", "cf3": "9"}


def test_retry_names_the_last_attempts_codes() -> None:
    assert payload(held(), "retry")["retryCode"] == ""
    tried = held(attempts=[{"retryCode": ["glare_detected"]}, {"retryCode": ["liveness_error", "blur"]}])
    told = payload(tried, "retry")
    assert (told["retryCode"], told["attempts"]) == ("liveness_error; blur", 2)


def test_approved_says_since_when_it_waited_only_where_it_did() -> None:
    done = {"status": "approved", "result_at": 1_000_100.0, "updated_at": 1_000_100.0}
    assert "pending_at" not in payload(held(**done), "approved")["kyc_result"]
    assert payload(held(**done, pending_at=1_000_050.0), "approved")["kyc_result"]["pending_at"].endswith("Z")


def test_rejected_is_shown_in_strings_and_in_the_webhooks_own_words() -> None:
    told = payload(held(status="rejected", codes=["too_many_retry"], comments=["Multiple "]), "rejected")["kyc_result"]
    assert (told["commentCode"], told["comment"]) == ("too_many_retry", "Multiple invalid KYC attempts detected.")
    two = payload(held(status="rejected", codes=["a", "b"], comments=["x", "y"]), "rejected")["kyc_result"]
    assert (two["commentCode"], two["comment"]) == ("a; b", "x; y")


def test_variants_are_respelled() -> None:
    done = held(status="approved", data={"name": "JANE DOE"}, updated_at=1_000_100.0)
    told = payload(done, "approved", spelling_variants=True)
    assert told["full_name"] == "JANE DOE"
    assert "fullName" not in told
    assert "update_at" in told["kyc_result"]
    assert "updated_at" not in told["kyc_result"]
    assert payload(held(), "delete", spelling_variants=True) == {"webhook_trigger": "delete", "submission_id": "abc"}
