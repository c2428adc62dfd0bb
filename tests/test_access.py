"""Every address, method and role is held to the table of `tests/access.py`."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import clear_url_caches, path

from curation import urls
from curation.models import Action, AuditEntry, Draft, Listing, User
from curation.sandbox import ADMIN_KEY
from curation.views import board, lists
from tests.access import (
    ACCESS,
    METHODS,
    WHO,
    addresses,
    browser_of,
    differences,
    editors,
    path_of,
    readers,
    row_of,
)
from tests.conftest import Portal

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


@pytest.fixture
def people(outsider, reader, editor, administrator, settings) -> dict[str, User | None]:
    """Return one person of each sort."""
    settings.METRICS_TOKEN = "t" * 32
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    return dict(zip(WHO, (None, outsider, reader, editor, administrator), strict=True))


@pytest.fixture
def places(listing: Listing, editor: User) -> dict[str, object]:
    """Return what addresses are filled in with: there is a page of each."""
    return {
        "listing_key": "datasets",
        "item_id": listing.live[0],
        "sequence": 1,
        "app_label": "curation",
        "url": "nowhere/",
        "ref": listing.live[0],
        "user_id": editor.pk,
    }


@pytest.fixture
def with_address(monkeypatch):
    """Return a function that adds an address to the product."""

    def add(route: str, view: Callable[..., HttpResponse], name: str) -> None:
        patterns = [path(route, view, name=name), *urls.urlpatterns]
        monkeypatch.setattr(urls, "urlpatterns", patterns)
        clear_url_caches()

    yield add
    clear_url_caches()


def without_rows() -> list[str]:
    return [name for name, _route in addresses() if row_of(name) is None]


def test_every_address_has_a_row_and_every_row_an_address():
    assert without_rows() == []
    assert set(ACCESS) - {row_of(name) for name, _route in addresses()} == set()


def test_everybody_gets_what_the_table_says(people, places, portal):
    before = state(portal)

    assert differences(people, places, who_tries=WHO[:3]) == []
    assert state(portal) == before
    assert differences(people, places, who_tries=WHO[3:]) == []


def state(portal: Portal) -> list[object]:
    """Return what nobody may change without the right, by any address."""
    roles = User.objects.order_by("username").values_list("username", "role", "is_active")
    entries = AuditEntry.objects.exclude(action=Action.SIGNED_OUT)
    return [
        *(portal.live("datasets"), portal.live("reuses")),
        *(Draft.objects.count(), entries.count(), list(roles)),
    ]


def test_no_form_is_taken_from_another_site(people, places):
    def status(route: str) -> int:
        browser = browser_of(people["administrator"])
        browser.handler.enforce_csrf_checks = True
        return browser.post(path_of(route, places)).status_code

    answers = {
        name: status(route)
        for name, route in addresses()
        if row_of(name) == "admin:" or "POST" in ACCESS.get(name, {})
    }

    assert len(answers) > 30
    assert {name: status for name, status in answers.items() if status != 403} == {}


# --- The prefixes ---------------------------------------------------------------------------------


def test_admin_is_for_administrators_alone(people, places, portal):
    found, before = [], state(portal)
    browsers = {who: browser_of(people[who]) for who in WHO[:-1]}
    for name, route in addresses():
        if row_of(name) != "admin:":
            continue
        for method in METHODS:
            for who, browser in browsers.items():
                answer = browser.generic(method, path_of(route, places))
                to_sign_in = re.match("/(admin/login|sign-in)/", answer.get("Location", ""))
                is_refused = answer.status_code == 403 if people[who] else to_sign_in
                # Its sign-in page is nobody's: it leads to ours.
                if not (to_sign_in if name == "admin:login" else is_refused):
                    found.append(f"{method} {name} as {who}: {answer.status_code}")

    assert found == []
    assert state(portal) == before
    assert browser_of(people["administrator"]).get("/admin/").status_code == 200


def test_sandbox_shows_all_and_is_changed_with_its_key_alone(people, places):
    found, changes = [], 0
    browsers = [browser_of(people[who]) for who in ("anonymous", "administrator")]
    for name, route in addresses():
        if row_of(name) != "sandbox:":
            continue
        for method in METHODS:
            for browser in browsers:
                answer = browser.generic(method, path_of(route, places))
                changes += method not in SAFE
                refused = method in SAFE or answer.status_code >= 300
                if "/sign-in/" in answer.get("Location", "") or not refused:
                    found.append(f"{method} {name}: {answer.status_code}")

    assert found == []
    assert changes > 100
    ids = list(Listing.objects.get(pk="datasets").live)
    answer = browser_of(None).put(
        "/sandbox/api/1/site/home/datasets/",
        ids,
        content_type="application/json",
        headers={"X-API-KEY": ADMIN_KEY},
    )
    assert answer.status_code == 200


# --- That these tests can fail --------------------------------------------------------------------


def test_address_without_a_row_is_found(with_address):
    with_address("backdoor/", board.board, "backdoor")

    assert without_rows() == ["backdoor"]


@pytest.mark.parametrize(
    ("view", "row", "found"),
    [
        (lists.discard, {"GET": readers(200), "POST": editors(302)}, "GET list as reader: 403"),
        (board.board, {"GET": editors(200)}, "GET list as reader: 200"),
        (board.board, {"GET": readers(200), "POST": editors(302)}, "POST list as editor: 405"),
        (board.board, {}, "GET list as administrator: 200"),
    ],
)
def test_address_that_differs_from_its_row_is_found(with_address, people, places, view, row, found):
    with_address("list/", view, "list")

    told = differences(people, places, {"list": row})

    assert [each for each in told if each.startswith(found)]


def test_address_that_asks_nobody_to_sign_in_is_found(with_address, people, places):
    with_address("open/", login_not_required(lambda request: HttpResponse("everything")), "open")

    told = differences(people, places, {"open": {"GET": readers(200)}})

    assert "GET open as anonymous: 200 , not 302" in told
    assert "GET open as no role: 200 , not 403" in told
