"""An officer's day in Chromium: queue, claims, review page, decisions and keyboard, with one and two officers."""

import re
from typing import Any

import pytest
from playwright.sync_api import Request, expect

from tests.browser.axe import check_accessible
from tests.browser.conftest import Desk
from tests.browser.review_actions import claim, file, tick_by_key

pytestmark = pytest.mark.browser

PAGE_LIMIT = 220_000  # transferred bytes without the submission's images; the queue is smaller
QUEUE_LIMIT = 200_000
WEIGHT = """
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .filter((entry) => !entry.name.includes("/images/") && !entry.name.startsWith("blob:"))
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""


def test_queue_search_filters_and_views(desk: Desk, other_desk: Desk) -> None:
    first, second = file(desk, {"country": "JPN"}, {"country": "JPN", "values": {"name": "Edit Ed"}})
    page = desk.log_in("officer").page
    desk.go("/review/")
    page.get_by_label("Country", exact=True).fill("JPN")
    page.get_by_label("Country", exact=True).press("Enter")
    page.wait_for_url("**/?country=JPN")
    page.get_by_text("More filters").click()
    page.get_by_label("Edited values").check()
    page.wait_for_url("**&edits=1")
    assert page.url.endswith("?country=JPN&edits=1")
    expect(page.locator(f"a[href='/review/{second}/']")).to_be_visible()
    expect(page.locator(f"a[href='/review/{first}/']")).to_have_count(0)
    page.locator(".tab-row summary").click()
    page.get_by_label("View name").fill("Edited Japanese")
    page.get_by_label("Share with all reviewers").check()
    desk.press("Save view")
    expect(page.locator(".tabs a[aria-current]")).to_contain_text("Edited Japanese")
    view = page.locator(".tabs a[aria-current]").get_attribute("href")
    desk.shot("queue-view")
    colleague = other_desk.log_in("manager").page
    other_desk.go(str(view))
    expect(colleague.locator(f"a[href='/review/{second}/']")).to_be_visible()
    page.get_by_label("Search", exact=True).fill("edit ED")
    page.get_by_label("Search", exact=True).press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("#queue tbody tr")).to_have_count(1)
    assert "edit" not in page.url.partition("q=")[2].casefold()
    expect(page.get_by_label("Search", exact=True)).to_have_value("edit ED")


def test_queue_refreshes_in_place_and_a_claim_is_seen_by_all(desk: Desk, other_desk: Desk) -> None:
    pks = file(desk, {"country": "FRA"}, {"country": "FRA"})
    page = desk.log_in("manager").page
    desk.go("/review/?country=FRA")
    for pk in pks:
        page.locator(f"input[value='{pk}']").check()
    page.locator(f"a[href='/review/{pks[0]}/']").focus()
    claim(other_desk.log_in("officer2"), pks[0])
    row = page.locator("tr", has=page.locator(f"a[href='/review/{pks[0]}/']"))
    expect(row).to_contain_text("Elena Novak", timeout=20_000)
    for pk in pks:
        expect(page.locator(f"input[value='{pk}']")).to_be_checked()
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"/review/{pks[0]}/"
    page.locator("#assign").get_by_role("button", name="Omar Haddad").click()
    expect(page.get_by_text("2 submissions assigned to Omar Haddad")).to_be_visible()


def test_two_press_next_at_once_and_get_two(desk: Desk, other_desk: Desk) -> None:
    file(desk, {}, {}, {}, {})
    pages = [desk.log_in("officer").page, other_desk.log_in("officer2").page]
    for one in (desk, other_desk):
        one.go("/review/")
    for page in pages:
        page.evaluate("document.querySelector('#next').click()")
    for page in pages:
        page.wait_for_url(re.compile(r"/review/[0-9a-f-]{36}/$"))
        expect(page.locator("#verdict")).to_be_visible()
    assert pages[0].url != pages[1].url


def test_second_of_two_is_told_who_did_what_and_loses_nothing(desk: Desk, other_desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.locator("#id_comment").fill("Typed with care.")
    desk.stack.query(f"Submission.objects.filter(pk='{pk}').update(claimed_until='2020-01-01T00:00:00Z')")
    other = claim(other_desk.log_in("officer2"), pk)
    tick_by_key(other)
    other.locator("#open-next").uncheck()
    other.locator("#approve").click()
    expect(other.locator("#undo")).to_be_visible()
    tick_by_key(page)
    page.locator("#approve").click()
    expect(page.get_by_text("Decision not submitted. Elena Novak has approved it.")).to_be_visible()
    expect(page.get_by_text("Typed with care.")).to_be_visible()


def test_hand_over_with_a_note(desk: Desk, other_desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.get_by_text("Reassign", exact=True).click()
    page.get_by_label("New assignee", exact=True).select_option("officer2")
    page.get_by_label("Note for the new assignee").fill("Compare the ears.")
    desk.press("Reassign submission")
    expect(page.get_by_text("reassigned to Elena Novak")).to_be_visible()
    other = other_desk.log_in("officer2").page
    other_desk.go("/")
    row = other.locator("tr", has=other.locator(f"a[href='/review/{pk}/']")).first
    expect(row).to_contain_text("Omar Haddad")
    other_desk.go(f"/review/{pk}/")
    other.locator("#tabs a[href='#notes']").click()
    expect(other.get_by_text("Compare the ears.")).to_be_visible()


def test_claim_that_ends_is_warned_of_and_kept_by_a_key(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = desk.log_in("officer").page
    page.clock.install()
    claim(desk, pk)
    page.locator("#id_comment").fill("Half a thought")
    page.locator("h1").focus()
    page.clock.fast_forward("26:00")
    expect(page.locator("#claim-warning")).to_contain_text("ends in a few minutes")
    desk.shot("claim-ending")
    page.locator("h1").focus()
    page.keyboard.press("e")
    expect(page.locator("#claim-warning")).to_be_hidden()
    expect(page.locator("#id_comment")).to_have_value("Half a thought")


def test_console_shows_everything_without_scrolling_and_by_keys(desk: Desk) -> None:
    edited = {"values": {"name": "Minsea Exampel"}, "reasons": {"name": "The card says it so"}}
    (pk,) = file(desk, {"tags": "+liveness2", **edited})
    desk.log_in("officer")
    seen = desk.page.locator("form[action='/alerts/seen/'] button")
    if seen.count():  # another test's clock may have raised alerts, which take a line until they are seen
        seen.first.click()
        expect(seen).to_have_count(0)
    page = claim(desk, pk)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.keyboard.press("x")
    for part in (
        "[data-frame=id] .shown .picture",
        "[data-frame=selfie] .shown .picture",
        ".score-bar >> nth=0",
        ".score-bar >> nth=1",
        "input[name=warning] >> nth=0",
        "input[name=warning] >> nth=1",
        "#approve",
        "#reject",
        "#submit-reject",
        "#claim",
    ):
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= 720, part
        assert box["x"] + box["width"] <= 1280, part
    left, right = (page.locator(f"[data-frame={name}] .shown .stage").bounding_box() for name in ("id", "selfie"))
    assert left is not None
    assert right is not None
    assert (left["width"], left["height"], left["y"]) == (right["width"], right["height"], right["y"])
    starts = [page.locator(".score-bar").nth(at).bounding_box() for at in (0, 1)]
    assert starts[0] is not None
    assert starts[1] is not None
    assert (starts[0]["x"], starts[0]["width"]) == (starts[1]["x"], starts[1]["width"]), "one axis"
    expect(page.locator("[data-frame=selfie] .thumb")).to_have_count(3)
    expect(page.locator("[data-frame=selfie] .thumb").nth(2)).to_contain_text("liveness_error")
    page.keyboard.press("Escape")
    page.locator("h1").focus()
    page.keyboard.press("1")
    expect(page.locator("[data-frame=selfie] .shown .frame-tag")).to_contain_text("Selfie, attempt 1")
    page.locator("[data-frame=selfie] .thumb").first.click()
    expect(page.locator("[data-frame=selfie] .shown .frame-tag")).to_contain_text("Selfie, attempt 3")
    for key in ("+", "r", "b", "ArrowRight"):
        page.keyboard.press(key)
    looks = page.locator(".pane.shown .picture").evaluate_all(
        "pictures => pictures.map(picture => picture.style.transform + picture.style.filter)"
    )
    assert len(looks) == 2
    assert len(set(looks)) == 1, "both images move together"
    assert "rotate(90deg)" in looks[0]
    assert "brightness" in looks[0]
    page.keyboard.press("0")
    page.keyboard.press("d")
    expect(page.locator(".document.shown")).to_contain_text("ID front")
    expect(page.locator(".compare tbody tr").first).to_have_class("is-diff")
    page.keyboard.press("l")
    expect(page.locator(".compare tbody tr:visible")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.get_by_text("Verification result (not the outcome)")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("#timeline .event:visible").first).to_be_in_viewport()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    desk.shot("keys")


def test_what_is_typed_is_not_thrown_away_unasked(desk: Desk) -> None:
    first, _second = file(desk, {}, {})
    page = claim(desk.log_in("officer"), first)
    page.wait_for_load_state()
    page.locator("#id_comment").fill("Half a verdict")
    page.locator("#open-next").uncheck()
    page.locator("#reject").click()
    page.locator("#tabs a[href='#notes']").click()
    page.locator("#notes textarea").fill("Half a note")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#unsent")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#unsent")).not_to_be_visible()
    expect(page.locator("#id_comment")).to_have_value("Half a verdict")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.assign('/')")
    page.locator("#submit-reject").click()
    expect(page.locator("#problems")).to_be_visible()
    assert asked == ["beforeunload"]
    expect(page.locator("#id_comment")).to_have_value("Half a verdict")
    expect(page.locator("#notes textarea")).to_have_value("Half a note")
    page.locator("#tabs a[href='#notes']").click()
    desk.press("Add note")
    expect(page.locator(".note-item")).to_contain_text("Half a note")
    expect(page.locator("#notes textarea")).to_have_value("")
    expect(page.locator("#id_comment")).to_have_value("Half a verdict")
    page.locator("#next").click()
    desk.press("Discard entries")
    page.wait_for_url(lambda url: first not in url)
    expect(page.locator("#id_comment")).to_have_value("")


def test_an_evidence_pack_is_downloaded_from_the_desk(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.locator("#tabs a[href='#details']").click()
    page.get_by_text("Evidence pack (PDF)").click()
    page.get_by_label("Reason for the evidence pack").fill("Asked for by the auditor")
    with page.expect_download() as download:
        desk.press("Download PDF")
    assert download.value.suggested_filename.endswith(".pdf")
    expect(page.locator("#claim-warning")).not_to_be_visible()


def test_back_asks_too(desk: Desk) -> None:
    first, _second = file(desk, {}, {})
    page = claim(desk.log_in("officer"), first)
    page.wait_for_load_state()
    page.locator("#next").click()
    page.wait_for_url(lambda url: first not in url)
    second = page.url
    page.locator("#id_comment").fill("Half a verdict")
    page.evaluate("history.back()")
    desk.press("Stay here")
    assert page.url == second
    expect(page.locator("#id_comment")).to_have_value("Half a verdict")
    page.evaluate("history.back()")
    desk.press("Discard entries")
    page.wait_for_url(lambda url: first in url)


def test_single_keys_off_leave_every_button(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer2"), pk)
    page.keyboard.press("?")
    desk.press("Turn off single keys")
    expect(page.get_by_text("Single keys are off; every button")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#verdict")).to_have_attribute("data-chosen", "")
    page.keyboard.press("?")
    desk.press("Turn on single keys")
    expect(page.get_by_text("Single keys are on.").first).to_be_visible()


def test_ask_the_agent_and_read_the_answer(desk: Desk, other_desk: Desk, pictures: dict[str, Any]) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    page.locator("#id_comment").fill("Meanwhile")
    page.keyboard.press("Escape")
    page.locator("h1").focus()
    page.keyboard.press("q")
    page.get_by_label("Question to the agent").fill("Is there a second name?")
    desk.press("Ask agent")
    expect(page.get_by_text("Question sent to the agent.")).to_be_visible()
    expect(page.locator("#id_comment")).to_have_value("Meanwhile")
    agent = other_desk.log_in("agent").page
    other_desk.go("/")
    agent.locator(f"a[href='/submissions/{pk}/']").first.click()
    expect(agent.get_by_text("Is there a second name?")).to_be_visible()
    other_desk.shot("question")
    agent.get_by_label("Answer").fill("Yes, on the back.")
    agent.get_by_label("Image or PDF").set_input_files(pictures["id"])
    other_desk.press("Send answer")
    expect(agent.get_by_text("The reviewer sees it in the queue")).to_be_visible()
    desk.go(f"/review/{pk}/")
    page.keyboard.press("q")
    expect(page.get_by_text("Yes, on the back.")).to_be_visible()
    expect(page.get_by_role("button", name="Attachment")).to_be_visible()


def test_refusal_of_the_vendor_in_plain_words(desk: Desk) -> None:
    (pk,) = file(desk, {})
    page = claim(desk.log_in("officer"), pk)
    desk.stack.query("Project.objects.filter(name='Demo: standard').update(admin_email='stranger@example.com')")
    try:
        page.locator("#open-next").uncheck()
        page.locator("#reject").click()
        page.locator("#find-reason").fill("policy company")
        page.keyboard.press("Enter")
        expect(page.locator("#tell")).to_contain_text("We could not complete the check.")
        page.locator("#id_comment").fill("Against our policy, see note.")
        page.locator("#submit-reject").click()
        expect(page.get_by_text("admin e-mail is not registered")).to_be_visible(timeout=40_000)
        expect(page.locator("#id_comment")).to_have_value("Against our policy, see note.")
    finally:
        desk.stack.query("Project.objects.filter(name='Demo: standard').update(admin_email='reviewer@example.com')")


def test_pages_are_accessible_light_enough_and_ask_nobody_else(desk: Desk, other_desk: Desk) -> None:
    """Queue and review page: claimed, unclaimed, second review, decided, and with the vendor as reviewer."""
    pending, decided, second, vendors = file(desk, {}, {"tags": "+approved", "to": "approved"}, {}, {})
    requests: list[Request] = []
    page = desk.log_in("officer").page
    page.on("request", lambda request: requests.append(request))

    def look(path: str, name: str) -> None:
        desk.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(WEIGHT) < (QUEUE_LIMIT if name == "queue" else PAGE_LIMIT), name
        check_accessible(page, name)
        desk.shot(f"review-{name}")

    look("/review/?view=all", "queue")
    look(f"/review/{pending}/", "unclaimed")
    claim(desk, pending)
    look(f"/review/{pending}/", "claimed")
    look(f"/review/{decided}/", "decided")
    change = "Project.objects.filter(name='Demo: standard').update"
    try:
        desk.stack.query(f"{change}(second_review='all')")
        first = claim(other_desk.log_in("officer2"), second)
        tick_by_key(first)
        first.locator("#open-next").uncheck()
        first.locator("#approve").click()
        expect(first.locator("#decision-state")).to_contain_text("Awaiting another reviewer")
        claim(desk, second)
        expect(page.get_by_text("Another reviewer has given a first decision")).to_be_visible()
        look(f"/review/{second}/", "second")
        desk.stack.query(f"{change}(second_review='none', reviewer='vendor')")
        look(f"/review/{vendors}/", "vendor-decides")
        expect(page.get_by_text("ARGOS decides").first).to_be_visible()
        expect(page.locator("#verdict")).to_have_count(0)
    finally:
        desk.stack.query(f"{change}(second_review='none', reviewer='client')")
    assert [r.url for r in requests if not r.url.startswith((desk.stack.url, f"blob:{desk.stack.url}", "data:"))] == []
