"""The timeline of a list: which item stood where for how long, and the page of one item."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.domain import chart, sheets
from curation.domain.exposures import DAY
from curation.http import page
from curation.models import Action, Listing
from curation.portal.items import Item
from curation.services import exposures
from curation.services import history as log
from curation.services.errors import TooManyChanges
from curation.services.history import Filter
from curation.services.listings import known_items
from curation.views.history import event_of
from curation.views.periods import LAST_30, LAST_90, LAST_YEAR, BadPeriod, Choice, day_of, period_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from curation.domain.chart import Bar
    from curation.domain.exposures import Exposure, Span
    from curation.models import AuditEntry
    from curation.services.exposures import Timeline

COLUMNS = (
    *("listing", "item", "title", "organization"),
    *("position", "from", "to", "days"),
    *("item_days", "item_mean_position", "item_best_position"),
)
MOST_ROWS = 100
MOST_SPANS = 6  # in the table; an item's own page has them all
MOST_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """An item, what became of it in the period, and its row of the chart."""

    item: Item  # with the title of the time
    exposure: Exposure
    bars: list[Bar]
    top: str  # of its row
    stands: bool  # at the end of the period

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the table has room for."""
        return self.exposure.spans[:MOST_SPANS]

    @property
    def more(self) -> int:
        """How many spans it has no room for."""
        return len(self.exposure.spans) - len(self.spans)


@dataclass(frozen=True, slots=True)
class Pin:
    """One or several changes of the list, on the scale."""

    x: str
    entries: list[AuditEntry]
    url: str

    @property
    def is_outside(self) -> bool:
        """Tell whether somebody changed the list on the portal itself."""
        return any(entry.action == Action.CHANGE_OUTSIDE for entry in self.entries)


@require_GET
@requires(Permission.VIEW)
def timeline(request: HttpRequest) -> HttpResponse:
    """Show what stood on a list in a period, as a chart and as a table."""
    listings = list(Listing.objects.all())
    key = request.GET.get("list") or listings[0].key
    listing = next((each for each in listings if each.key == key), None)
    context: dict[str, Any] = {
        "listings": listings,
        "listing": listing,
        "base": reverse("timeline"),
        "prefix": f"{urlencode({'list': listing.key})}&" if listing else "",
    }
    if listing is None:
        context["problem"] = _("There is no such list. Choose one of those above.")
    else:
        context |= _reading(request, listing)
    return page(
        request,
        "timeline/timeline.html",
        context,
        fragment="timeline/_timeline.html",
        status=422 if context.get("problem") else 200,
    )


@require_GET
@requires(Permission.VIEW)
def item(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Show what became of one item: its exposures in a period, and the entries that changed it."""
    listing = _listing(listing_key)
    found = exposures.identify(listing.key, item_id)
    if found is None:
        raise Http404
    live = listing.live
    wanted = Filter(listing=listing.key, item=item_id)
    context: dict[str, Any] = {
        "listing": listing,
        "item": found.item,
        "titles": found.other_titles,
        "place": live.index(item_id) + 1 if item_id in live else 0,
        "base": reverse("timeline-item", args=[listing.key, item_id]),
        "prefix": "",
        "events": [event_of(entry) for entry in log.find(wanted, size=MOST_ENTRIES).entries],
        "history": f"{reverse('history')}?{urlencode({'item': item_id, 'list': listing.key})}",
    } | _reading(request, listing, item_id)
    return page(
        request,
        "timeline/item.html",
        context,
        fragment="timeline/_item.html",
        status=422 if context.get("problem") else 200,
    )


@require_GET
@requires(Permission.VIEW)
def export(request: HttpRequest, listing_key: str) -> HttpResponseBase:
    """Stream every span of a list in a period as CSV, one a line."""
    listing = _listing(listing_key)
    try:
        choice = period_of(request.GET, timezone.now())
        found = exposures.timeline(listing.key, choice.period)
    except (BadPeriod, TooManyChanges) as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(
        sheets.lines(COLUMNS, _lines(listing, found)), content_type="text/csv; charset=utf-8"
    )
    name = f"exposures-{listing.key}-{choice.first}-{choice.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(listing: Listing, found: Timeline) -> Iterator[tuple[sheets.Cell, ...]]:
    items = known_items((listing.key, each.id) for each in found.exposures)
    for each in found.exposures:
        item = items.get((listing.key, each.id))
        for span in each.spans:
            yield (
                listing.key,
                each.id,
                found.titles.get(each.id) or (item and item.title) or "",
                item.organization if item else "",
                span.position,
                timezone.localtime(span.start).isoformat(timespec="seconds"),
                timezone.localtime(span.end).isoformat(timespec="seconds"),
                round(span.length / DAY, 3),
                round(each.days, 3),
                round(each.mean_position, 3),
                each.best_position,
            )


def _listing(key: str) -> Listing:
    """Return a listing by its key, which may be any text. Raises Http404."""
    listing = next((each for each in Listing.objects.all() if each.key == key), None)
    if listing is None:
        raise Http404
    return listing


def _reading(request: HttpRequest, listing: Listing, item_id: str = "") -> dict[str, Any]:
    """Return what both pages show of a period; or `problem`, a sentence, why they cannot."""
    context: dict[str, Any] = {
        "presets": (LAST_30, LAST_90, LAST_YEAR),
        "today": timezone.localdate(),
    }
    try:
        choice = period_of(request.GET, timezone.now())
        found = exposures.timeline(listing.key, choice.period)
    except (BadPeriod, TooManyChanges) as error:
        since, until = request.GET.get("from", ""), request.GET.get("to", "")
        return context | {
            "problem": str(error),
            "is_misdated": bool(since or until),
            "since": day_of(since),
            "until": day_of(until),
        }
    wanted = [each for each in found.exposures if item_id in ("", each.id)]
    rows = _rows(listing, wanted[:MOST_ROWS], found, choice)
    return context | {
        "choice": choice,
        "period": choice.period,
        "rows": rows,
        "left_out": len(wanted) - len(rows),
        "height": chart.height(len(rows)),
        "ticks": chart.ticks(choice.period, timezone.get_current_timezone()),
        "pins": _pins(listing, found, choice),
        "known_since": found.known_since,
        "unknown": found.known_since and chart.place(found.known_since, choice.period),
    }


def _rows(listing: Listing, wanted: list[Exposure], found: Timeline, choice: Choice) -> list[Row]:
    items = known_items((listing.key, each.id) for each in wanted)
    rows = []
    for number, exposure in enumerate(wanted):
        item = items.get((listing.key, exposure.id)) or Item(kind=listing.key, id=exposure.id)
        if title := found.titles.get(exposure.id):
            item = replace(item, title=title)
        bars = chart.bars(exposure.spans, choice.period, number)
        stands = exposure.end >= choice.period.end
        rows.append(Row(item, exposure, bars, chart.top(number), stands))
    return rows


def _pins(listing: Listing, found: Timeline, choice: Choice) -> list[Pin]:
    moments = [max(entry.recorded_at, choice.period.start) for entry in found.changes]
    pins = []
    for pin in chart.pins(moments, choice.period):
        entries = found.changes[pin.first : pin.last + 1]
        url = reverse("history-entry", args=[entries[0].sequence])
        if len(entries) > 1:
            first, last = (timezone.localdate(e.recorded_at) for e in (entries[0], entries[-1]))
            days = {"list": listing.key, "from": first.isoformat(), "to": last.isoformat()}
            url = f"{reverse('history')}?{urlencode(days)}"
        pins.append(Pin(pin.x, entries, url))
    return pins
