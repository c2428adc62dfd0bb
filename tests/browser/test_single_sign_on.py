"""Signing in and out through a provider, in a browser: those of others, and one that lies."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from curation.accounts import discovery
from curation.models import User
from tests.browser.pages import Board, drafted
from tests.oidc.conftest import PEOPLE
from tests.oidc.forger import STRANGE_KEY
from tests.oidc.providers import SHAPES, nothing_from_elsewhere
from tests.oidc.test_flow import LIES

pytestmark = pytest.mark.browser

of_any_shape = pytest.mark.parametrize("shape", SHAPES)
of_the_best_shape = pytest.mark.parametrize("shape", [*SHAPES][-1:])


@pytest.fixture
def page(visit) -> Page:
    """Return a page of somebody who is not signed in."""
    context = visit(None)
    nothing_from_elsewhere(context)
    return context.new_page()


@pytest.fixture
def enter(page, provider):
    """Return a function that signs somebody in from wherever the page is."""

    def enter(name: str) -> None:
        page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
        provider.enter(page, name)

    return enter


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.firefox
@of_any_shape
def test_an_editor_signs_in_curates_and_signs_out(page, provider, enter, portal):
    page.goto("/history/")
    enter("alice")

    expect(page).to_have_url(re.compile(r"/history/$"))
    board = Board(page).open()
    first, second, *rest = portal.live("datasets")
    board.datasets.grip(first).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.datasets.shows([second, first, *rest])
    user = User.objects.get(issuer=provider.issuer, subject="alice")
    assert (user.display_name, user.role, user.via) == ("Alice Durand", "editor", "oidc")

    page.locator("summary.me").click()
    expect(page.locator(".menu__who")).to_contain_text("Alice Durand")
    page.get_by_role("button", name="Se déconnecter").click()
    provider.leave(page)

    expect(page.get_by_role("status")).to_have_text(
        "Vous êtes déconnecté, ici et auprès du service de connexion."
    )
    # Firefox may take the redirect for another navigation, which would interrupt a `goto`.
    page.evaluate("location.assign('/')")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/$"))


@of_the_best_shape
def test_a_reader_reads(page, enter, portal):
    page.goto("/")
    enter("karim")

    expect(page.locator("[data-listing=datasets] > li").first).to_be_visible()
    expect(page.locator("[data-action=remove]")).to_have_count(0)
    page.locator("summary.me").click()
    expect(page.locator(".menu__who")).to_contain_text("Karim Benali")


@of_the_best_shape
def test_an_administrator_administers(page, enter):
    page.goto("/admin/")
    enter("ada")

    expect(page).to_have_url(re.compile(r"/admin/$"))
    heading(page, "Comptes et journal d’audit")


@of_the_best_shape
def test_who_has_no_role_is_told_whom_to_ask(page, enter, settings, trouble):
    settings.CONTACT = "data@example.org"
    trouble.expect("status of 403")
    page.goto("/")

    enter("bob")

    heading(page, "Vous n’avez pas encore accès")
    expect(page.get_by_role("alert")).to_contain_text("Bob Martin")
    expect(page.get_by_role("link", name="data@example.org")).to_be_visible()
    assert not User.objects.exists()
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/sign-in/"))


@of_the_best_shape
def test_another_account_can_be_used(page, provider, enter, trouble):
    trouble.expect("status of 403")
    page.goto("/history/")
    enter("bob")

    page.get_by_role("link", name="Utiliser un autre compte").click()
    provider.enter(page, "alice")

    expect(page.get_by_role("navigation", name="Navigation principale")).to_be_visible()


@of_the_best_shape
def test_who_left_the_group_is_out_in_every_browser(page, provider, enter, visit, trouble):
    page.goto("/")
    enter("alice")
    board = page.locator("[data-listing=datasets] > li").first
    expect(board).to_be_visible()
    provider.tell(PEOPLE | {"alice": PEOPLE["alice"] | {"groups": []}})
    trouble.expect("status of 403")

    context = visit(None)
    nothing_from_elsewhere(context)
    elsewhere = context.new_page()
    elsewhere.goto("/oidc/authenticate/")
    provider.enter(elsewhere, "alice")

    heading(elsewhere, "Vous n’avez pas encore accès")
    page.reload()
    heading(page, "Vous n’avez pas accès à cela")


@of_any_shape
def test_a_session_that_ends_in_the_middle_of_work_comes_back_to_it(page, provider, enter, portal):
    page.goto("/")
    board = Board(page)
    with board.refreshed():
        enter("alice")
    first, second, *rest = portal.live("datasets")
    board.datasets.grip(first).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.datasets.shows([second, first, *rest])
    Session.objects.all().delete()

    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next=/$"))
    if provider.remembers:
        page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
    else:
        enter("alice")

    board.datasets.shows([second, first, *rest])
    expect(board.dock).to_contain_text("1 modification non publiée")
    assert drafted("datasets") == (second, first, *rest)
    board.datasets.grip(first).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    assert drafted("datasets") is None


CERTIFIED = [shape for shape in SHAPES if shape != "mock"]


@pytest.mark.parametrize("shape", CERTIFIED[-1:])
def test_who_cancels_is_not_signed_in(page, provider, trouble):
    trouble.expect("status of 403")
    page.goto("/oidc/authenticate/")

    provider.cancel(page)

    heading(page, "Vous n’avez pas terminé la connexion")
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/sign-in/"))


@of_the_best_shape
def test_an_answer_is_good_once(page, provider, enter, trouble):
    answers: list[str] = []
    page.on("request", lambda sent: answers.append(sent.url) if "code=" in sent.url else None)
    page.goto("/history/")
    enter("alice")
    expect(page).to_have_url(re.compile(r"/history/$"))
    trouble.expect("status of 400")

    page.goto(answers[0])

    heading(page, "Vous êtes déjà connecté")
    page.context.clear_cookies()
    page.goto(answers[0])
    heading(page, "Veuillez vous reconnecter")


def test_what_is_forged_is_refused_with_a_page(page, forger, trouble):
    trouble.expect("status of 403")
    lies = LIES | {
        "unsigned": {"sign": lambda claims: forger.signed(claims, "none", key="")},
        "another key": {"sign": lambda claims: forger.signed(claims, key=STRANGE_KEY)},
        "another algorithm": {"sign": lambda claims: forger.signed(claims, "ES256")},
    }
    for name, lie in lies.items():
        true = {field: getattr(forger, field) for field in lie}
        for field, value in lie.items():
            setattr(forger, field, value)
        page.goto("/sign-in/")
        page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
        expect(page.get_by_role("heading", level=1), name).to_have_text(
            "La connexion n’a pas pu être vérifiée"
        )
        for field, value in true.items():
            setattr(forger, field, value)
    assert not User.objects.exists()

    # Told the truth, it signs in: it was the lies that were refused.
    page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
    expect(page.get_by_role("navigation", name="Navigation principale")).to_be_visible()


def test_a_provider_that_is_down_is_told_and_can_be_tried_again(page, forger, trouble, monkeypatch):
    trouble.expect("status of 503")
    monkeypatch.setattr(discovery, "PAUSE", 0.0)
    forger.status["/.well-known/openid-configuration"] = 503
    page.goto("/sign-in/?next=/history/")
    page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
    heading(page, "Le service de connexion ne répond pas")

    forger.status.clear()
    page.get_by_role("link", name="Continuer avec votre compte professionnel").click()

    expect(page).to_have_url(re.compile(r"/history/$"))


def test_without_a_script_one_gets_in_and_out(visit, forger):
    page = visit(None, java_script_enabled=False).new_page()
    page.goto("/sign-in/?next=/history/")
    page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
    expect(page).to_have_url(re.compile(r"/history/$"))

    page.locator("summary.me").click()
    page.get_by_role("button", name="Se déconnecter").click()

    expect(page.get_by_role("status")).to_have_text(
        "Vous êtes déconnecté, ici et auprès du service de connexion."
    )
