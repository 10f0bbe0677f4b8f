"""The contract of both the sandbox and the real vendor; against the sandbox always, against the vendor with a key.

ARGOS_BASE_URL=https://rest-api.argosidentity.com/v3 ARGOS_API_KEY=... pytest -m vendor tests/argos/test_contract.py

At the vendor it creates two billed submissions with a drawn ID, tries one selfie and deletes them. It never reviews.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from argos.client import Client
from argos.errors import Forbidden, Refused
from argos.replies import Step1Reply
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import Sandbox

STATUSES = {"incomplete", "pending", "approved", "rejected"}


@dataclass
class Vendor:
    client: Client
    stranger: Client  # the same host with an invalid key
    admin: str


@pytest.fixture(params=["sandbox", pytest.param("vendor", marks=pytest.mark.vendor)])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    if request.param == "sandbox":
        sandbox: Sandbox = request.getfixturevalue("sandbox")
        return Vendor(sandbox.client(), sandbox.client(api_key="nobody"), "reviewer@example.com")
    base_url, key = os.environ.get("ARGOS_BASE_URL", ""), os.environ.get("ARGOS_API_KEY", "")
    if not (base_url and key):
        pytest.skip("ARGOS_BASE_URL and ARGOS_API_KEY name no vendor")
    admin = os.environ.get("ARGOS_ADMIN_EMAIL", "")
    return Vendor(Client(base_url, key), Client(base_url, "nobody"), admin)


@pytest.fixture
def begun(vendor: Vendor) -> Iterator[tuple[Vendor, Step1Reply]]:
    """Start a submission with Step 1; delete it at the end."""
    reply = step1(vendor.client, userid=f"contract-{datetime.now(UTC):%Y%m%d%H%M%S%f}")
    assert reply.submission_id, "Step 1 gave no submission ID"
    yield vendor, reply
    vendor.client.delete(reply.submission_id, vendor.admin or "contract test")


def test_unknown_key_is_forbidden(vendor: Vendor) -> None:
    with pytest.raises(Forbidden):
        vendor.stranger.get_submission("nobody")


def test_unknown_submission_is_none(vendor: Vendor) -> None:
    assert vendor.client.get_submission("nobody0000000") is None


def test_reply_carries_the_vendors_clock(vendor: Vendor) -> None:
    vendor.client.get_submission("nobody0000000")
    received = vendor.client.last_received
    assert received is not None
    assert received.date is not None
    assert abs(received.date - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"idType": "library_card"}, {"email": ""}])
def test_wrong_step1_is_refused_with_a_reason(vendor: Vendor, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        step1(vendor.client, **wrong)
    assert any((caught.value.code, caught.value.message))


def test_step2_of_an_unknown_submission_is_refused_with_a_reason(vendor: Vendor) -> None:
    with pytest.raises(Refused) as caught:
        step2(vendor.client, "nobody0000000")
    assert any((caught.value.code, caught.value.message))


def test_review_of_an_unknown_submission_is_refused(vendor: Vendor) -> None:
    with pytest.raises(Refused):
        vendor.client.review("nobody0000000", "rejected", vendor.admin, "contract test")


def test_image_of_an_unknown_submission_is_refused(vendor: Vendor) -> None:
    with pytest.raises(Refused):
        vendor.client.image("nobody0000000", "idImage")


def test_step1_reads_or_asks_again_and_is_found(begun: tuple[Vendor, Step1Reply]) -> None:
    vendor, reply = begun
    assert bool(reply.retries) == (not reply.was_read)
    found = vendor.client.get_submission(str(reply.submission_id))
    assert found is not None
    assert found.result == "incomplete"
    assert found.created_at is not None
    assert [item.submission_id for item in vendor.client.find_by_userid(found.userid)] == [reply.submission_id]
    assert reply.submission_id in [item.submission_id for item in vendor.client.find_by_email(found.email)]


def test_step2_has_one_of_four_ends(begun: tuple[Vendor, Step1Reply]) -> None:
    vendor, reply = begun
    if not reply.was_read:
        pytest.skip("the vendor did not read the drawn ID")
    answered = step2(vendor.client, str(reply.submission_id))
    assert answered.kyc_status in STATUSES
    assert bool(answered.retries) == (answered.kyc_status == "incomplete")
    found = vendor.client.get_submission(str(reply.submission_id))
    assert found is not None
    assert found.result == answered.kyc_status


def test_list_follows_its_pages(vendor: Vendor, request: pytest.FixtureRequest) -> None:
    if "sandbox" in request.node.callspec.id:
        for number in range(3):
            started(vendor.client, f"+{number}")
    items = list(islice(vendor.client.list_submissions(count=2), 3))
    assert len({item.submission_id for item in items}) == len(items)
    assert all(item.submission_id and item.created_at for item in items if not item.deleted)


def test_record_names_the_projects_state_or_nothing(begun: tuple[Vendor, Step1Reply]) -> None:
    """Printed with `-s`: a project in TEST is the one to run this against; CLOSE explains every refusal."""
    vendor, reply = begun
    found = vendor.client.get_submission(str(reply.submission_id))
    assert found is not None
    print(f"state of the project: {found.project_state or 'not reported'}")
    assert found.project_state in ("", "open", "test", "trial")
