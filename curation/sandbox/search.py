"""Search and suggestions: the lists of version 1, the search of version 2.

udata without a search service looks for whole words in titles, all of which must be there; case,
accents and a plural "s" do not count. data.gouv.fr has such a service, and finds more.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import QueryDict

from curation.sandbox import api
from curation.sandbox.answers import Call, Refused, endpoint
from curation.sandbox.masks import Fields
from curation.sandbox.models import KINDS, AnyItem, Dataset, Organization, Reuse
from curation.sandbox.shapes import Crash

_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")

_SORTS: dict[str, Callable[[Any], Any]] = {
    "created": lambda item: item.created_at,
    "datasets": lambda item: len(item.datasets),
    "followers": lambda item: item.followers,
    "last_modified": lambda item: item.last_modified,
    "last_update": lambda item: item.last_update,
    "reuses": lambda item: item.reuses,
    "title": lambda item: item.title,
    "views": lambda item: item.views,
}
# What may be sorted by, by kind and version of the API.
_SORTABLE = {
    ("datasets", 1): {"created", "followers", "last_update", "reuses", "title", "views"},
    ("datasets", 2): {"created", "followers", "last_update", "reuses", "views"},
    ("reuses", 1): {"created", "datasets", "followers", "last_modified", "title", "views"},
    ("reuses", 2): {"created", "datasets", "followers", "views"},
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _search(call: Call, kind: str, version: int) -> Fields:
    query = call.request.GET
    page, size = _integer(query, "page", 1), _integer(query, "page_size", 20)
    sort = query.get("sort", "")
    if sort and sort.removeprefix("-") not in _SORTABLE[kind, version]:
        raise _invalid("sort", f"The value '{sort}' is not a valid choice for 'sort'.")
    found = _filtered(call, kind, version)
    if sort:
        found.sort(key=_SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return _page(call, found, page, size, version)


def _suggest(call: Call, kind: str) -> list[Fields]:
    if "q" not in call.request.GET:
        raise _invalid("q", "Missing required parameter in the query string")
    text = call.request.GET["q"].lower()
    size = abs(_integer(call.request.GET, "size", 10)) or None  # as MongoDB's limit
    found = [
        item
        for item in _items(kind)
        if not (item.private or item.archived or item.deleted)
        and (text in item.title.lower() or text in getattr(item, "acronym", "").lower())
    ]
    found.sort(key=_SORTS["followers"], reverse=True)
    return [call.shapes.suggestion(item) for item in found[:size]]


def _suggest_organizations(call: Call) -> list[Fields]:
    if "q" not in call.request.GET:
        raise _invalid("q", "Missing required parameter in the query string")
    text = call.request.GET["q"].lower()
    size = abs(_integer(call.request.GET, "size", 10)) or None
    found = [
        each
        for each in Organization.objects.order_by("name")
        if text in each.name.lower() or text in each.acronym.lower()
    ]
    return [call.shapes.organization_suggestion(each) for each in found[:size]]


search = endpoint(get=_search)
suggest_organizations = endpoint(get=_suggest_organizations)
listing = endpoint(get=_search, post=api.create)
suggest = endpoint(get=_suggest)


def _items(kind: str) -> list[AnyItem]:
    return list(KINDS[kind]._default_manager.select_related("organization", "owner"))


def _filtered(call: Call, kind: str, version: int) -> list[AnyItem]:
    """Return what the query asks for, the youngest first."""
    query = call.request.GET
    tests: list[Callable[[AnyItem], object]] = [_visible(call, version)]
    if query.get("q"):
        words = [_fold(word) for word in _WORD.findall(query["q"])]
        tests.append(lambda item: words and _has_words(item, words))
    if tags := query.getlist("tag"):
        tests.append(lambda item: set(tags) <= set(item.tags))
    if organization := query.get("organization"):
        if not _ID.fullmatch(organization):
            raise Refused(400, "Organization arg must be an identifier")
        tests.append(lambda item: item.organization_id == organization.lower())
    if (featured := _boolean(query, "featured")) is not None:
        tests.append(lambda item: item.featured is featured)
    if (dataset := query.get("dataset")) and kind == "reuses":
        tests.append(lambda item: isinstance(item, Reuse) and dataset in item.datasets)
    if (kind, version) == ("datasets", 1):
        for state in ("archived", "deleted", "private"):
            if (asked := _boolean(query, state)) is not None:
                call.require_account()
                tests.append(partial(_is, state, asked))
    return [item for item in _items(kind) if all(test(item) for test in tests)]


def _is(state: str, asked: bool, item: AnyItem) -> bool:
    return bool(getattr(item, state)) is asked


def _visible(call: Call, version: int) -> Callable[[AnyItem], bool]:
    """Return what tells whether an item is listed. Archived reuses are, whatever one may think."""

    def visible(item: AnyItem) -> bool:
        if version == 1 and call.shapes.may_edit(item):
            return True
        if item.private or item.deleted:
            return False
        if isinstance(item, Dataset):
            return not item.archived
        return version == 1 or bool(item.datasets)

    return visible


def _page(call: Call, found: list[AnyItem], page: int, size: int, version: int) -> Fields:
    if size < 0:
        raise Crash
    items = found[(page - 1) * size : page * size] if page > 0 else []
    if not items and page != 1:
        raise Refused(404)

    def neighbour(number: int) -> str | None:
        if not (number > 0 and size and (number - 1) * size < len(found)):
            return None
        query = call.request.GET.copy()
        query["page"] = str(number)
        _, _, path = call.request.path.partition("/api/")
        return f"{call.links.root}/api/{path}?{query.urlencode()}"

    return {
        "data": [
            call.shapes.dataset(item, version)
            if isinstance(item, Dataset)
            else call.shapes.reuse(item)
            for item in items
        ],
        "next_page": neighbour(page + 1),
        "page": page,
        "page_size": size,
        "previous_page": neighbour(page - 1),
        "total": len(found),
    }


def _has_words(item: AnyItem, words: list[str]) -> bool:
    title = {form for word in _WORD.findall(item.title) for form in _forms(_fold(word))}
    return title.issuperset(words)


def _forms(word: str) -> set[str]:
    return {word, word.removesuffix("s"), word.removesuffix("es")}


def _fold(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text)
    return "".join(char for char in bare if not unicodedata.combining(char)).lower()


def _integer(query: QueryDict, name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError as error:
        raise _invalid(name, str(error)) from error


def _boolean(query: QueryDict, name: str) -> bool | None:
    value = query.get(name)
    if not value:
        return None
    if value.lower() not in _BOOLEANS:
        raise _invalid(name, f"Invalid literal for boolean(): {value}")
    return _BOOLEANS[value.lower()]


def _invalid(name: str, why: str) -> Refused:
    return Refused(400, "Input payload validation failed", errors={name: why})
