"""The search for what to add to a listing: by words, by a pasted address, or among proposals."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.http import page
from curation.models import Listing
from curation.portal import portal_client, portal_homes
from curation.portal.addresses import ItemAddress, OtherAddress, read
from curation.portal.errors import ItemDeleted, ItemNotFound, PortalError
from curation.portal.items import Item
from curation.services.candidates import Group, candidates
from curation.services.drafts import UNSHOWABLE
from curation.services.errors import NotShowable, UnknownOrganization
from curation.services.listings import look_up
from curation.services.searching import Criteria
from curation.services.searching import search as find
from curation.views.columns import Column, load_columns
from curation.wording import Words

SIZE = 8

GROUP_WORDS: dict[Group, Words] = {
    Group.REMOVED: gettext_lazy("Recently removed from this list"),
    Group.UPDATED: gettext_lazy("Recently updated"),
    Group.NEW: gettext_lazy("Newest"),
    Group.TRENDING: gettext_lazy("Trending: many views for their age"),
    Group.VIEWED: gettext_lazy("Most viewed"),
}

# Days within which an item was updated.
PERIODS = (7, 30, 365)


@require_GET
@requires(Permission.EDIT)
def search(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Find what to add; what is listed already says where."""
    columns = {column.key: column for column in load_columns(request.user)}
    if listing_key not in columns:
        raise Http404
    column = columns[listing_key]
    listing = column.listing
    query = request.GET.get("q", "").strip()
    criteria = _criteria(request, listing, query)
    context: dict[str, Any] = {
        "column": column,
        "listing": listing,
        "query": query,
        "criteria": criteria,
    }
    status = 200
    address = read(query, columns, _homes(request, column))
    try:
        if isinstance(address, ItemAddress):
            context |= _pasted(address, listing, columns)
        elif isinstance(address, OtherAddress):
            context["problem"] = _elsewhere(address)
        elif query or criteria.narrows:
            found = find(portal_client(), listing.key, criteria, SIZE)
            context |= {"found": found, "options": _options(column, found.items)}
        else:
            context["groups"] = _candidates(column)
    except (ItemNotFound, ItemDeleted, UnknownOrganization) as error:
        context["problem"] = error
    except PortalError as error:
        context["error"] = error
        status = 502
    return page(
        request, "search/search.html", context, fragment="search/_results.html", status=status
    )


def _criteria(request: HttpRequest, listing: Listing, query: str) -> Criteria:
    """Read what the address asks for; what makes no sense counts for nothing."""
    asked = request.GET
    sort, days = asked.get("sort", ""), asked.get("updated", "")
    return Criteria(
        words=query,
        organization=asked.get("organization", "").strip()[:200],
        tag=asked.get("tag", "").strip()[:100],
        featured="featured" in asked,
        updated_within=int(days) if days in map(str, PERIODS) else None,
        sort=sort if sort in listing.words.sorts else "",
    )


def _candidates(column: Column) -> list[tuple[Words, list[tuple[Item, int | None]]]]:
    shown = tuple(row.item.id for row in column.rows)
    return [
        (GROUP_WORDS[proposal.group], _options(column, proposal.items))
        for proposal in candidates(portal_client(), column.listing, shown)
    ]


def _homes(request: HttpRequest, column: Column) -> set[str]:
    """Return the portal's addresses; its pages may be on another host than its API."""
    pages = (urlsplit(row.item.page) for row in column.rows if row.item.page)
    hosts = {f"{page.scheme}://{page.netloc}" for page in pages if page.netloc}
    return {*portal_homes(request.build_absolute_uri("/")), *hosts}


def _pasted(address: ItemAddress, listing: Listing, columns: dict[str, Column]) -> dict[str, Any]:
    """Show the item of an address, to be added to the list of its kind."""
    kinds = sorted(columns, key=lambda key: key != listing.key)
    item = look_up(portal_client(), address, kinds)
    if item.state in UNSHOWABLE:
        return {"problem": NotShowable()}
    column = columns[item.kind]
    return {"is_address": True, "column": column, "options": _options(column, [item])}


def _elsewhere(address: OtherAddress) -> str:
    if address.host:
        return _(
            "%(host)s is not the portal. Paste the address of a page of the portal, or search by "
            "title."
        ) % {"host": address.host}
    return _(
        "This address is not the page of a dataset or a reuse. Paste the address of one, or search "
        "by title."
    )


def _options(column: Column, items: Iterable[Item]) -> list[tuple[Item, int | None]]:
    """Return items with the place at which they are listed already."""
    places = {row.item.id: row.position for row in reversed(column.rows)}
    return [(item, places.get(item.id)) for item in items]
