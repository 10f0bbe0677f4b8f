"""Route each method and path below /v3/ to its rules, and parse the body of a call."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from argos.sandbox import account, addresses, aml, deletion, images, liveform, multipart, reading, review, step1, step2
from argos.sandbox.answers import Answer, Refusal, refused
from argos.sandbox.checks import Files, require_running
from argos.sandbox.knobs import Project
from argos.sandbox.state import State

ROUTES = {
    ("POST", "submission/step1"): "step1",
    ("POST", "submission/step2"): "step2",
    ("GET", "submission"): "get",
    ("DELETE", "submission"): "delete",
    ("POST", "submission/review"): "review",
    ("POST", "submission/validationaccount"): "account",
    ("POST", "submission/tokens"): "tokens",
    ("DELETE", "submission/tokens"): "untoken",
    ("GET", "image"): "image",
    ("PUT", "submission/image"): "put_image",
    ("POST", "Address_code"): "address",
}
_MAKE_SUBMISSIONS = ("step1", "step2", "account")
_UNREADABLE = Refusal("invalid_payload", "failed to parse the input data")


@dataclass(frozen=True)
class Call:
    """`names`: of the parts of the multipart body, in order, with repetitions."""

    endpoint: str
    query: dict[str, str]
    fields: dict[str, Any] = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    names: tuple[str, ...] = ()
    is_readable: bool = True

    @property
    def subject(self) -> str:
        """Return the submission ID, or the userid of a first Step 1."""
        several = self.fields.get("submissionIds")
        first = several[0] if isinstance(several, list) and several else None
        given = (
            self.fields.get("submissionId"),
            first,
            self.query.get("submission_id"),
            self.query.get("submissionId"),
        )
        return str(next((one for one in given if one), self.fields.get("userid") or ""))

    def shown(self, at: float) -> dict[str, Any]:
        """Return the call for the control API, with files by size and digest."""
        files = {
            name: {"bytes": len(content), "sha256": sha256(content).hexdigest()} for name, content in self.files.items()
        }
        entry: dict[str, Any] = {"endpoint": self.endpoint, "at": at, "subject": self.subject, "became": ""}
        return entry | {"query": self.query, "fields": self.fields, "files": files, "names": list(self.names)}


def route(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """(endpoint, what its path names); None for an address that there is not."""
    endpoint = ROUTES.get((method, path))
    return (endpoint, {}) if endpoint else aml.endpoint_of(method, path)


def read(endpoint: str, query: dict[str, str], content_type: str, body: bytes) -> Call:
    if content_type.startswith("multipart/form-data"):
        return _from_parts(endpoint, query, content_type, body)
    try:
        parsed = json.loads(body) if body else {}
    except ValueError:
        parsed = None
    return Call(endpoint, query, parsed if isinstance(parsed, dict) else {}, is_readable=isinstance(parsed, dict))


def _from_parts(endpoint: str, query: dict[str, str], content_type: str, body: bytes) -> Call:
    """Parse the parts. Assumption: a repeated name makes the body unreadable."""
    try:
        parts = multipart.parts_of(content_type, body)
    except multipart.Unreadable:
        return Call(endpoint, query, is_readable=False)
    names = tuple(part.name for part in parts)
    fields = {part.name: part.text for part in parts if not part.is_file}
    files = {part.name: part.content for part in parts if part.is_file}
    return Call(endpoint, query, fields, files, names, is_readable=max(Counter(names).values(), default=1) == 1)


def answer(state: State, project: Project, call: Call) -> Answer:
    """Apply the rules. The caller holds the lock of the state."""
    try:
        if not call.is_readable:
            raise _UNREADABLE
        if call.endpoint in _MAKE_SUBMISSIONS:
            require_running(project)
        return _RULES[call.endpoint](state, project, call)
    except Refusal as refusal:
        return refused(refusal, state.knobs)


_RULES: dict[str, Callable[[State, Project, Call], Answer]] = {
    "step1": lambda state, project, call: step1.answer(state, project, call.fields, call.files),
    "step2": lambda state, project, call: step2.answer(state, project, call.fields, call.files),
    "get": lambda state, project, call: reading.submissions(state, project, call.query),
    "delete": lambda state, project, call: deletion.answer(state, project, call.query),
    "review": lambda state, project, call: review.answer(state, project, call.fields),
    "account": lambda state, project, call: account.answer(state, project, call.fields),
    "tokens": lambda state, project, call: liveform.register(state, project, call.fields),
    "untoken": lambda state, project, call: liveform.remove(state, project, call.fields),
    "image": lambda state, project, call: reading.image(state, project, call.query),
    "aml_on": lambda state, project, call: aml.change(state, project, call.query, call.fields, on=True),
    "aml_off": lambda state, project, call: aml.change(state, project, call.query, call.fields, on=False),
    "aml_record": lambda state, project, call: aml.record(state, project, call.query),
    "put_image": lambda state, project, call: images.answer(state, project, call.fields),
    "address": lambda state, project, call: addresses.answer(state, project, call.fields),
}
