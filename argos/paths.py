"""Paths of the vendor's API. A project may override them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Paths:
    """Paths below the base URL. The vendor's pages do not name the address look-up's path, so it is not set."""

    step1: str = "submission/step1"
    step2: str = "submission/step2"
    submission: str = "submission"
    review: str = "submission/review"
    image: str = "image"
    put_image: str = "submission/image"
    validation_account: str = "submission/validationaccount"
    tokens: str = "submission/tokens"
    aml_monitor: str = "submission/aml/monitor"
    # No page says how a submission is taken out of the monitoring. Assumed where a path is set: a POST to it with the
    # body of the addition.
    aml_monitor_off: str = ""
    address_code: str = ""
    # From our name of an address field to the vendor's; other names are sent unchanged.
    address_code_fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> "Paths":
        """Read a project's stored paths. Unknown names are ignored, and slashes at the ends are removed."""
        paths: dict[str, Any] = {}
        for known in fields(cls):
            value = stored.get(known.name)
            if isinstance(value, str) and known.name != "address_code_fields":
                paths[known.name] = value.strip().strip("/")
            elif isinstance(value, Mapping):
                paths[known.name] = MappingProxyType({str(ours): str(theirs) for ours, theirs in value.items()})
        return cls(**paths)

    def operation_of(self, method: str, path: str) -> str:
        """Return our name of an operation: "step1", "review", "read", "delete", ..., or "other"."""
        if path == self.submission:
            return "delete" if method == "DELETE" else "read"
        if path == self.tokens:
            return "untoken" if method == "DELETE" else "tokens"
        if path.startswith(f"{self.aml_monitor}/"):
            return "aml_monitor"
        return next((known.name for known in fields(self) if getattr(self, known.name) == path), "other")
