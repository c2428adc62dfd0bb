"""Who may do what, address by address: the written table, and how the product is held to it.

A row is the name of an address; each of its methods has what is answered to an anonymous visitor,
to somebody without a role, to a reader, an editor and an administrator. Methods without an entry
are refused to everybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

from curation.models import User
from tests.conftest import Browser

Statuses = tuple[int, int, int, int, int]
Row = Mapping[str, Statuses]

WHO = ("anonymous", "no role", "reader", "editor", "administrator")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# To the sign-in page; without the right; no such method.
SIGN_IN, FORBIDDEN, NO_METHOD = 302, 403, 405


def readers(status: int) -> Statuses:
    """Answer this to whoever may see."""
    return (SIGN_IN, FORBIDDEN, status, status, status)


def editors(status: int) -> Statuses:
    """Answer this to whoever may edit and publish."""
    return (SIGN_IN, FORBIDDEN, FORBIDDEN, status, status)


def administrators(status: int) -> Statuses:
    """Answer this to whoever may administer."""
    return (SIGN_IN, FORBIDDEN, FORBIDDEN, FORBIDDEN, status)


def anybody(status: int) -> Statuses:
    """Answer this to everybody, signed in or not."""
    return (status,) * 5


# The forms are sent empty, so those who may send them are told that the page was not current (302,
# 409, or 200 with the form again) or that something is missing (400).
ACCESS: dict[str, Row] = {
    "board": {"GET": readers(200)},
    "board-live": {"GET": readers(200)},
    "shortcuts": {"GET": editors(200)},
    "list-search": {"GET": editors(200)},
    "list-undo": {"POST": editors(302)},
    "list-redo": {"POST": editors(302)},
    "list-move-several": {"POST": editors(400)},
    "list-remove-several": {"POST": editors(302)},
    "list-place": {"GET": editors(200)},
    "list-move": {"POST": editors(400)},
    "list-add": {"POST": editors(302)},
    "list-remove": {"POST": editors(302)},
    "list-restore": {"POST": editors(302)},
    "discard": {"GET": editors(200), "POST": editors(302)},
    "review": {"GET": readers(200)},
    "review-publish": {"POST": editors(302)},
    "merge": {"GET": editors(302)},
    "merge-adopt": {"POST": editors(409)},
    "preview": {"GET": readers(200)},
    "preview-of": {"GET": readers(200)},
    "history": {"GET": readers(200)},
    "history-csv": {"GET": readers(200)},
    "history-jsonl": {"GET": readers(200)},
    "history-as-it-was": {"GET": readers(200)},
    "history-entry": {"GET": readers(200)},
    "history-restore": {"GET": editors(200), "POST": editors(200)},
    "status": {"GET": readers(200), "HEAD": readers(200)},
    "timeline": {"GET": readers(200)},
    "timeline-export": {"GET": readers(200)},
    "timeline-item": {"GET": readers(200)},
    # Those who are signed in are led to the board.
    "sign-in": dict.fromkeys(("GET", "HEAD", "POST"), (200, 302, 302, 302, 302)),
    "sign-out": {"POST": anybody(302)},
    # The provider does not answer; nobody waits for this answer of it; nobody signed out there.
    "oidc-authenticate": {"GET": anybody(503)},
    "oidc-callback": {"GET": anybody(400)},
    "oidc-signed-out": {"GET": anybody(302)},
    "set_language": {"POST": anybody(302)},
    "theme": {"POST": anybody(302)},
    # None in the demo, which has the colours of static/css/app.css.
    "brand": {"GET": anybody(404), "HEAD": anybody(404)},
    "healthz": {"GET": anybody(200), "HEAD": anybody(200)},
    "readyz": {"GET": anybody(200), "HEAD": anybody(200)},
    # To who bears the token, whoever that is.
    "metrics": {"GET": anybody(403), "HEAD": anybody(403)},
    # All that is under a prefix, by its own table (test_access.py).
    "admin:": {},
    "sandbox:": {},
}


# What one need not be signed in for.
PUBLIC = {
    *("sign-in", "oidc-authenticate", "oidc-callback", "oidc-signed-out", "set_language"),
    *("healthz", "readyz", "metrics", "brand", "theme"),
}


def addresses(
    patterns: Iterable[URLPattern | URLResolver] | None = None, namespace: str = "", above: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the name and the route of each address; one without a name is called by its route."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            within = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, within, route)
        else:
            yield f"{namespace}{pattern.name or route}", route


def row_of(name: str, table: Mapping[str, Row] = ACCESS) -> str | None:
    """Return the row that an address belongs to: its own, or that of its prefix."""
    prefix, colon, _rest = name.partition(":")
    return next(
        (row for row in (name, prefix + colon) if row in table and (row == name or colon)), None
    )


def path_of(route: str, places: Mapping[str, object]) -> str:
    """Return an address of a route, its places filled in; 1 where nothing else is given."""
    words = re.sub(
        r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda m: str(places.get(m[1] or m[2], 1)), route
    )
    return "/" + re.sub(r"[\^$]|\\Z", "", words)


def browser_of(person: User | None) -> Browser:
    """Return a new browser, in which somebody may be signed in."""
    browser = Browser(raise_request_exception=False)
    if person:
        browser.force_login(person)
    return browser


def differences(
    people: Mapping[str, User | None],
    places: Mapping[str, object],
    table: Mapping[str, Row] = ACCESS,
    who_tries: Collection[str] = WHO,
) -> list[str]:
    """Try each method of each address as each person; return what is not as the table says."""
    found = []
    browsers = {who: browser_of(people[who]) for who in who_tries}
    for name, route in addresses():
        row = table.get(name)
        if row is None:
            continue  # under a prefix, or missing, which is another test's to find
        refused = anybody(NO_METHOD) if name in PUBLIC else (SIGN_IN, *anybody(NO_METHOD)[1:])
        for method in METHODS:
            for who, expected in zip(WHO, row.get(method, refused), strict=True):
                if who not in who_tries:
                    continue
                answer = browsers[who].generic(method, path_of(route, places))
                if name == "sign-out":
                    browsers[who] = browser_of(people[who])
                location = answer.get("Location", "")
                asked_to_sign_in = location.startswith("/sign-in/?next=")
                if answer.status_code != expected or asked_to_sign_in != (
                    who == "anonymous" and name not in PUBLIC
                ):
                    found.append(
                        f"{method} {name} as {who}: {answer.status_code} {location}, not {expected}"
                    )
    return found
