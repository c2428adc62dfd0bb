"""The audit log, by day and entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.http import page
from curation.models import AuditEntry
from curation.portal.items import Item
from curation.views.columns import Comparison, compare
from curation.wording import LISTING_WORDS

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from curation.wording import ListingWords

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as the history shows it: its words and its picture."""

    entry: AuditEntry
    comparison: Comparison

    @property
    def words(self) -> ListingWords | None:
        """Return the phrases that name the listing."""
        return LISTING_WORDS.get(self.entry.listing)


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day, in the reader's time zone."""

    date: date
    events: list[Event]


@require_GET
@requires(Permission.VIEW)
def history(request: HttpRequest) -> HttpResponse:
    """List the entries, latest first, by day; `before` is the sequence to go on from."""
    entries = AuditEntry.objects.settled()
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        entries = entries.filter(sequence__lt=int(before))
    shown = list(entries[: PAGE_SIZE + 1])
    has_older = len(shown) > PAGE_SIZE
    shown = shown[:PAGE_SIZE]
    context: dict[str, Any] = {
        "days": _by_day(shown),
        "older": shown[-1].sequence if has_older else None,
        "is_first_page": not before,
    }
    return page(request, "history/history.html", context, fragment="history/_days.html")


@require_GET
@requires(Permission.VIEW)
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show one entry in full."""
    if sequence >= 2**63:  # more than the database can be asked for
        raise Http404
    found = get_object_or_404(AuditEntry, pk=sequence)
    related = AuditEntry.objects.none()
    if found.attempt:
        related = AuditEntry.objects.filter(attempt=found.attempt).exclude(pk=found.pk)
    context = {
        "event": event_of(found),
        "related": related.first(),
        "newer": _neighbour(sequence, newer=True),
        "older": _neighbour(sequence, newer=False),
    }
    return page(request, "history/entry.html", context)


def event_of(found: AuditEntry) -> Event:
    """Return an entry with its comparison, named as the items were named then."""
    kind = found.listing
    before, after = tuple(found.before), tuple(found.after)
    items = {
        (kind, item_id): Item(kind=kind, id=item_id, title=found.titles.get(item_id))
        for item_id in {*before, *after}
    }
    return Event(found, compare(kind, before, after, items))


def _by_day(entries: list[AuditEntry]) -> list[Day]:
    return [
        Day(day, [event_of(found) for found in group])
        for day, group in groupby(
            entries, key=lambda found: timezone.localtime(found.recorded_at).date()
        )
    ]


def _neighbour(sequence: int, *, newer: bool) -> int | None:
    entries = AuditEntry.objects.settled()
    if newer:
        entries = entries.filter(sequence__gt=sequence).order_by("sequence")
    else:
        entries = entries.filter(sequence__lt=sequence)
    return entries.values_list("sequence", flat=True).first()
