"""Import of customers in Chromium: upload, preview, drafts, the file of the other rows."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser

LINES = """E-mail,Customer number,Issuing country,ID type
imported@example.com,C-9001,KOR,passport
no address,C-9002,KOR,passport
imported@example.com,,JPN,passport
"""


def test_file_is_uploaded_checked_and_becomes_drafts(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(LINES)
    page = desk.log_in("agent").page
    desk.go("/submissions/")
    page.get_by_role("link", name="Import customers").click()
    page.get_by_label("File").set_input_files(file)
    desk.press("Upload and check")
    create = page.get_by_role("button", name="Create 1 draft")
    expect(create).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name="no address")).to_contain_text(
        "E-mail: Enter an e-mail address, for example name@example.com."
    )
    expect(page.get_by_role("row").nth(3)).to_contain_text("Same customer as in line 2")
    check_at_both_widths(page)
    create.click()
    expect(page.get_by_text("Every ready row has a draft now.")).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        desk.press("Download rows without a draft")
    assert "Same customer as in line 2" in download.value.path().read_text()
    page.get_by_role("row", name="imported@example.com").first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("KP-")
