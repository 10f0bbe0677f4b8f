"""POST and DELETE /submission/tokens, and a stand-in for the vendor's capture page, where the tester picks the outcome.

Assumptions: a wrong token refuses the whole request; a token is not needed to open the page but to finish it; the page
accepts the e-mail from its own form. The images are drawn, and say that they are simulated.
"""

import io
import re
import secrets
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from PIL import Image, ImageDraw

from argos.sandbox import aml
from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import State
from argos.sandbox.step1 import ALPHABET

PATH = "/liveform"
POOL, AT_ONCE, LIVES = 100_000, 500, 180  # tokens, tokens of one request, seconds after the first use
TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{6,62})[A-Za-z0-9]")
OUTCOMES = {
    "pending": ("Pending", "a person decides"),
    "approved": ("Approved", "at once"),
    "rejected": ("Rejected", "at once: the data do not match the ID"),
    "incomplete": ("Stopped", "the ID was taken, the selfie is missing"),
}
FIELDS = (
    ("name", "Full name", "Minseo Example"),
    ("date_of_birth", "Date of birth", "1990-02-03"),
    ("document_number", "Document number", "M12345678"),
)
DECIDED = ("pending", "approved", "rejected")
IMAGES = {"idImage": "Identity card", "selfieImage": "Selfie"}


def _tokens_in(body: dict[str, Any]) -> list[str]:
    given = body.get("tokenId")
    if not isinstance(given, list) or not given:
        raise Refusal("invalid_token_id", "tokenId must be an array of 1 to 500 token IDs")
    if len(given) > AT_ONCE:
        raise Refusal("request_token_limit_exceeded", "More than 500 token IDs")
    if not all(isinstance(token, str) and TOKEN.fullmatch(token) for token in given):
        raise Refusal("invalid_token_id_format", "Invalid token ID")
    return given


def remove(state: State, project: Project, body: dict[str, Any]) -> Answer:
    """Remove tokens from the pool. Assumption: the whole request is refused if the pool has none of them."""
    given, pool = _tokens_in(body), state.tokens.get(project.key, {})
    missing = [token for token in given if token not in pool]
    if len(missing) == len(given):
        raise Refusal("token_id_not_found", "Requested token does not exist in pool")
    deleted = [pool.pop(token) for token in set(given) - set(missing)]
    summary = {"totalSubmitted": len(given), "deleted": len(deleted), "notFound": len(missing), "failed": 0}
    details = {"details": {"notFound": missing}} if missing else {}
    return ok(success=True, message=f"Successfully deleted {len(deleted)} tokens", summary=summary, **details)


def register(state: State, project: Project, body: dict[str, Any]) -> Answer:
    """Add tokens to the project's pool. An existing one is overwritten silently."""
    given = _tokens_in(body)
    pool = state.tokens.setdefault(project.key, {})
    if len(pool.keys() | set(given)) > POOL:
        raise Refusal("pool_exceeded", "The token pool exceeds 100,000")
    pool |= dict.fromkeys(given, 0.0)
    summary = {"totalSubmitted": len(given), "currentCount": len(pool), "processed": len(given), "failed": 0}
    return ok(success=True, message="All tokens are now in the pool", summary=summary)


def page(state: State, query: dict[str, str]) -> bytes:
    """Return the form, or why the link does not work. Opening it is the token's first use."""
    if problem := _use(state, query):
        return _html(f"<p role=alert>{escape(problem)}</p>")
    hidden = "".join(
        f'<input type=hidden name="{name}" value="{escape(query.get(name, ""))}">'
        for name in ("pid", "userid", "tokenId")
    )
    email = f"customer-{query['tokenId'][:8]}@example.com"
    fields = "".join(
        f'<p><label>{label}<br><input name="{name}" value="{escape(value)}" required></label></p>'
        for name, label, value in (("email", "E-mail (its tags play a scenario)", email), *FIELDS)
    )
    buttons = "".join(
        f'<p><button name=outcome value="{value}">{title}</button> {why}</p>'
        for value, (title, why) in OUTCOMES.items()
    )
    return _html(f'<form method=post action="{PATH}">{hidden}{fields}<h2>End of the check</h2>{buttons}</form>')


