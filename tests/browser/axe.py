"""Run axe-core on a page, light and dark: `check_accessible(page)` fails and lists every violation."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests import scale

SCHEMES = ("light", "dark")
# Django's admin fades its links between colour schemes; the final colours count.
SETTLED = """new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next)))
    .then(() => Promise.allSettled(document.getAnimations().map(one => one.finished))).then(() => null)"""
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def check_accessible(page: Page, name: str = "", schemes: Sequence[str] = SCHEMES) -> None:
    """Fail if axe-core finds a violation in these colour schemes. Keep the scroll position; leave the page light."""
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        found += [f"{scheme}: {line}" for line in violations(page)]
    page.emulate_media(color_scheme="light")
    assert not found, f"{name or page.url} is not accessible:\n" + "\n".join(found)


BEYOND_THE_EDGE = """() => {
    const isBeyond = (one) => one.getBoundingClientRect().right > innerWidth + 1;
    const innermost = (one) => isBeyond(one) && ![...one.children].some(isBeyond);
    const found = [...document.querySelectorAll("body *")].filter(innermost);
    return found.slice(0, 3).map((one) => one.outerHTML.slice(0, 200));
}"""


def check_at_both_widths(page: Page) -> None:
    """Check accessibility at both widths, and that the page never scrolls sideways. Leave the page wide.

    A sample checks one width light and the other dark; a full run checks both in both.
    """
    for turn, size in enumerate((NARROW, WIDE)):
        schemes = SCHEMES if scale.FULL else (SCHEMES[(scale.SEED + turn) % 2],)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        check_accessible(page, f"{page.url} at {size['width']}", schemes)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            raise AssertionError(f"{page.url} scrolls sideways at {size['width']}: {page.evaluate(BEYOND_THE_EDGE)}")


def violations(page: Page) -> list[str]:
    """Return one line for each element that violates a rule."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    answer: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{broken['id']} ({broken['impact']}): {broken['help']}: {node['target']} {node['html'][:160]}"
        for broken in answer["violations"]
        for node in broken["nodes"]
    ]
