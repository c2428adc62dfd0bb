"""The portal's API, call by call: the only code that speaks HTTP to the portal.

Reference: https://guides.data.gouv.fr/guide-data.gouv.fr/readme-1/reference/site (the calls of the
site), https://www.data.gouv.fr/api/1/swagger.json (all). A method raises a PortalError and nothing
else. `kind` is the word of the path: "datasets", "reuses".
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from curation.portal import answers, errors
from curation.portal.errors import PortalError, PortalUnreadable
from curation.portal.items import (
    Document,
    Identity,
    Item,
    Page,
    Site,
    ids_from_portal,
    items_from_portal,
    organization_from_portal,
)
from curation.portal.transport import InParallel, side_by_side

logger = logging.getLogger(__name__)

T = TypeVar("T")
Params = Mapping[str, str | int | None]  # None: not sent

# Masks. udata ignores the fields it does not know: one mask serves all kinds and versions. A 403 is
# masked too, and without `message` says `<Permission needs={…}>`. Whether a dataset has any
# resource is a criterion of its quality: the resources would be 48 bytes each, if only their ids.
_PLAIN = (
    "id,title,slug,private,archived,deleted,created_at,last_update,last_modified,image_thumbnail,"
    "frequency,quality{score,has_resources},description_short,"
    "organization{name,acronym,logo_thumbnail},owner{first_name,last_name,avatar_thumbnail},message"
)
# Computed by udata from the object, hence 500 if a list holds a purged one.
_COMPUTED = "page,metrics{views,followers,reuses,datasets}"
_IDS = "id,message"
_ITEM = f"{_PLAIN},{_COMPUTED},description"
_PAGE = f"data{{{_PLAIN},{_COMPUTED}}},total,next_page,message"
_SUGGESTION = "id,title,slug,page,image_url,message"
_PERSON = "first_name,last_name,roles,message"

# What happens to a portal in good health, too.
_ORDINARY = (errors.ItemNotFound, errors.ItemDeleted, errors.PortalMoved)

_RDF = "application/rdf+xml, */*;q=0.5"

_LONGEST_SEARCH = 200
# udata pastes the search into the address of its search service as it is, quotes into Mongo's.
_UNSEARCHABLE = re.compile(r'[\x00-\x20\x7f-\x9f"#%&+\\\u2028\u2029\ud800-\udfff]+')
# Not "." or "..": a path would climb.
_REFERENCE = re.compile(r"(?!\.+$)[\w.~-]{1,250}", re.ASCII)
_SENDABLE = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True)
class _Call:
    """One request to make."""

    path: str
    method: str = "GET"
    mask: str = ""
    accept: str = "application/json"
    params: Params = field(default_factory=dict)
    body: list[str] | None = None
    with_key: bool = False
    missing: type[PortalError] = PortalUnreadable  # what a 404 means

    @property
    def headers(self) -> dict[str, str]:
        return {"Accept": self.accept} | ({"X-Fields": self.mask} if self.mask else {})


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search is limited to: an organization by its id, a tag, what the portal features."""

    organization: str = ""
    tag: str = ""
    featured: bool = False


_ALL = Narrowing()


