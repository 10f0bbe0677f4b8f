"""The capture with a customer present: few actions, nothing lost, nothing sent twice, all of it by keyboard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from submissions.core import clock
from tests.browser.actions import Pictures
from tests.browser.addresses import only_once
from tests.browser.conftest import Desk
from tests.browser.gathering_actions import LICENCE, draft_of, saved, tab_to

pytestmark = pytest.mark.browser

READ = {
    "fullName": "MINSEO EXAMPLE",
    "birthDate": "1990-02-03",
    "licenseNumber": "11-21-123456-78",
    "serialNumber": "A1B2C3",
}


class Practised:
    """Count every click, key and chosen file; typing a value into a field does not count."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.actions = desk, list[str]()

    def do(self, what: str, action: Callable[[], Any]) -> None:
        self.actions.append(what)
        action()


def calls_of(desk: Desk, email: str, endpoint: str) -> int:
    return sum(call["fields"].get("email") == only_once(email) for call in desk.stack.control.received(endpoint))


def test_a_licence_takes_at_most_six_clicks(desk: Desk, pictures: Pictures) -> None:
    email = only_once("practised@example.com")
    desk.stack.control.ocr(email, **READ)
    page = desk.log_in("agent2").page
    desk.go("/")
    agent = Practised(desk)
    agent.do("New submission", lambda: page.get_by_role("link", name="New submission").first.click())
    expect(page.get_by_label("Customer's e-mail")).to_be_focused()
    page.keyboard.type(email)
    page.get_by_label("Project").select_option("Demo: standard")  # an experienced agent's own is already there
    page.get_by_label("Issuing country").fill("KOR")
    page.get_by_label("Issuing country").blur()
    page.get_by_label("ID type").select_option("drivers_license")
    both = [pictures["id"], pictures["selfie2"]]
    for step in ("Choose file", "both files at once", "Open"):  # in the system's dialog: three clicks, or one drop
        agent.actions.append(step)
    page.locator("input[name=id_front]").set_input_files(both)
    expect(page.locator("[data-drop=selfie] img")).to_be_visible()
    agent.do("Send Step 1", lambda: desk.press("Send Step 1"))
    desk.status("Confirm")
    expect(page.locator("#f-name")).to_have_value("MINSEO EXAMPLE")
    agent.do("Send Step 2", lambda: desk.press("Send Step 2"))
    desk.status("Pending review")
    assert len(agent.actions) <= 6, agent.actions
    record = next(kyc for kyc in desk.stack.control.submissions() if kyc["email"] == email)
    assert (record["status"], len(record["attempts"])) == ("pending", 1)


def test_id_types_follow_country_and_project(desk: Desk) -> None:
    page = desk.log_in("agent").page
    desk.go("/submissions/new/")
    page.get_by_label("Project").select_option("Demo: standard")

    def offered() -> list[str]:
        found: list[str] = page.locator("#id_id_type option:not([disabled])").evaluate_all(
            "options => options.map(option => option.value)"
        )
        return found

    page.get_by_label("Issuing country").fill("IND")
    page.get_by_label("Issuing country").blur()
    assert {"aadhaar", "pancard", "passport"} <= set(offered())
    page.get_by_label("Issuing country").fill("South Korea (KOR)")
    page.get_by_label("Issuing country").blur()
    assert not {"aadhaar", "pancard", "universal"} & set(offered())


