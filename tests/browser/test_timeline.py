"""The timeline, by keyboard, mouse and touch, in both themes, with a script and without."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from curation.models import Action, AuditEntry, Listing
from curation.portal import portal_client
from curation.services import audit, demo
from tests.browser.axe import violations

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
LONG = "Données ouvertes de la commande publique, " * 8 + "x" * 80


@pytest.fixture
def story(portal, editor) -> None:
    """Tell the ninety days of the demo."""
    demo.create_accounts()
    demo.create_history(portal_client())


@pytest.fixture
def timeline(story, page) -> Page:
    page.goto("/timeline/")
    return page


def bars(page: Page, row: int) -> Locator:
    """Return the bars of a row of the chart, counted from 1; the pins are row 0."""
    return page.locator("[data-bars]").nth(row).locator("a")


def label(bar: Locator) -> str:
    return bar.get_attribute("aria-label") or ""


def title_of(bar: Locator) -> str:
    """Return the title of the item that a bar belongs to."""
    text = bar.get_attribute("data-text") or "?"
    return label(bar).removesuffix(text).rstrip(": \xa0\u202f")


def tip(page: Page) -> Locator:
    return page.locator(".tip")


def expect_tip(page: Page, bar: Locator) -> None:
    """Expect the tip to say what a bar's label says, within the window."""
    expect(tip(page)).to_be_visible()
    expect(tip(page)).to_contain_text(bar.get_attribute("data-text") or "?")
    expect(tip(page).locator("b")).to_have_text(title_of(bar))
    box, size = tip(page).bounding_box(), page.viewport_size
    assert box
    assert size
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]


@pytest.mark.firefox
def test_the_chart_is_one_stop_with_arrows_between_bars(timeline):
    stops = timeline.locator("[data-chart] a[tabindex='0']")
    expect(stops).to_have_count(1)

    timeline.locator("#period-chosen").focus()
    timeline.keyboard.press("Tab")
    first, second = bars(timeline, 1).nth(0), bars(timeline, 1).nth(1)
    expect(first).to_be_focused()
    expect_tip(timeline, first)

    timeline.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    expect_tip(timeline, second)
    timeline.keyboard.press("ArrowLeft")
    timeline.keyboard.press("ArrowLeft")  # nothing comes before
    expect(first).to_be_focused()

    timeline.keyboard.press("End")
    expect(bars(timeline, 1).last).to_be_focused()
    timeline.keyboard.press("ArrowDown")
    expect(bars(timeline, 2).last).to_be_focused()  # both reach the end
    timeline.keyboard.press("Home")
    expect(bars(timeline, 2).first).to_be_focused()

    for _row in range(2):
        timeline.keyboard.press("ArrowUp")
    pin = timeline.locator("[data-bars] a:focus")
    assert pin.get_attribute("href", timeout=2000).startswith("/history/")
    expect_tip(timeline, pin)
    timeline.keyboard.press("ArrowUp")  # nothing is above
    expect(pin).to_be_focused()

    # Where one was is where one comes back, and the tip goes with the focus.
    timeline.keyboard.press("Tab")
    expect(timeline.locator("[data-chart] a:focus")).to_have_count(0)
    expect(tip(timeline)).to_be_hidden()
    timeline.keyboard.press("Shift+Tab")
    expect(pin).to_be_focused()
    expect(stops).to_have_count(1)


def test_escape_takes_the_tip_away_and_enter_goes_to_the_row_of_the_table(timeline):
    bar = bars(timeline, 3).first
    bar.focus()
    expect_tip(timeline, bar)

    timeline.keyboard.press("Escape")
    expect(tip(timeline)).to_be_hidden()
    expect(bar).to_be_focused()

    timeline.keyboard.press("Enter")
    row = timeline.locator("tr:target")
    expect(row).to_have_count(1)
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text(title_of(bar))


def test_a_pin_leads_to_who_changed_the_list(timeline):
    pin = bars(timeline, 0).last
    who = (pin.get_attribute("data-text") or "").split(",")[0]

    pin.locator(".reach").hover()
    expect_tip(timeline, pin)
    pin.locator(".reach").click()

    expect(timeline.locator("main")).to_contain_text(who)
    expect(timeline).to_have_url(re.compile(r"/history/"))


def test_the_tip_follows_the_mouse_and_can_be_reached_by_it(timeline):
    bar = bars(timeline, 2).last
    bar.hover()
    expect_tip(timeline, bar)

    tip(timeline).hover()
    expect(tip(timeline)).to_be_visible()
    timeline.locator("h1").hover()
    expect(tip(timeline)).to_be_hidden()


