"""What a page is held to: its width, and what axe says."""

import gzip
import json
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders

SHOTS = Path(__file__).parent / "screenshots"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
DARK = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# What a sticky bar happens to cover before one scrolls is not too small a target.
UNSTICK = """() => document.querySelectorAll("main *").forEach(element => {
    if (getComputedStyle(element).position === "sticky") element.style.position = "static"
})"""


def too_wide_by(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def violations(page, options=WCAG) -> list[str]:
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