class PortalClient:
    """One portal, seen with one access key (or none).

    One instance serves several threads. That is safe although sessions of `requests` promise
    nothing: what threads could change under one another is the cookies, and this session keeps none
    (see transport), its headers and adapters are set once, and the pool of connections has its own
    lock.
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session,
        api_key: str = "",
        timeout: tuple[float, float] = (3.05, 10.0),
        in_parallel: InParallel = side_by_side,
        public_url: str | None = None,
    ) -> None:
        """Remember how to call the portal at `base_url` (with or without final slash).

        `timeout` is in seconds, to connect and to wait for the next byte. `public_url` completes
        addresses that the portal gives as paths; "" leaves them paths, None takes `base_url`.
        ValueError if no header can carry the key.
        """
        if not _SENDABLE.fullmatch(api_key):
            raise ValueError("the portal's access key holds a blank or a non-ASCII character")
        self._base_url = base_url.rstrip("/")
        self._session = session
        self._key = _Key(api_key)
        self._timeout = timeout
        self._in_parallel = in_parallel
        self._public_url = self._base_url if public_url is None else public_url

    @property
    def has_key(self) -> bool:
        """Whether there is an access key, good or not."""
        return bool(self._key)

    def together(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """Make several calls of this client side by side, none of which may raise."""
        return list(self._in_parallel(_made, calls))

    # --- The homepage lists ---------------------------------------------------------------------

    def home(self, kind: str) -> tuple[Item, ...]:
        """GET /api/1/site/home/{kind}/: the live list, in order, duplicates included.

        While a purged item hangs in the list, udata cannot give figures and links of any.
        """
        try:
            data = self._home(kind, f"{_PLAIN},{_COMPUTED}")
        except errors.PortalUnavailable as error:
            if error.status != 500:
                raise
            data = self._home(kind, _PLAIN)
        return items_from_portal(kind, data, self._public_url)

    def homes(self, kinds: Sequence[str]) -> dict[str, tuple[Item, ...] | PortalError]:
        """Read several lists in the time of one; one that fails leaves the others whole."""
        return dict(zip(kinds, self._in_parallel(_caught(self.home), kinds), strict=True))

    def home_ids(self, kind: str) -> tuple[str, ...]:
        """GET /api/1/site/home/{kind}/: the ids alone, which a purged item cannot spoil."""
        return ids_from_portal(self._home(kind, _IDS))

    def home_ids_and_items(
        self, kind: str, ids: Sequence[str]
    ) -> tuple[tuple[str, ...], dict[str, Item | PortalError]]:
        """Read the ids of a list, and look at several items beside it: `home_ids` and `items`."""
        unique = tuple(dict.fromkeys(ids))
        look = _caught(lambda ref: self.item(kind, ref))
        calls: list[Callable[[], Any]] = [partial(_caught(self.home_ids), kind)]
        calls += [partial(look, ref) for ref in unique]
        live, *found = self.together(calls)
        if isinstance(live, PortalError):
            raise live
        return live, dict(zip(unique, found, strict=True))

    def put_home(self, kind: str, ids: Sequence[str]) -> tuple[str, ...]:
        """PUT /api/1/site/home/{kind}/: make `ids` the live list; return what the portal now holds.

        Sent once, whatever happens. Only PortalUnreachable proves that nothing was saved. The mask
        is a constant because udata reads it after saving, and answers 400 to a bad one.
        """
        return ids_from_portal(self._home(kind, _IDS, method="PUT", body=list(ids)))

    # --- Items ----------------------------------------------------------------------------------

    def item(self, kind: str, ref: str) -> Item:
        """GET /api/1/{kind}/{ref}/: one item by its id, its slug or an earlier slug.

        ItemNotFound or ItemDeleted; an administrator's key sees private and deleted items too.
        """
        try:
            data = self._item(kind, ref)
        except errors.PortalMoved as moved:
            data = self._item(kind, self._moved_to(moved, rf"/api/1/{re.escape(kind)}/([^/]+)/"))
        return Item.from_portal(kind, data, self._public_url)

    def items(self, kind: str, ids: Sequence[str]) -> dict[str, Item | PortalError]:
        """Look at several items side by side, each once; one that fails leaves the others whole."""
        unique = tuple(dict.fromkeys(ids))
        look = _caught(lambda ref: self.item(kind, ref))
        return dict(zip(unique, self._in_parallel(look, unique), strict=True))

    # --- Search ---------------------------------------------------------------------------------

    def search(
        self,
        kind: str,
        q: str,
        *,
        page: int = 1,
        page_size: int = 10,
        sort: str = "",
        narrowing: Narrowing = _ALL,
    ) -> Page:
        """GET /api/2/{kind}/search/: what visitors find, the best first; a blank `q` finds all.

        Version 2 rather than /api/1/{kind}/?q=, for editors: on data.gouv.fr it asks the search
        service (relevance; titles, descriptions, organizations) where version 1 matches whole words
        of titles; and it never lists what visitors do not see, where version 1 has archived reuses.
        Portals without a search service answer both alike. The key stays out: with it udata would
        add private items.

        Beyond the last page: an empty one. `page_size` is 1 to 100. `sort` is "" (relevance),
        "created", "followers", "views", of datasets also "last_update" and "reuses", of reuses
        "datasets"; "-" before it puts the greatest first. PortalRejected for any other.
        """
        words, page = _searchable(q), max(page, 1)
        if q.strip() and not words:
            return Page(page=page)
        size = min(max(page_size, 1), 100)
        params: Params = {
            "q": words,
            "page": page,
            "page_size": size,
            "sort": sort or None,
            "organization": narrowing.organization or None,
            "tag": _searchable(narrowing.tag) or None,
            "featured": "true" if narrowing.featured else None,
        }
        path = f"/api/2/{quote(kind, safe='')}/search/"
        beyond = errors.ItemNotFound if page > 1 else PortalUnreadable
        try:
            data = self._json(_Call(path, mask=_PAGE, params=params, missing=beyond))
        except errors.ItemNotFound:
            return Page(page=page)
        return Page.from_portal(kind, data, self._public_url, page)

    def ranked(self, kind: str, sorts: Sequence[str], size: int) -> dict[str, Page | PortalError]:
        """Take the first items by several sorts, in the time of one (see `search`).

        One that fails leaves the others whole.
        """
        look = _caught(lambda sort: self.search(kind, "", page_size=size, sort=sort))
        return dict(zip(sorts, self._in_parallel(look, sorts), strict=True))

    def suggest(self, kind: str, q: str, size: int = 8) -> tuple[Item, ...]:
        """GET /api/1/{kind}/suggest/: titles that hold `q` as typed, the most followed first.

        Finds beginnings of words, which `search` may not; but "velo" does not find "vélo", and the
        items come without organization and figures.
        """
        words = _searchable(q)
        if q.strip() and not words:
            return ()
        params: Params = {"q": words, "size": min(max(size, 1), 50)}
        path = f"/api/1/{quote(kind, safe='')}/suggest/"
        data = self._json(_Call(path, mask=_SUGGESTION, params=params))
        return items_from_portal(kind, data, self._public_url)

    def organization_named(self, name: str) -> str:
        """GET /api/1/organizations/suggest/: the id of an organization whose name or acronym holds
        `name`; an exact one before others, else the most followed. "" if there is none.
        """
        words = _searchable(name)
        if not words:
            return ""
        call = _Call(
            "/api/1/organizations/suggest/",
            mask="id,name,acronym,message",
            params={"q": words, "size": 20},
        )
        return organization_from_portal(self._json(call), words)

    # --- The site -------------------------------------------------------------------------------

    def site(self) -> Site:
        """GET /api/1/site/: the portal's name and figures; its version where udata tells it."""
        return Site.from_portal(self._json(_Call("/api/1/site/", mask="id,title,version,metrics")))

    def me(self) -> Identity:
        """GET /api/1/me/: the owner of the key. Masked: the full answer has the key in clear."""
        return Identity.from_portal(self._json(_Call("/api/1/me/", mask=_PERSON, with_key=True)))

    def catalog(self) -> Document:
        """GET /api/1/site/catalog: the first hundred datasets in RDF, as the portal prefers."""
        return self._rdf("/api/1/site/catalog")

    def catalog_as(self, format: str) -> Document:
        """GET /api/1/site/catalog.{format}: the same as "xml", "ttl", "jsonld"…"""
        return self._rdf(f"/api/1/site/catalog.{quote(format, safe='')}")

    def data_as(self, format: str) -> Document:
        """GET /api/1/site/data.{format}: an earlier name of `catalog_as`."""
        return self._rdf(f"/api/1/site/data.{quote(format, safe='')}")

    def context(self) -> Document:
        """GET /api/1/site/context.jsonld: the JSON-LD context of the catalogue."""
        return self._request(_Call("/api/1/site/context.jsonld", accept="application/ld+json"))

    # --- One request ----------------------------------------------------------------------------

    def _home(
        self, kind: str, mask: str, method: str = "GET", body: list[str] | None = None
    ) -> object:
        path = f"/api/1/site/home/{quote(kind, safe='')}/"
        refused = errors.PortalRefused
        return self._json(_Call(path, method, mask, body=body, with_key=True, missing=refused))

    def _item(self, kind: str, ref: str) -> object:
        if not _REFERENCE.fullmatch(ref):
            raise errors.ItemNotFound
        path = f"/api/1/{quote(kind, safe='')}/{ref}/"
        return self._json(_Call(path, mask=_ITEM, with_key=True, missing=errors.ItemNotFound))

    def _rdf(self, path: str) -> Document:
        """Get what udata redirects to `catalog.{format}`, its one true address."""
        try:
            return self._request(_Call(path, accept=_RDF))
        except errors.PortalMoved as moved:
            format = self._moved_to(moved, r"/api/1/site/catalog\.(\w+)")
            return self._request(_Call(f"/api/1/site/catalog.{format}", accept=_RDF))

    def _moved_to(self, moved: errors.PortalMoved, pattern: str) -> str:
        """Return the variable part of the place a redirect names, if `pattern` knows that place.

        The redirect itself is not followed: the next address is again made by us, of our portal.
        """
        try:
            place = urlsplit(moved.location)
        except ValueError:
            raise moved from None
        found = re.search(rf"{pattern}$", place.path)
        if found is None or place.netloc not in {"", urlsplit(self._base_url).netloc}:
            raise moved
        return found[1]

    def _json(self, call: _Call) -> object:
        """Make a request and return the JSON value of the answer."""
        try:
            return json.loads(self._request(call).content)
        except (ValueError, RecursionError):
            raise PortalUnreadable(status=200) from None

    def _request(self, call: _Call) -> Document:
        """Make a request and return the body of a 2xx answer; raise anything else. Logs a line."""
        began = time.monotonic()
        line = {"method": call.method, "path": call.path}
        try:
            document, status = self._exchange(call)
        except PortalError as error:
            logger.log(
                logging.INFO if isinstance(error, _ORDINARY) else logging.WARNING,
                "portal.failed method=%(method)s path=%(path)s error=%(error)s status=%(status)s"
                " milliseconds=%(milliseconds)d said=%(said)r",
                line
                | {
                    "error": type(error).__name__,
                    "status": error.status,
                    "milliseconds": _since(began),
                    "said": error.portal_message,
                },
            )
            raise
        logger.info(
            "portal.answered method=%(method)s path=%(path)s status=%(status)s"
            " milliseconds=%(milliseconds)d",
            line | {"status": status, "milliseconds": _since(began)},
        )
        return document

    def _exchange(self, call: _Call) -> tuple[Document, int]:
        try:
            with self._session.request(
                call.method,
                self._base_url + call.path,
                params=call.params,
                json=call.body,
                headers=call.headers,
                auth=self._key if call.with_key else None,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                content = answers.body(response)
        except (OSError, HTTPError, ValueError) as exception:
            # Without its cause: the frames of the HTTP libraries hold the key in their variables,
            # and an error page or a report would print them.
            raise answers.failure(exception) from None
        if not 200 <= response.status_code < 300:
            raise answers.refusal(response, self._key.hidden_in(content), call.missing)
        document = Document(response.headers.get("Content-Type", ""), content)
        return document, response.status_code


class _Key:
    """Puts the access key on a request that needs it, and shows it to nobody else."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __bool__(self) -> bool:
        return bool(self._key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["X-API-KEY"] = self._key
        return request

    def hidden_in(self, content: bytes) -> bytes:
        """Return what a portal says of a failure without the key, should it repeat it.

        The words end on pages, in the log stream and in the audit log, which forgets nothing.
        """
        return content.replace(self._key.encode(), b"***") if self._key else content


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _made(call: Callable[[], T]) -> T:
    return call()


def _caught(call: Callable[[str], T]) -> Callable[[str], T | PortalError]:
    """Make a call return its PortalError instead of raising it."""

    def caught(argument: str) -> T | PortalError:
        try:
            return call(argument)
        except PortalError as error:
            return error

    return caught


def _searchable(q: str) -> str:
    """Return the words of what somebody typed or pasted, without what would break the search."""
    return _UNSEARCHABLE.sub(" ", q[: 10 * _LONGEST_SEARCH]).strip()[:_LONGEST_SEARCH]
