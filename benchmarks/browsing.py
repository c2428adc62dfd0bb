"""What a browser loads and does: requests, bytes, and how soon a dropped item is drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from shutil import which
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.serving import Server

# From the release of the pointer to the end of the work that it causes, and of the next frame's,
# without the wait for that frame. The first listener of all begins, the last one ends. And of each
# frame while an item is carried: what its callbacks do, style, layout and paint.
_CLOCK = """
window.drops = [];
window.carries = [];
let began = 0, isCarried = false;
function carry() {
  if (!isCarried) return;
  const frame = performance.now(), painted = new MessageChannel();
  painted.port1.onmessage = () => carries.push(performance.now() - frame);
  painted.port2.postMessage(0);
  requestAnimationFrame(carry);
}
addEventListener("pointerdown", () => { isCarried = true; requestAnimationFrame(carry); }, true);
addEventListener("pointerup", () => { isCarried = false; }, true);
addEventListener("pointerup", () => { began = performance.now(); }, true);
addEventListener("pointerup", () => {
  const handled = performance.now() - began;
  requestAnimationFrame(() => {
    const frame = performance.now(), painted = new MessageChannel();
    painted.port1.onmessage = () => drops.push(handled + performance.now() - frame);
    painted.port2.postMessage(0);
  });
});
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the installed Chromium (CHROMIUM names another), which takes no sandbox as root."""
    path = os.environ.get("CHROMIUM") or which("chromium") or which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--disable-background-networking", "--no-sandbox"][: 2 - bool(os.geteuid())],
        )
        try:
            yield browser
        finally:
            browser.close()


def _context(browser: Browser, server: Server) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="fr-FR")
    cookie: Any = {"name": "sessionid", "value": server.session_key, "url": server.url}
    context.add_cookies([cookie])
    return context


@dataclass
class Visit:
    """What came over the network, compressed as it was sent, headers included.

    Pictures of the portal are counted apart: they are loaded by whatever shows its items.
    """

    requests: int = 0
    kilobytes: float = 0.0
    documents: int = 0
    pictures: int = 0
    pictures_kilobytes: float = 0.0


def visits(browser: Browser, server: Server) -> tuple[Visit, Visit]:
    """Visit a page for the first time, then again; its cache is the browser's own."""
    with _context(browser, server) as context:
        page = context.new_page()
        return _visit(page, server), _visit(page, server)


def _visit(page: Page, server: Server) -> Visit:
    visit = Visit()
    kinds: dict[str, str] = {}
    foreign: set[str] = set()
    cached: set[str] = set()
    network = page.context.new_cdp_session(page)

    def finished(event: dict[str, Any]) -> None:
        identity = event["requestId"]
        if identity not in kinds or identity in cached:
            return
        if identity in foreign:
            visit.pictures += 1
            visit.pictures_kilobytes += event["encodedDataLength"] / 1024
        else:
            visit.requests += 1
            visit.kilobytes += event["encodedDataLength"] / 1024
            visit.documents += kinds[identity] == "Document"

    def sent(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            kinds[event["requestId"]] = event["type"]
        if event["type"] == "Image" and not event["request"]["url"].startswith(server.url):
            foreign.add(event["requestId"])

    network.on("Network.requestWillBeSent", sent)
    network.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    page.goto(server.url + server.path, wait_until="networkidle")
    network.detach()
    return visit


def drags(browser: Browser, server: Server, times: int) -> tuple[float, float]:
    """Drag an item down the list and back.

    Return milliseconds of work: the median of the drops, and what nineteen of twenty frames
    before it stay below.
    """
    with _context(browser, server) as context:
        page = context.new_page()
        page.add_init_script(_CLOCK)
        page.goto(server.url + server.path, wait_until="networkidle")
        rows = page.locator("ol[data-listing=datasets] > li[data-id]")
        for turn in range(times):
            source, target = (1, 4) if turn % 2 == 0 else (4, 1)
            grip = rows.nth(source).locator(".item__handle")
            grip.scroll_into_view_if_needed()
            start, end = grip.bounding_box(), rows.nth(target).bounding_box()
            assert start
            assert end
            page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
            page.mouse.down()
            page.mouse.move(start["x"] + 20, end["y"] + end["height"] / 2, steps=30)
            with page.expect_response(lambda response: "/move/" in response.url):
                page.mouse.up()
            page.wait_for_function("n => drops.length >= n", arg=turn + 1)
        return median(page.evaluate("drops")), quantiles(page.evaluate("carries"), n=20)[-1]
