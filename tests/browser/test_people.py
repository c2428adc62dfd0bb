"""Who sees what, in which language and in which light."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser


def test_a_reader_sees_everything_and_changes_nothing(visit, portal, reader):
    page = visit(reader).new_page()
    board = Board(page).open()

    board.datasets.shows(portal.live("datasets"))
    expect(page.locator(".item__handle, .item__actions, [role=combobox], .tray")).to_have_count(0)
    expect(page.locator("[data-action]:not([data-action=sign-out])")).to_have_count(0)
    first = board.datasets.rows.first
    box = first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 200, steps=4)
    page.mouse.up()
    page.keyboard.press("Alt+ArrowDown")
    board.datasets.shows(portal.live("datasets"))
    page.goto("/review/")
    expect(page.get_by_role("heading", name="Rien à publier")).to_be_visible()
    page.goto("/history/")
    expect(page.get_by_role("heading", name="Historique")).to_be_visible()
    assert drafted("datasets") is None


def test_somebody_without_a_role_sees_a_page_that_says_so(visit, portal, outsider, trouble):
    page = visit(outsider).new_page()

    trouble.expect("status of 403")
    page.goto("/")

    expect(page.get_by_role("heading", name="Vous n’avez pas accès à cela")).to_be_visible()
    expect(page.locator("[data-id]")).to_have_count(0)
    page.locator("summary.me").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


def figures(board: Board, item_id: str) -> list[str]:
    """Return the figures of a row, as they are read."""
    facts = board.datasets.row(item_id).locator(".facts li").all_text_contents()
    return [re.sub(r"\s+", " ", fact).strip() for fact in facts]


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "fr-FR",
            {
                "title": "La une en ligne",
                "views": "Vues : 48,2 k",
                "exact": "Vues : 48 210",
                "one": "1 modification non publiée",
                "two": "2 modifications non publiées",
                "places": "descendu de 2 places",
                "published": "Publié : Jeux de données (version 4).",
                "today": "Aujourd’hui",
                "weekday": r"(lun|mar|mercre|jeu|vendre|same|diman)(di|che) \d+ \w+ à \d\d:\d\d",
            },
        ),
        (
            "en-GB",
            {
                "title": "Front page online",
                "views": "Views: 48.2K",
                "exact": "Views: 48,210",
                "one": "1 unpublished change",
                "two": "2 unpublished changes",
                "places": "moved down by 2 places",
                "published": "Published: Datasets (version 4).",
                "today": "Today",
                "weekday": r"[A-Z]\w+day,? \d+ \w+ at \d\d:\d\d",
            },
        ),
    ],
)
def test_the_language_of_the_browser(visit, editor, portal, locale, words):
    live = portal.live("datasets")
    portal.change("datasets", live[0], views=48_210)
    page = visit(editor, locale=locale).new_page()
    board = Board(page).open()

    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(page.get_by_role("heading", level=1)).to_have_text(words["title"])
    assert figures(board, live[0])[0] == words["views"]
    expect(board.datasets.row(live[0]).locator(".facts li").first).to_have_attribute(
        "title", re.compile(words["exact"].replace(" ", r"\s"))
    )
    board.datasets.grip(live[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    expect(board.dock).to_contain_text(words["one"])
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    expect(board.datasets.row(live[0])).to_contain_text(words["places"])
    board.datasets.grip(live[4]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    expect(board.dock).to_contain_text(words["two"])
    board.button("review").click()
    with board.refreshed():
        board.button("publish").click()
    expect(page.get_by_role("status").filter(has_text=words["published"])).to_be_visible()
    expect(page.locator("#board-head p").first).to_contain_text(re.compile(words["weekday"]))
    page.goto("/history/")
    expect(page.get_by_role("heading", level=2).first).to_contain_text(words["today"])


def test_the_language_can_be_switched_and_stays(visit, editor, portal):
    page = visit(editor).new_page()
    page.goto("/history/")

    page.locator("summary.me").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile("/history/$"))
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("summary.me").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()


def test_another_language_keeps_the_filters_that_were_chosen(visit, editor, portal, board):
    page = visit(editor).new_page()
    page.goto("/history/")
    page.get_by_label("Liste").select_option(label="Réutilisations")
    expect(page).to_have_url(re.compile(r"list=reuses"))

    page.locator("summary.me").click()
    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page.get_by_label("List")).to_have_value("reuses")


@pytest.mark.firefox
def test_the_theme_is_remembered_and_comes_with_the_page(visit, editor, portal):
    page = visit(editor, color_scheme="light").new_page()
    page.goto("/history/")
    toggle = page.get_by_role("button", name="Changer de thème")
    root = page.locator("html")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    expect(root).not_to_have_attribute("data-theme", re.compile("."))

    toggle.click()
    expect(root).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light

    # The server sends it in the page: no script has to change it, nothing flashes.
    answer = page.goto("/")
    assert answer
    assert 'data-theme="dark"' in answer.text()
    expect(page.locator("body")).to_have_css("background-color", dark)
    toggle.click()
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    expect(page.locator("body")).to_have_css("background-color", light)


def test_the_theme_of_the_system_can_be_had_again_without_a_script(visit, editor, portal):
    page = visit(editor, color_scheme="dark", java_script_enabled=False).new_page()
    page.goto("/history/")
    dark = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    themes = page.get_by_role("group", name="Thème")

    page.locator("summary.me").click()
    themes.get_by_role("button", name="Thème clair").click()
    expect(page).to_have_url(re.compile(r"/history/$"))
    expect(page.locator("body")).not_to_have_css("background-color", dark)
    page.locator("summary.me").click()
    expect(themes.get_by_role("button", pressed=True)).to_have_text(re.compile("Thème clair"))
    themes.get_by_role("button", name="Thème du système").click()
    expect(page.locator("body")).to_have_css("background-color", dark)


def test_the_link_of_an_entry_can_be_copied(visit, editor, portal, board):
    context = visit(editor)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/history/1/")

    page.get_by_role("button", name="Copier le lien").click()
    expect(page.get_by_role("button", name="Lien copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url

    # Browsers have no clipboard for a site without HTTPS: what cannot work is not offered.
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-copy-link]")).to_be_hidden()
