"""The audit log: by day and by filter, entry by entry, and the lists as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.comparison import Comparison, compare
from curation.exports import csv_lines, jsonl_lines
from curation.fragments import rendered
from curation.http import page, wants_fragment
from curation.models import Action, AuditEntry, Listing, User
from curation.portal import portal_client
from curation.portal.items import Item
from curation.services import audit, rewinding
from curation.services import history as log
from curation.services.drafts import draft_of, token
from curation.services.errors import StaleDraft
from curation.services.history import ACTION_GROUPS, Filter
from curation.services.listings import known_items
from curation.services.rewinding import Side
from curation.wording import LISTING_WORDS, ROLE_WORDS

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.safestring import SafeString

    from curation.wording import ListingWords, Words

PAGE_SIZE = 25
LONGEST_SEARCH = 200
EXPORTS = {
    "csv": (csv_lines, "text/csv"),
    "jsonl": (jsonl_lines, "application/jsonl"),
}
# What a date field can mean; beyond, arithmetic on dates fails.
FIRST_YEAR, LAST_YEAR = 1970, 2200


@dataclass(frozen=True, slots=True)
class Event:
    """An entry as the history shows it: its words and its picture."""

    entry: AuditEntry
    comparison: Comparison

    @property
    def words(self) -> ListingWords | None:
        """Return the phrases that name the listing."""
        return LISTING_WORDS.get(self.entry.listing)

    @property
    def roles(self) -> tuple[Words, Words] | None:
        """Return the words for the roles before and after a change of role."""
        if self.entry.action != Action.ROLE_CHANGED:
            return None
        change = self.entry.detail["role"]
        return ROLE_WORDS[change["before"]], ROLE_WORDS[change["after"]]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day, in the reader's time zone: the latest, and all of them as rows."""

    date: date
    latest: int
    rows: list[SafeString]


@require_GET
@requires(Permission.VIEW)
def history(request: HttpRequest) -> HttpResponse:
    """List the entries that the filter lets through, latest first, by day.

    `before` is the sequence to go on from.
    """
    wanted, problem = filter_of(request.GET)
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = log.find(wanted, before=start, size=PAGE_SIZE, light=True)
    chosen = {name: value for name, value in request.GET.items() if name != "before" and value}
    context: dict[str, Any] = {
        "days": _by_day(found.entries),
        "older": urlencode(chosen | {"before": found.entries[-1].sequence})
        if found.has_older
        else "",
        "query": urlencode(chosen),
        "is_filtered": wanted != Filter(),
        "is_wide": found.is_wide,
        "problem": problem,
        "wanted": wanted,
        "listings": LISTING_WORDS,
        "people": log.people(),
        "actions": ACTION_GROUPS,
        "is_more": start is not None,
        "is_appended": start is not None and wants_fragment(request),
    }
    return page(request, "history/history.html", context, fragment="history/found.html")