def test_files_stay_when_the_new_form_comes_back(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    desk.go("/submissions/new/")
    page.locator("input[name=id_front]").set_input_files([pictures["id"], pictures["selfie2"]])
    desk.press("Send Step 1")
    expect(page.locator("#problems")).to_be_visible(timeout=20_000)
    page.get_by_label("Customer's e-mail").fill(only_once("kept-files@example.com"))
    page.get_by_label("Project").select_option("Demo: standard")
    page.get_by_label("Issuing country").fill("KOR")
    page.get_by_label("Issuing country").blur()
    page.get_by_label("ID type").select_option("passport")
    desk.press("Create draft")
    desk.status("Draft")
    expect(page.locator("#f-id_front img")).to_be_visible()
    expect(page.locator("#f-selfie img")).to_be_visible()


def test_an_image_is_pasted_and_the_view_turns(desk: Desk, pictures: Pictures) -> None:
    draft_of(desk.log_in("agent"), "pasted@example.com", pictures)
    page = desk.page
    card = page.locator("#f-id_front")
    before = card.locator("img").get_attribute("src")
    card.get_by_role("button", name="Rotate").click()
    expect(card.locator("img")).to_have_css("transform", "matrix(0, 1, -1, 0, 0, 0)")
    page.evaluate(PASTE, list(pictures["id"].read_bytes()))
    expect(card.locator("img")).not_to_have_attribute("src", before or "", timeout=20_000)


PASTE = """bytes => {
  const held = new DataTransfer();
  held.items.add(new File([new Uint8Array(bytes), " "], "pasted.jpg", { type: "image/jpeg" }));
  document.querySelector("#f-id_front [data-upload]").focus();
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held }));
}"""


def test_a_crashed_browser_loses_nothing_and_keeps_nothing(desk: Desk, other_desk: Desk, pictures: Pictures) -> None:
    url = draft_of(desk.log_in("agent"), "crash@example.com", pictures)
    call_back = f"{clock.today() + timedelta(days=9)}T14:30"
    desk.page.locator("#internal summary").click()
    desk.page.locator("#f-callback_at").fill(call_back)
    saved(desk.page)
    stored = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    kept = desk.page.evaluate(stored)
    assert not any(value in kept for value in (*LICENCE.values(), only_once("crash@example.com"), "M12345678"))
    desk.page.close()
    page = other_desk.log_in("agent").page
    page.goto(url)
    expect(page.locator("#f-name")).to_have_value(LICENCE["name"])
    expect(page.locator("#f-callback_at")).to_have_value(call_back)
    expect(page.locator("#f-selfie img")).to_be_visible()


def test_two_tabs_show_both_values(desk: Desk, pictures: Pictures) -> None:
    url = draft_of(desk.log_in("agent"), "tabs@example.com", pictures)
    one, two = desk.page, desk.page.context.new_page()
    two.goto(url)
    one.locator("#f-name").fill("Typed In The First")
    saved(one)
    two.locator("#f-name").fill("Typed In The Second")
    expect(two.locator("[data-field=name] .error")).to_contain_text("Typed In The First", timeout=20_000)
    two.get_by_role("button", name="Save", exact=True).click()
    expect(two.locator("#problems")).to_contain_text("Typed In The First")
    expect(two.locator("#problems")).to_be_focused()
    expect(two.locator("#f-name")).to_have_value("Typed In The Second")
    two.get_by_role("button", name="Save", exact=True).click()
    expect(two.locator(".message.success")).to_be_visible()
    one.reload()
    expect(one.locator("#f-name")).to_have_value("Typed In The Second")


def test_a_session_that_ends_in_the_middle_loses_nothing(desk: Desk, pictures: Pictures) -> None:
    draft_of(desk.log_in("agent"), "ended@example.com", pictures)
    page = desk.page
    page.context.clear_cookies(name="sessionid")
    page.locator("#f-name").fill("Typed After The End")
    desk.press("Send Step 1")
    expect(page.locator("#saved")).to_contain_text("You are signed out", timeout=20_000)
    expect(page.locator("#f-name")).to_have_value("Typed After The End")
    assert calls_of(desk, "ended@example.com", "step1") == 0
    again = page.context.new_page()
    Desk(again, desk.stack).sign_in("agent")
    expect(again.get_by_role("heading", name="Home")).to_be_visible(timeout=20_000)
    saved(page)  # automatically
    page.locator("#f-name").press("End")
    page.locator("#f-name").press_sequentially(" Again")
    expect(page.locator("[name=was_name]")).to_have_value("Typed After The End Again", timeout=20_000)
    page.reload()
    expect(page.locator("#f-name")).to_have_value("Typed After The End Again")


def test_a_double_press_and_the_back_button_send_once(desk: Desk, pictures: Pictures) -> None:
    email = "double@example.com"
    draft_of(desk.log_in("agent"), email, pictures)
    page = desk.page
    page.get_by_role("button", name="Send Step 1", exact=True).dblclick()
    desk.status("Confirm details")
    page.go_back()
    button = page.get_by_role("button", name="Send Step 1", exact=True)
    if button.count():  # the page as the browser cached it
        button.click()
    else:
        page.reload()
    desk.status("Confirm details")
    assert calls_of(desk, email, "step1") == 1


def test_formats_and_reasons_while_typing(desk: Desk, pictures: Pictures) -> None:
    email = "typing@example.com"
    desk.stack.control.ocr(only_once(email), fullName="Minseo Example", birthDate="1990-02-03")
    draft_of(desk.log_in("agent"), email, pictures)
    page = desk.page
    birth = page.locator("[data-field=date_of_birth]")
    page.locator("#f-date_of_birth").fill("3 Feb 1990")
    page.locator("#f-name").focus()
    expect(birth.locator(".error")).to_contain_text("YYYY-MM-DD")
    page.locator("#f-date_of_birth").fill("2990-02-03")
    expect(birth.locator(".error")).to_contain_text("in the future", timeout=20_000)
    page.locator("#f-date_of_birth").fill("1990-02-03")
    expect(birth.locator(".error")).to_have_count(0, timeout=20_000)
    desk.press("Send Step 1")
    desk.status("Confirm details")
    page.locator("#f-name").fill("Minseo Eun Example")
    why = page.locator("[data-field=name] [data-why]")
    expect(why).to_be_visible()
    page.locator("#f-date_of_issue").fill("2021-03-04")
    page.locator("#f-date_of_expiry").fill("2031-03-03")
    desk.press("Send Step 2")
    expect(page.locator("#problems")).to_contain_text("enter a reason")
    expect(page.locator("#problems")).to_be_focused()
    page.locator("[data-field=name] [data-why] input").fill("The second name is on the back.")
    desk.press("Send Step 2")
    desk.status("Pending review")


def test_all_of_it_by_keyboard(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    desk.go("/submissions/new/")
    expect(page.get_by_label("Customer's e-mail")).to_be_focused()
    page.keyboard.type(only_once("keyboard@example.com"))
    tab_to(page, page.get_by_label("Issuing country"))
    page.keyboard.type("South Korea")
    tab_to(page, page.get_by_label("ID type"))
    page.keyboard.type("Passport")
    page.get_by_label("Issuing country").press("Enter")
    desk.status("Draft")
    tab_to(page, page.get_by_role("button", name="Send Step 1", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_have_attribute("role", "alert")
    tab_to(page, page.locator("#problems a").first)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#f-id_front') !== null")
    tab_to(page, page.locator("#f-name"))
    page.keyboard.type("Minseo Example")
    page.keyboard.press("Enter")
    expect(page.locator(".message.success")).to_be_visible()
    expect(page.locator("#f-name")).to_have_value("Minseo Example")
