"""Signing in with a passkey, the warning before a session ends, and typed text that survives the end of the session."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser.axe import check_at_both_widths
from tests.browser.conftest import Desk

pytestmark = pytest.mark.browser


def test_passkey_is_added_and_signs_in(desk: Desk) -> None:
    page = desk.page
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    local = desk.stack.url.replace("127.0.0.1", "localhost")  # passkeys are bound to a host name
    page.goto(f"{local}/accounts/login/")
    desk.shot("log-in")
    page.get_by_label("User name").fill("officer2")
    page.get_by_label("Password").fill(desk.stack.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{local}/")
    page.goto(f"{local}/accounts/2fa/")
    desk.shot("second-factors")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("The desk's laptop")
    page.get_by_label("Sign in without my password").check()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.locator(".codes")).to_contain_text(re.compile(r"\d{4}"))
    desk.shot("recovery-codes")
    check_at_both_widths(page)
    page.get_by_label("I have saved them").check()
    page.get_by_role("link", name="Done").click()
    check_at_both_widths(page)
    for path in ("recovery-codes/", "recovery-codes/generate/", "webauthn/"):
        page.goto(f"{local}/accounts/2fa/{path}")
        check_at_both_widths(page)
    for name in ("Rename", "Remove"):
        page.get_by_role("link", name=name, exact=True).click()
        check_at_both_widths(page)
        page.go_back()
    page.locator("summary.user").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{local}/accounts/login/")
    page.get_by_label("User name").fill("officer2")
    page.get_by_label("Password").fill(desk.stack.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Two-factor authentication")).to_be_visible()
    check_at_both_widths(page)
    page.get_by_role("button", name="Cancel and start over").click()
    page.wait_for_url(f"{local}/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{local}/")
    expect(page.get_by_text("Elena Novak").first).to_be_visible()


def test_authenticator_app_is_added_and_removed(desk: Desk) -> None:
    desk.sign_in("manager")
    desk.go("/accounts/2fa/totp/activate/")
    expect(desk.page.locator("img.qr")).to_be_visible()
    desk.shot("authenticator-app")
    secret = desk.page.locator("code.secret").inner_text()
    desk.page.get_by_label("Code from the app").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    desk.press("Set up")
    expect(desk.page.locator(".codes")).to_contain_text(re.compile(r"\d{4}"))
    desk.go("/accounts/2fa/totp/deactivate/")
    check_at_both_widths(desk.page)
    desk.press("Remove app")
    desk.go("/accounts/2fa/")
    expect(desk.page.get_by_role("link", name="Set up an app")).to_be_visible()


def test_sessions_page_names_this_one(desk: Desk) -> None:
    desk.sign_in("manager")
    desk.go("/accounts/sessions/")
    expect(desk.page.get_by_text("this session")).to_be_visible()
    desk.shot("sessions")


def test_warning_before_the_session_ends_is_one_press(desk: Desk) -> None:
    page = desk.page
    page.clock.install()
    desk.sign_in("agent2")
    desk.go("/submissions/new/")
    page.get_by_label("Customer's e-mail").fill("kept@example.com")
    page.route(
        "**/accounts/session/", lambda route: route.abort() if route.request.method == "GET" else route.continue_()
    )
    page.clock.fast_forward(28 * 60 * 1000)
    page.clock.run_for(40_000)
    # The page's request gets no reply, so its own countdown decides.
    expect(page.locator("#session")).to_be_hidden()
    page.unroute("**/accounts/session/")
    page.route(
        "**/accounts/session/",
        lambda route: (
            route.fulfill(json={"signed_in": True, "idle": 100, "whole": 9999, "token": "t"})
            if route.request.method == "GET"
            else route.continue_()
        ),
    )
    page.clock.run_for(20_000)
    expect(page.locator("#session")).to_contain_text("Stay signed in")
    desk.shot("session-warning")


def test_what_was_typed_outlives_the_session(desk: Desk) -> None:
    page = desk.page
    desk.sign_in("agent2")
    desk.go("/submissions/new/")
    page.get_by_label("Customer's e-mail").fill("kept@example.com")
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#session")).to_contain_text("You are signed out")
    desk.shot("session-over")
    desk.press("Create draft")
    assert page.url.endswith("/submissions/new/"), "nothing is sent while signed out"
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new window").click()
    other = opened.value
    other.get_by_label("User name").fill("agent2")
    other.get_by_label("Password").fill(desk.stack.password)
    other.get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(f"{desk.stack.url}/")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#session")).to_be_hidden()
    expect(page.get_by_label("Customer's e-mail")).to_have_value("kept@example.com")
    page.get_by_label("Project").select_option("Demo: standard")
    page.get_by_label("Issuing country").fill("KOR")
    page.get_by_label("ID type").select_option("passport")
    desk.press("Create draft")
    desk.status("Draft")
