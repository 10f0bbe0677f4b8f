"""The records of the sandbox, prepared for counting."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from argos.sandbox.state import REMEMBERED_CALLS
from tests.sandbox import Control

DAY = 24 * 3600
MARK = "fullName"
MAX_SELFIES = 3


@dataclass
class Vendor:
    """`by_id`: the vendor's submissions. `calls`: all received calls, oldest first, processed or not."""

    by_id: dict[str, dict[str, Any]]
    calls: list[dict[str, Any]]
    processed_pictures: set[str] = field(init=False)

    def __post_init__(self) -> None:
        assert len(self.calls) < REMEMBERED_CALLS, "the sandbox has forgotten calls: the count would be wrong"
        taken = [call for call in self.calls if was_processed(call)]
        self.processed_pictures = {picture_of(call) for call in taken if call["files"]}

    @classmethod
    def read(cls, control: Control) -> "Vendor":
        return cls({kyc["submission_id"]: kyc for kyc in control.submissions()}, control.calls())

    def calls_to(self, endpoint: str) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["endpoint"] == endpoint]

    def fourth_selfies(self) -> list[dict[str, Any]]:
        """Return Step 2 calls that arrived after the vendor had processed three of that submission."""
        taken: Counter[str] = Counter()
        found = []
        for call in self.calls_to("step2"):
            if taken[call["subject"]] >= MAX_SELFIES:
                found.append(call)
            taken[call["subject"]] += was_processed(call)
        return found

    def reviews(self) -> tuple[Counter[str], Counter[str]]:
        """Return how often the vendor received, and accepted, each decision, by its unique comment."""
        came = Counter(mark_of(call["fields"].get("updateFields") or {}) for call in self.calls_to("review"))
        taken = [call for call in self.calls_to("review") if was_processed(call)]
        return came, Counter(mark_of(call["fields"].get("updateFields") or {}) for call in taken)

    def late(self) -> list[dict[str, Any]]:
        """Return calls for a submission that arrived after its 24 hours."""
        found = []
        for call in self.calls:
            kyc = self.by_id.get(str(call["fields"].get("submissionId", "")))
            if kyc and call["endpoint"] in ("step1", "step2") and call["at"] > kyc["created_at"] + DAY:
                found.append(call)
        return found

    def has_userid(self, userid: str) -> bool:
        return any(kyc["userid"] == userid for kyc in self.by_id.values())


def was_processed(call: dict[str, Any]) -> bool:
    return bool(call["became"] == "taken")


def mark_of(corrections: dict[str, str]) -> str:
    """Return the mark that distinguishes one decision of a drill from all others (`traffic.Officer`)."""
    return corrections.get(MARK, "")


def picture_of(call: dict[str, Any]) -> str:
    """Return the unique picture of a call: the selfie, else the front of the ID."""
    named = call["files"].get("faceImage") or call["files"].get("idImage") or {}
    return str(named.get("sha256", ""))
