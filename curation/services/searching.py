"""Searching the portal by words and filters, as an editor narrows down what to add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.core.cache import cache
from django.utils import timezone

from curation.domain.selection import is_portal_id
from curation.portal.client import Narrowing
from curation.portal.items import Page
from curation.services.errors import UnknownOrganization
from curation.services.listings import find, remember_items

if TYPE_CHECKING:
    from curation.portal.client import PortalClient

# The portal does not filter by date: so many results are looked through.
MOST = 100
# Seconds for which the id behind an organization's name is remembered.
_FRESH = 300


@dataclass(frozen=True, slots=True)
class Criteria:
    """What to search for; an empty value means all."""

    words: str = ""
    organization: str = ""  # its name, a part of it, or its id
    tag: str = ""
    featured: bool = False
    updated_within: int | None = None  # days
    sort: str = ""  # see PortalClient.search

    @property
    def narrows(self) -> bool:
        """Tell whether anything but words is asked for."""
        return self != Criteria(self.words)


def search(client: PortalClient, kind: str, criteria: Criteria, size: int) -> Page:
    """Search the portal and remember what was found.

    Raises UnknownOrganization, or a PortalError. With `updated_within`, `total` counts what was
    found among the first MOST results.
    """
    if not criteria.narrows:
        return find(client, kind, criteria.words, size)
    narrowing = Narrowing(
        organization=_organization(client, criteria.organization),
        tag=criteria.tag,
        featured=criteria.featured,
    )
    days = criteria.updated_within
    page = client.search(
        kind,
        criteria.words,
        page_size=MOST if days else size,
        sort=criteria.sort,
        narrowing=narrowing,
    )
    if days:
        since = timezone.now() - timedelta(days=days)
        items = tuple(item for item in page.items if item.updated_at and item.updated_at >= since)
        page = replace(page, items=items[:size], total=len(items), has_next=False)
    remember_items(page.items)
    return page


def _organization(client: PortalClient, text: str) -> str:
    """Return the id of the organization that somebody named, "" for none."""
    if not text or is_portal_id(text):
        return text
    key = f"organization:{quote(text.casefold())}"[:200]
    found: str | None = cache.get(key)
    if found is None:
        found = client.organization_named(text)
        if not found:
            raise UnknownOrganization(text)
        cache.set(key, found, _FRESH)
    return found