def test_another_list_and_period_without_a_new_page(timeline):
    timeline.evaluate("document.body.dataset.same = 'yes'")
    datasets = label(bars(timeline, 1).first)

    timeline.locator("#list-reuses").press("Enter")

    expect(timeline.locator("#list-reuses")).to_have_attribute("aria-current", "true")
    expect(timeline.locator("#list-reuses")).to_be_focused()
    assert label(bars(timeline, 1).first) != datasets
    expect(timeline).to_have_url(re.compile(r"list=reuses&period=90d$"))
    expect(timeline.locator("[data-chart] a[tabindex='0']")).to_have_count(1)

    timeline.locator("#period-30d").click()
    expect(timeline.locator("#period-30d")).to_have_attribute("aria-current", "true")
    heading = timeline.locator("#chart-title").text_content() or "?"
    expect(timeline.locator("#live")).to_have_text(heading)

    timeline.go_back()
    expect(timeline.locator("#period-90d")).to_have_attribute("aria-current", "true")
    expect(timeline.locator("html")).to_have_count(1)


def test_two_dates_by_keyboard_and_what_is_wrong_with_them(timeline, trouble):
    chosen = timeline.locator("#period-chosen")
    chosen.press("Enter")
    since, until = timeline.get_by_label("Premier jour"), timeline.get_by_label("Dernier jour")
    expect(since).to_be_visible()

    trouble.expect("422")
    first, last = since.input_value(), until.input_value()
    since.fill(last)
    until.fill(first)
    show = timeline.get_by_role("button", name="Afficher")
    show.press("Enter")

    wrong = timeline.get_by_text("La période finit avant d’avoir commencé.").first
    expect(wrong).to_be_visible()
    expect(since).to_be_focused()
    expect(since).to_have_value(last)
    expect(since).to_have_attribute("aria-describedby", "misdated")

    since.fill(first)
    until.fill(first)
    show.click()
    expect(chosen).to_have_attribute("aria-current", "true")
    expect(chosen).to_be_focused()
    expect(since).to_be_hidden()
    expect(timeline).to_have_url(re.compile(rf"list=datasets&from={first}&to={first}$"))


def test_an_item_leads_to_its_own_page_and_back(timeline):
    title = timeline.locator("tbody tr").nth(1).locator("th a")
    name = title.text_content() or "?"

    title.click()

    expect(timeline.get_by_role("heading", level=1)).to_have_text(name.strip())
    expect(timeline.locator(".figures dd")).to_have_count(3)
    bar = bars(timeline, 1).first
    bar.focus()
    expect_tip(timeline, bar)
    timeline.locator("#period-12m").click()
    expect(timeline.locator("#period-12m")).to_have_attribute("aria-current", "true")
    timeline.locator(".crumb a").click()
    expect(timeline.locator("#period-12m")).to_have_attribute("aria-current", "true")


def test_long_titles_on_a_narrow_screen(story, visit, editor):
    listing = Listing.objects.get(pk="datasets")
    audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        before=listing.live,
        after=listing.live[::-1],
        titles=dict.fromkeys(listing.live, LONG),
    )
    page = visit(editor, viewport=NARROW, has_touch=True, is_mobile=True).new_page()

    page.goto("/timeline/")

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    bar = bars(page, 1).first
    bar.focus()
    expect_tip(page, bar)
    bar.tap()
    expect(page.locator("tr:target")).to_be_in_viewport()

    page.locator("tr:target th a").tap()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


def test_without_a_script_bars_are_links_and_periods_a_form(story, visit, editor):
    page = visit(editor, java_script_enabled=False).new_page()
    page.goto("/timeline/")

    bar = bars(page, 2).first
    bar.click()
    expect(page.locator("tr:target")).to_contain_text(title_of(bar))

    page.locator("#period-30d").click()
    expect(page.locator("#period-30d")).to_have_attribute("aria-current", "true")
    page.locator("#period-chosen").click()
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#period-chosen")).to_have_attribute("aria-current", "true")
    expect(page.locator("tbody tr").first).to_be_visible()


def test_the_table_as_a_file(timeline):
    with timeline.expect_download() as download:
        timeline.get_by_role("link", name="Télécharger en CSV").click()

    text = download.value.path().read_text(encoding="utf-8-sig")
    assert download.value.suggested_filename.startswith("exposures-datasets-")
    assert text.startswith("listing,item,title")
    assert len(text.splitlines()) > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"width": 1440, "height": 1000}, NARROW], ids=["wide", "narrow"])
def test_axe_finds_nothing(story, visit, editor, trouble, scheme, size):
    page = visit(editor, color_scheme=scheme, viewport=size).new_page()
    item = AuditEntry.objects.filter(listing="datasets").latest("sequence").after[0]

    page.goto("/timeline/")
    bars(page, 2).first.focus()
    assert violations(page) == []
    page.goto(f"/timeline/datasets/{item}/")
    assert violations(page) == []
    page.goto("/timeline/?from=2025-01-01&to=2025-02-01")
    assert violations(page) == []
    page.goto("/timeline/?list=reuses&period=12m")
    page.locator("#period-chosen").click()
    assert violations(page) == []
    trouble.expect("422")
    page.goto("/timeline/?from=2025-02-01&to=2025-01-01")
    assert violations(page) == []
