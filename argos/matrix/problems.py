"""A problem of one field, with a sentence that says what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Params = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Problem:
    """An error blocks the send. A user may override a warning with a reason.

    `template`: English, marked for translation. `params`: the values of its named placeholders.
    """

    field: str
    code: str
    template: str
    severity: Severity = "error"
    params: Params = ()

    @property
    def message(self) -> str:
        return self.template % dict(self.params) if self.params else self.template

    @property
    def is_error(self) -> bool:
        return self.severity == "error"
