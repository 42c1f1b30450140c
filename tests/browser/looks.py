"""What a page is held to: its width, and what axe says."""

import gzip
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders

SHOTS = Path(__file__).parent / "screenshots"
Sizes = dict[str, tuple[int, int]]
EVERY_SIZE: Sizes = {"desk": (1366, 768), "tablet": (820, 1180), "phone": (360, 740)}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DARK = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What a sticky bar happens to cover before one scrolls is not too small a target.
UNSTICK = """() => document.querySelectorAll("main *").forEach(element => {
    if (getComputedStyle(element).position === "sticky") element.style.position = "static"
})"""


def settle(page) -> None:
    """Wait for a page: a press returns before the next one stands, and between two is none."""
    page.wait_for_load_state()
    page.locator("body").wait_for(state="attached")


def too_wide_by(page) -> int:
    """CSS pixels that the page is wider than the window."""
    settle(page)
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def shot(page, name: str, *, sizes: Sizes | None = None) -> None:
    """A picture in `screenshots/`, when `DORSA_SHOTS` is set: for a person to look at.

    With `sizes` one for each of them, by its name; the window is as it was afterwards.
    """
    if "DORSA_SHOTS" not in os.environ:
        return
    before = page.viewport_size
    for size, (width, height) in (sizes or {"": (before["width"], before["height"])}).items():
        page.set_viewport_size({"width": width, "height": height})
        picture = "-".join(filter(None, (name, size)))
        page.screenshot(path=SHOTS / f"{picture}.png", full_page=True)
    page.set_viewport_size(before)


def look(page, name: str) -> None:
    """Nothing is wider than the window; a picture of it, for whoever looks."""
    assert too_wide_by(page) <= 0, name
    shot(page, name)


def violations(page, options=WCAG) -> list[str]:
    settle(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # What passed is not described, and stays in the browser: there is a lot of it. None of these
    # laws reads the style sheets themselves, so they are not fetched once more.
    asked = json.dumps(options | {"resultTypes": ["violations"], "preload": False})
    found = page.evaluate(f"axe.run({asked}).then(result => result.violations)")
    return [f"{v['id']}: {json.dumps([n['html'][:120] for n in v['nodes']])}" for v in found]


def smallest_target(page) -> float:
    """The least height, in CSS pixels, of what is pressed on the page itself; no link in a text."""
    return page.evaluate(
        """() => Math.min(...[...document.querySelectorAll("button, a.button, .choice, .nav a")]
            .filter(element => element.checkVisibility() && !element.closest(".skip-link, .toasts"))
            .map(element => element.getBoundingClientRect().height), 999)"""
    )


def weight_of(page) -> tuple[int, list[str]]:
    """Bytes of a first visit, with style sheets and scripts compressed as they are served.

    And the addresses on other machines, of which there must be none. The page itself is counted
    as it is: whether it is compressed is the proxy's business.
    """
    asked = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    here, total = urlsplit(page.url).netloc, len(page.content().encode())
    foreign = [one for one in asked if urlsplit(one).netloc not in {here, ""}]
    for path in {urlsplit(one).path for one in asked if one not in foreign}:
        file = finders.find(path.removeprefix("/static/")) if "/static/" in path else None
        if file:
            total += len(gzip.compress(Path(file).read_bytes()))
    return total, foreign
