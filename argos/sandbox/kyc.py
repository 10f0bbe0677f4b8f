"""One submission at the vendor, as data. step1, step2, review and state change it."""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any


@dataclass
class Kyc:
    """Times are seconds since 1970 by the sandbox's clock; 0 means not yet."""

    submission_id: str
    key: str
    email: str
    userid: str
    country: str
    id_type: str
    created_at: float
    cf: list[str] = field(default_factory=list)
    status: str = "incomplete"
    step1_done: bool = False
    step1_failures: int = 0
    step2_calls: int = 0
    failures: int = 0
    type_unknown: bool = False
    ocr: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)  # under Step 2's names
    attempts: list[dict[str, Any]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    updated_at: float = 0
    pending_at: float = 0
    result_at: float = 0
    reviewer: str = ""
    occupancy_code: str = ""
    account_failures: int = 0
    deleted: bool = False
    token_id: str = ""  # of a Liveform in private mode
    aml: dict[str, Any] = field(default_factory=dict)
    worklists: dict[str, str] = field(default_factory=dict)  # of the monitoring: the record by worklist
    history: list[dict[str, Any]] = field(default_factory=list)  # earlier states, for a GET that lags

    @property
    def is_open(self) -> bool:
        return self.status in ("incomplete", "pending") and not self.deleted

    @property
    def retry_count(self) -> int:
        """Return the failed attempts so far; with a shared budget they include failed ID images."""
        return self.failures

    @property
    def used_type(self) -> str:
        """Return the ID type that the rules use: chosen, given at Step 2, or recognized (assumption: a passport)."""
        if self.type_unknown:
            return self.data.get("idType", "").replace(" ", "_")
        return "passport" if self.id_type == "universal" else self.id_type

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Kyc":
        """Load a stored record, also from an older file; unknown members are dropped."""
        known = {member.name for member in fields(cls)}
        return cls(**{name: value for name, value in state.items() if name in known})


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
