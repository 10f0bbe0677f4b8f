"""What the vendor's stand-in saw, put in the order in which it is counted."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.sandbox import Control

DAY = 24 * 3600
MOST_CALLS = 5000  # that the sandbox remembers


@dataclass
class Vendor:
    """`by_id`: the vendor's submissions. `calls`: what came, oldest first, whether it was processed or not."""

    by_id: dict[str, dict[str, Any]]
    calls: list[dict[str, Any]]
    processed_pictures: set[str] = field(init=False)

    def __post_init__(self) -> None:
        assert len(self.calls) < MOST_CALLS, "the sandbox has forgotten calls: the count would be wrong"
        taken = [call for call in self.calls if was_processed(call)]
        self.processed_pictures = {picture_of(call) for call in taken if call["files"]}

    @classmethod
    def read(cls, control: Control) -> "Vendor":
        return cls({kyc["submission_id"]: kyc for kyc in control.submissions()}, control.calls())

    def of(self, endpoint: str) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["endpoint"] == endpoint]

    def arrivals(self, endpoint: str) -> Counter[str]:
        """How many calls of a kind came for each of the vendor's submissions."""
        return Counter(str(call["fields"].get("submissionId", "")) for call in self.of(endpoint))

    def late(self) -> list[dict[str, Any]]:
        """Calls for a submission that came after its 24 hours."""
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


def picture_of(call: dict[str, Any]) -> str:
    """The picture that no other press has: the selfie, else the front of the ID."""
    named = call["files"].get("faceImage") or call["files"].get("idImage") or {}
    return str(named.get("sha256", ""))
