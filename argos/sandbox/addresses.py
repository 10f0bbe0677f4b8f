"""POST /Address_code. Assumption from end to end: the contract knows neither its path nor a member of it."""

import hashlib
from typing import Any

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.knobs import Project
from argos.sandbox.state import State

DIGITS = "23456789CFGHJMPQRVWX"  # of an Open Location Code


def answer(state: State, project: Project, body: dict[str, Any]) -> Answer:
    """One address has one code, every time; it lies in Seoul's square and means nothing."""
    address = " ".join(str(body.get("address") or body.get("address_input") or "").split())
    if not address:
        raise Refusal("missing_data", "address is required")
    draw = hashlib.sha256(address.encode()).digest()
    local = "".join(DIGITS[byte % 20] for byte in draw[:6])
    code = f"{local[:4]}+{local[4:]}"
    place = address.rsplit(",", 1)[-1].strip()
    return ok(globalCode=f"8Q98{code}", compoundCode=f"{code} {place}", formatted_address=address)
