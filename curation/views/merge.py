"""The page on which a draft meets a live list that moved on: theirs, the result, yours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET
from django_htmx.http import replace_url

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.comparison import Row, compare
from curation.domain.merge import Merge, Tie
from curation.http import page, wants_fragment
from curation.models import Listing, User
from curation.services import merging
from curation.services.listings import known_items
from curation.services.merging import Choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from curation.domain.selection import Selection
    from curation.models import Draft
    from curation.portal.items import Item

FRONT = "front"  # how a form names the tie before the first item


@dataclass(frozen=True, slots=True)
class ContestRow:
    """A contested item, and its place in the result by either choice; 0 if it is left out."""

    item: Item
    mine: int
    theirs: int
    is_conceded: bool


@dataclass(frozen=True, slots=True)
class TieRow:
    """A place that both sides filled, and with what."""

    name: str
    mine: list[Item]
    theirs: list[Item]
    is_behind: bool


@require_GET
@requires(Permission.EDIT)
def merge(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Show the merge with the choices made so far; `review.adopt` takes it."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    listing = get_object_or_404(Listing, pk=listing_key)
    draft = user.drafts.filter(listing=listing).first()
    if draft is None or draft.base == listing.live:
        return redirect("review")
    return show_merge(request, listing, draft)


def show_merge(
    request: HttpRequest, listing: Listing, draft: Draft, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Answer with the merge page of one listing, or with its dialog for htmx."""
    is_sent = request.method == "POST"
    context = merge_context(listing, draft, choices_of(request.POST if is_sent else request.GET))
    answer = page(
        request, "merge/merge.html", context | more, fragment="merge/_merge.html", status=status
    )
    # On a page of its own the address holds the choices: another language must not take them back.
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if not is_sent and wants_fragment(request) and here == request.path:
        replace_url(answer, request.get_full_path())
    return answer


def merge_context(listing: Listing, draft: Draft, choices: Choices) -> dict[str, Any]:
    """Return what the merge page shows."""
    theirs, mine, key = listing.live, draft.selection, listing.key
    merged = merging.proposal(draft, theirs, choices)
    items = known_items((key, item_id) for item_id in {*draft.base, *theirs, *mine})
    result = compare(key, theirs, merged.result, items)
    contested = {*merged.contested, *(i for tie in merged.ties for i in (*tie.mine, *tie.theirs))}
    named = {row.item.id: row.item for row in (*result.rows_before, *result.rows_after)}
    named |= {row.item.id: row.item for row in compare(key, mine, theirs, items).rows_before}
    return {
        "listing": listing,
        "draft": draft,
        "latest": merging.latest_change(listing),
        "theirs": compare(key, draft.base, theirs, items),
        "mine": compare(key, draft.base, mine, items),
        "result": result,
        "result_rows": [_result_row(row, draft, merged) for row in result.rows_after],
        "from_theirs": compare(key, theirs, merged.result, items),
        "from_mine": compare(key, mine, merged.result, items),
        "contested": contested,
        "contests": [
            _contest_row(named[each.id], draft, theirs, choices) for each in merged.contests
        ],
        "ties": [_tie_row(tie, named, choices) for tie in merged.ties],
    }


def _result_row(row: Row, draft: Draft, merged: Merge) -> tuple[Row, str]:
    """Return a row toned by what was done to it since the base, and by whom."""
    by_mine = row.item.id in merged.placed_by_mine
    by_theirs = row.item.id in merged.placed_by_theirs
    who = "both" if by_mine and by_theirs else "mine" if by_mine else "theirs" if by_theirs else ""
    tone = "" if not who else "mov" if row.item.id in draft.base else "add"
    return Row(row.item, row.position, tone), who


def _contest_row(item: Item, draft: Draft, theirs: Selection, choices: Choices) -> ContestRow:
    def place(conceded: frozenset[str]) -> int:
        result = merging.proposal(draft, theirs, replace(choices, conceded=conceded)).result
        return result.index(item.id) + 1 if item.id in result else 0

    return ContestRow(
        item,
        mine=place(choices.conceded - {item.id}),
        theirs=place(choices.conceded | {item.id}),
        is_conceded=item.id in choices.conceded,
    )


def _tie_row(tie: Tie, named: Mapping[str, Item], choices: Choices) -> TieRow:
    return TieRow(
        name=tie.after or FRONT,
        mine=[named[item_id] for item_id in tie.mine],
        theirs=[named[item_id] for item_id in tie.theirs],
        is_behind=tie.after in choices.behind,
    )


def choices_of(form: QueryDict) -> Choices:
    """Read the radios: `contest-<id>` and `tie-<id>`, each "mine" or "theirs"."""
    theirs = [name for name, value in form.items() if value == "theirs"]
    ties = [name.removeprefix("tie-") for name in theirs if name.startswith("tie-")]
    return Choices(
        conceded=frozenset(
            name.removeprefix("contest-") for name in theirs if name.startswith("contest-")
        ),
        behind=frozenset(None if name == FRONT else name for name in ties),
    )