def filter_of(form: QueryDict) -> tuple[Filter, str]:
    """Read the filter of an address. What cannot be read is left out, and told in a sentence."""
    listing, actions = form.get("list", ""), form.get("action", "")
    since, until = _day(form.get("from", "")), _day(form.get("to", ""))
    problem = ""
    if (form.get("from") and not since) or (form.get("to") and not until):
        problem = _("A date could not be read, and was left out of the filter.")
    if since and until and until < since:
        problem = _("The period ends before it begins: the two dates were exchanged.")
        since, until = until, since
    return (
        Filter(
            listing=listing if listing in LISTING_WORDS else "",
            person=form.get("person", "").replace("\x00", "")[:150],
            actions=actions if actions in ACTION_GROUPS else "",
            since=since,
            until=until,
            item=form.get("item", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        ),
        problem,
    )


@require_GET
@requires(Permission.VIEW)
def export(request: HttpRequest, extension: str) -> StreamingHttpResponse:
    """Stream what the filter shows, oldest first, as CSV or JSON Lines."""
    wanted, _problem = filter_of(request.GET)
    lines, content_type = EXPORTS[extension]
    response = StreamingHttpResponse(
        lines(log.all_matching(wanted)), content_type=f"{content_type}; charset=utf-8"
    )
    name = f"a-la-une-{timezone.localdate():%Y-%m-%d}.{extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@requires(Permission.VIEW)
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show one entry in full."""
    found = _entry(sequence)
    related = AuditEntry.objects.none()
    if found.attempt:
        related = AuditEntry.objects.filter(attempt=found.attempt).exclude(pk=found.pk)
    context = {
        "event": event_of(found),
        "related": related.first(),
        "newer": _neighbour(found, newer=True),
        "older": _neighbour(found, newer=False),
        "can_restore": found.listing in LISTING_WORDS and found.shown_after is not None,
        "broken": audit.verify_entry(found),
    }
    return page(request, "history/entry.html", context)


@require_GET
@requires(Permission.VIEW)
def as_it_was(request: HttpRequest) -> HttpResponse:
    """Show every list as it was at a moment."""
    asked = request.GET.get("at", "")
    now = timezone.now()
    moment, problem = _moment(asked), ""
    if asked and moment is None:
        problem = _("This date could not be read: here are the lists of now.")
    elif moment and moment > now:
        problem = _("This moment has not come yet: here are the lists of now.")
    moment = min(moment or now, now)
    states = []
    for listing in Listing.objects.all():
        found = log.state_at(listing.key, moment)
        selection = (found.shown_after if found else None) or ()
        states.append((listing, found, _compared(listing.key, selection, found)))
    context = {
        "moment": moment,
        "states": states,
        "problem": problem,
    }
    return page(request, "history/as_it_was.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT)
def restore(request: HttpRequest, sequence: int) -> HttpResponse:
    """Ask, then make the state after an entry (or before it) the editor's draft."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    found = _entry(sequence)
    if found.shown_after is None:
        raise Http404
    listing = get_object_or_404(Listing, pk=found.listing)
    form = request.POST if request.method == "POST" else request.GET
    side = Side.BEFORE if form.get("state") == Side.BEFORE else Side.AFTER
    state = rewinding.past_state(found, side, listing.live, portal_client())
    if request.method == "POST":
        try:
            draft = rewinding.restore_state(
                user, listing, found, side, state, seen=request.POST.get("version", "")
            )
        except StaleDraft as error:
            messages.warning(request, str(error))
        else:
            if draft is None:
                messages.info(request, _("The front page already shows this state."))
            return redirect("review" if draft else "board")
    draft = draft_of(user, listing)
    items = known_items((listing.key, i) for i in {*state.selection, *listing.live, *state.lost})
    context = {
        "entry": found,
        "listing": listing,
        "side": side.value,
        "comparison": compare(listing.key, listing.live, state.selection, items),
        "lost": [found.titles.get(item_id, item_id) for item_id in state.lost],
        "draft": draft,
        "version": token(listing, draft),
    }
    return page(request, "history/restore.html", context)


def _compared(
    kind: str,
    after: tuple[str, ...],
    named_by: AuditEntry | None,
    before: tuple[str, ...] | None = None,
) -> Comparison:
    titles = named_by.titles if named_by else {}
    items = {
        (kind, item_id): Item(kind=kind, id=item_id, title=titles.get(item_id))
        for item_id in {*(before or ()), *after}
    }
    return compare(kind, after if before is None else before, after, items)


def _by_day(entries: list[AuditEntry]) -> list[Day]:
    rows = _rows(entries)
    days = []
    for day, group in groupby(entries, key=lambda e: timezone.localtime(e.recorded_at).date()):
        sequences = [found.sequence for found in group]
        days.append(Day(day, sequences[0], [rows[sequence] for sequence in sequences]))
    return days


def _rows(entries: list[AuditEntry]) -> dict[int, SafeString]:
    """Return the row of each light entry, by sequence. An entry never changes, nor does its row."""
    sequences = {found.digest: found.sequence for found in entries}

    def contexts(missing: list[str]) -> dict[str, dict[str, Any]]:
        found = AuditEntry.objects.in_bulk([sequences[digest] for digest in missing])
        return {digest: {"event": event_of(found[sequences[digest]])} for digest in missing}

    rows = rendered("history/_entry.html", list(sequences), contexts)
    return {sequences[digest]: row for digest, row in rows.items()}


def event_of(found: AuditEntry) -> Event:
    """Return an entry with its comparison, named as the items were named then."""
    return Event(found, _compared(found.listing, tuple(found.after), found, tuple(found.before)))


def _entry(sequence: int) -> AuditEntry:
    if sequence >= 2**63:  # more than the database can be asked for
        raise Http404
    return get_object_or_404(AuditEntry, pk=sequence)


def _neighbour(found: AuditEntry, *, newer: bool) -> int | None:
    """Return the next entry of the same sort: of lists, or of accounts."""
    entries = AuditEntry.objects.settled()
    entries = entries.of_accounts() if found.is_of_account else entries.of_lists()
    if newer:
        entries = entries.filter(sequence__gt=found.sequence).order_by("sequence")
    else:
        entries = entries.filter(sequence__lt=found.sequence)
    return entries.values_list("sequence", flat=True).first()


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # well formed, but no such day
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
