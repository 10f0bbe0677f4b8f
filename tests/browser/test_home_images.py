"""Images dropped on the agent's home open the form of a new submission there."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.actions import Pictures
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

DROP = """([zone, names]) => {
    const files = new DataTransfer();
    for (const [name, text] of names)
        files.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, {type: "image/jpeg"}));
    for (const type of ["dragover", "drop"])
        document.querySelector(zone).dispatchEvent(
            new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


def test_dropped_images_make_a_draft_from_home(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    both = [[kind, base64.b64encode(pictures[kind].read_bytes()).decode()] for kind in ("id", "selfie2")]
    page.evaluate(DROP, [".home-drop", both])
    form = page.locator("aside #new")
    expect(form.locator("[data-drop].is-filled img")).to_have_count(2)
    expect(page.get_by_label("Customer's e-mail")).to_be_focused()
    page.keyboard.type("home@example.com")
    form.get_by_role("button", name="Create draft").last.click()
    expect(form.locator("#problems")).to_be_visible()
    expect(form.locator("[data-drop].is-filled img")).to_have_count(2)
    form.get_by_label("Issuing country").fill("KOR")
    form.get_by_label("ID type").select_option("passport")
    form.get_by_role("button", name="Create draft").last.click()
    desk.status("Draft")
    for kind in ("id_front", "selfie"):
        expect(page.locator(f"#f-{kind} img")).to_be_visible(timeout=20_000)


def test_a_chosen_file_opens_the_form_too(desk: Desk, pictures: Pictures) -> None:
    page = desk.log_in("agent").page
    expect(page.get_by_role("link", name="Choose files")).to_be_hidden()
    page.locator(".home-drop input[name=selfie]").set_input_files(pictures["selfie2"])
    expect(page.locator("aside #new [data-drop=selfie].is-filled")).to_have_count(1)
    expect(page.locator("aside #new [data-drop=id_front].is-filled")).to_have_count(0)