def finish(state: State, body: bytes) -> bytes:
    given = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if problem := _use(state, given):
        return _html(f"<p role=alert>{escape(problem)}</p>")
    project = _project_of(state, given)
    assert project is not None
    kyc = _kyc_of(state, project, given)
    for kind, title in IMAGES.items():
        if given.get("outcome") in DECIDED or kind == "idImage":
            state.save_image(kyc, kind, _drawn(title))
    _end(state, kyc, given.get("outcome", ""))
    return _html("<p role=status>Finished. You can close this page.</p>")


def _use(state: State, given: dict[str, str]) -> str:
    """Start the token's three minutes; return why it is not valid (any more)."""
    project = _project_of(state, given)
    if project is None:
        return "Invalid projectId"
    token, now = given.get("tokenId", ""), state.now()
    pool = state.tokens.get(project.key, {})
    if token not in pool:
        return "Invalid token"
    if any(kyc.token_id == token and kyc.status in DECIDED for kyc in state.submissions.values()):
        return "This token was used for a submission that has a result"
    pool[token] = pool[token] or now
    return "The token has expired: more than 3 minutes since its first use" if now - pool[token] > LIVES else ""


def _project_of(state: State, given: dict[str, str]) -> Project | None:
    pid = given.get("pid", "")
    return next((project for project in state.projects.values() if pid and project.pid == pid), None)


def _kyc_of(state: State, project: Project, given: dict[str, str]) -> Kyc:
    """Return the token's open record, or a new one."""
    open_ones = (kyc for kyc in state.submissions.values() if kyc.token_id == given["tokenId"])
    kyc = next(open_ones, None)
    if kyc is None:
        submission_id = "".join(secrets.choice(ALPHABET) for _letter in range(15))
        userid, email = given.get("userid", ""), given.get("email", "")
        kyc = Kyc(submission_id, project.key, email, userid, "KOR", "passport", state.now(), step1_done=True)
        kyc.token_id = given["tokenId"]
        state.save(kyc)
        state.queue_webhook(kyc, "created")
    names = ("name", "date_of_birth", "document_number")
    kyc.data = {name: given[name] for name in names if given.get(name)}
    kyc.ocr = {"fullName": given.get("name", ""), "birthDate": given.get("date_of_birth", "")}
    return kyc


def _end(state: State, kyc: Kyc, outcome: str) -> None:
    if outcome == "rejected":
        kyc.attempts = [{"attemptCnt": 1, "livenessScore": 93.0, "faceSimilarityScore": 21.0}]
        state.reject(kyc, "id_info_dataMismatch", "Entered information does not match the ID document.")
        return
    if outcome in DECIDED:
        kyc.status, kyc.step2_calls = outcome, 1
        kyc.attempts = [{"attemptCnt": 1, "livenessScore": 93.0, "faceSimilarityScore": 87.4}]
    if outcome == "pending":
        kyc.pending_at = state.now()
        aml.screen_early(kyc)
    if outcome == "approved":
        kyc.result_at, kyc.reviewer = state.now(), "system"
    state.save(kyc)
    if outcome in ("pending", "approved"):
        state.queue_webhook(kyc, {"pending": "submit", "approved": "approved"}[outcome])
    if outcome == "approved":
        aml.screen(state, kyc)


def _drawn(title: str) -> bytes:
    picture = Image.effect_noise((960, 720), 24).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((80, 60, 880, 660), fill=(214, 224, 236), outline=(40, 60, 90), width=6)
    draw.text((120, 120), f"{title}\nSIMULATED by the sandbox", fill=(20, 30, 50), font_size=52)
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=90)
    return stored.getvalue()


STYLE = """
body { max-width: 32rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1b2733 }
.sandbox { padding: .5rem .75rem; background: #fff3cd; border: 1px solid #8a6d00; border-radius: 6px }
input { width: 100%; box-sizing: border-box } input, button { font: inherit; padding: .5rem }
button { min-width: 7rem }
"""


def _html(content: str) -> bytes:
    head = '<!doctype html><html lang=en><meta name=viewport content="width=device-width, initial-scale=1">'
    title = f"<title>Sandbox: simulated Liveform</title><style>{STYLE}</style><h1>Identity check</h1>"
    note = "<p class=sandbox><b>Sandbox.</b> This page simulates the vendor's form. It sends nothing to the vendor.</p>"
    return f"{head}{title}{note}{content}</html>".encode()
