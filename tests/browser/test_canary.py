"""Use unmistakable values in the whole main job, then search for them wherever they must not be readable."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from playwright.sync_api import expect

from tests.browser.actions import open_as_officer, send_step1, send_step2, tick_warnings, upload
from tests.browser.addresses import only_once
from tests.browser.conftest import Desk
from tests.stack import Stack

pytestmark = pytest.mark.browser

EMAIL = "quixotzanzibar.canary@example.com"
CANARIES = {
    "name": "Quixotzanzibar Wobblethorpex",
    "document_number": "ZQX7K93PLMV",
    "date_of_birth": "1911-07-29",
    "date_of_expiry": "2033-04-27",
    "date_of_issue": "2013-04-28",
    "contact_phone": "0105550993177",
    "customer_id": "CANARYBOOK-55871",
}
NOTE = "Wobblethorpex rang about the zinc trombone"
WORDS = ("Quixotzanzibar", "Wobblethorpex", *list(CANARIES.values())[1:], "zinc trombone", EMAIL.partition("@")[0])


def spellings(word: str) -> set[bytes]:
    """Return the value plain, in upper and lower case, hex, URL-encoded, JSON-escaped, and base64 at three offsets."""
    found = {
        word.encode(),
        word.upper().encode(),
        word.lower().encode(),
        quote(word).encode(),
        word.encode("utf-16-le"),
    }
    found |= {plain.hex().encode() for plain in list(found)}
    for before in (b"", b"a", b"ab"):
        encoded = base64.b64encode(before + word.encode()).rstrip(b"=")
        found.add(encoded[4 if before else 0 : -2])
    return found


def hits(content: bytes) -> set[str]:
    return {word for word in WORDS if any(spelling in content for spelling in spellings(word))}


def test_spellings_are_found() -> None:
    """Check that the search finds the values at all."""
    for hidden in (
        f"x{EMAIL}y".encode(),
        base64.b64encode(f"{{{NOTE}}}".encode()),
        CANARIES["name"].encode().hex().encode(),
        quote(f"?q={EMAIL}").encode(),
        NOTE.upper().encode(),
    ):
        assert hits(hidden), hidden
    assert not hits(b"nothing of the kind")


def stored(stack: Stack) -> Iterator[tuple[str, bytes]]:
    """Read every file of the installation except the vendor's, a database dump, every Redis key, and the logs."""
    data = stack.folder / "data"
    for path in (*data.rglob("*"), *(stack.folder / "tmp").rglob("*"), stack.folder / "stack.log"):
        if path.is_file() and not path.name.startswith("sandbox.sqlite3"):
            yield str(path.relative_to(stack.folder)), path.read_bytes()
    with sqlite3.connect(data / "db.sqlite3") as database:
        yield "dump", "\n".join(database.iterdump()).encode()
    broker = redis.Redis.from_url((data / "redis-url").read_text())
    for key in broker.scan_iter():
        yield f"redis {key!r}", key + b"\0" + (broker.dump(key) or b"")


def test_no_value_lies_readable_anywhere(desk: Desk, other_desk: Desk, pictures: dict[str, Path]) -> None:
    url = file_one(desk, pictures)
    officer = other_desk
    visited: list[str] = []
    officer.page.on("request", lambda request: visited.append(request.url))
    open_as_officer(officer, url)
    # The note's form may be folded; it is a plain form anyway.
    form = officer.page.locator("form[action$='/note/']").first
    form.evaluate("(form, text) => { form.elements.text.value = text; form.submit(); }", NOTE)
    expect(officer.page.get_by_text("Note added.")).to_be_visible()
    tick_warnings(officer)
    officer.page.locator("#open-next").uncheck()
    officer.page.locator("#approve").click()
    officer.status("Approved")
    found = {name: words for name, content in stored(desk.stack) if (words := hits(content))}
    assert found == {}
    vendors = b"".join(path.read_bytes() for path in (desk.stack.folder / "data").glob("sandbox.sqlite3*"))
    assert hits(vendors), "the search finds them where they do lie: in the vendor's own store"
    assert not hits("\n".join(visited).encode())
    for person in (desk, officer):
        kept = person.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        assert not hits(kept.encode())


def file_one(desk: Desk, pictures: dict[str, Path], email: str = EMAIL) -> str:
    """Submit from draft to pending with these values, which the vendor also reads from the ID."""
    email = only_once(email)
    visited: list[str] = []
    desk.page.on("request", lambda request: visited.append(request.url))
    read = {name: CANARIES[name] for name in ("name", "document_number", "date_of_birth")}
    desk.stack.control.ocr(email, **read)
    desk.log_in("agent")
    desk.go("/submissions/new/")
    desk.page.get_by_label("Project").select_option("Demo: standard")
    desk.page.get_by_label("Issuing country").fill("KOR")
    desk.page.get_by_label("ID type").select_option("passport")
    desk.page.get_by_label("Customer's e-mail").fill(email)
    desk.press("Create draft")
    desk.status("Draft")
    upload(desk, "id_front", pictures["id"])
    upload(desk, "selfie", pictures["selfie"])
    send_step1(desk)
    for name, value in CANARIES.items():
        field = desk.page.locator(f"#f-{name}")
        field.evaluate("(field) => field.closest('details')?.setAttribute('open', '')")
        field.fill(value)
    send_step2(desk, "Pending review")
    assert not hits("\n".join(visited).encode())
    return desk.page.url


def test_others_are_shown_no_values(desk: Desk, other_desk: Desk, pictures: dict[str, Path]) -> None:
    url = file_one(desk, pictures, f"second.{EMAIL}")
    pk = re.search(r"/submissions/([0-9a-f-]{36})/", url)
    assert pk is not None
    other_desk.log_in("admin")
    pages = ("/admin/submissions/submission/", f"/admin/submissions/submission/{pk[1]}/change/", f"/retention/{pk[1]}/")
    for path in (*pages, f"/review/{pk[1]}/", "/settings/"):
        other_desk.go(path)
        assert not hits(other_desk.page.content().encode()), path
    other_desk.page.context.clear_cookies()
    other_desk.log_in("agent2")
    for path in ("/submissions/", f"/submissions/{pk[1]}/", "/"):
        other_desk.go(path)
        assert not hits(other_desk.page.content().encode()), path
    other_desk.page.context.clear_cookies()
    other_desk.log_in("officer2")
    other_desk.go(f"/submissions/{pk[1]}/")
    assert CANARIES["document_number"] not in other_desk.page.content(), "numbers are masked without a claim"
