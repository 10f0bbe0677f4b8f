"""POST /Address_code. All of it is an assumption: the contract defines neither its path nor its members."""

import hashlib
from typing import Any

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.knobs import Project
from argos.sandbox.state import State

DIGITS = "23456789CFGHJMPQRVWX"  # of an Open Location Code


def answer(state: State, project: Project, body: dict[str, Any]) -> Answer:
    """Return the same code for the same address; it lies in the grid square of Seoul and means nothing."""
    address = " ".join(str(body.get("address") or body.get("address_input") or "").split())
    if not address:
        raise Refusal("missing_data", "address is required")
    draw = hashlib.sha256(address.encode()).digest()
    local = "".join(DIGITS[byte % 20] for byte in draw[:6])
    code = f"{local[:4]}+{local[4:]}"
    place = address.rsplit(",", 1)[-1].strip()
    return ok(globalCode=f"8Q98{code}", compoundCode=f"{code} {place}", formatted_address=address)
