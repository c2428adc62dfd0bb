"""What axe finds on a page as it is."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
# All that the colours of the theme change.
CONTRAST = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
# What an open list or menu may hide in part: the part that can be seen may be a small target.
COVERED = (
    *(".page__head", ".column__list", ".foot"),
    ".column:not(:has([role=combobox][aria-expanded=true]))",
)


def violations(page: Page, options: dict = EVERYTHING) -> list[str]:
    """Return each rule that is broken, with what breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    exclude = COVERED if page.locator(".pop:visible, .menu[open]").count() else ()
    context = {"include": [["html"]], "exclude": [[selector] for selector in exclude]}
    found = page.evaluate(
        "async ([context, options]) => (await axe.run(context, options)).violations",
        [context, options],
    )
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
