"""The actions on the draft of one listing.

Each works as a plain form (redirect to the board) and by htmx (the list as it is now).
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.http import page, wants_fragment
from curation.models import Listing, User
from curation.portal import portal_client
from curation.portal.errors import ItemDeleted, ItemNotFound, PortalError
from curation.services import drafts
from curation.services.drafts import Edit
from curation.services.errors import CurationError, NotDone, StaleDraft
from curation.services.listings import titles_of
from curation.views.board import lists_context
from curation.views.columns import Column, dock_of, load_columns, outline, rows_on_page
from curation.wording import LISTING_WORDS


class Told(NamedTuple):
    """What a step did, in words."""

    words: str
    # Whether it was a step back, which can be made again; the others can be undone.
    was_undone: bool = False
    # The rows to look at (listing, item), of a step of which the page cannot know before what it
    # does: it may have changed several lists.
    changed: tuple[tuple[str, str], ...] | None = None


@require_POST
@requires(Permission.EDIT)
def move(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Move an item to position `to`, counted from 1, or `by` one; beyond the ends means the end."""
    tell = _item(_("“%(title)s” moved to position %(position)d."), item_id)
    if by := {"-1": -1, "1": 1}.get(request.POST.get("by", "")):
        step = partial(drafts.shift_item, item_id=item_id, by=by)
        return _act(request, listing_key, step, tell)
    to = _position(request.POST.get("to", ""))
    if to is None:
        return HttpResponseBadRequest()
    step = partial(drafts.move_item, item_id=item_id, to=to)
    return _act(request, listing_key, step, tell)


@require_GET
@requires(Permission.EDIT)
def place(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Ask for the position to which an item shall go."""
    _listing(listing_key)
    (column,) = load_columns(request.user, [listing_key])
    row = column.row_of(item_id)
    if row is None or row.tone == "del":
        raise Http404
    return page(
        request,
        "board/place.html",
        {"column": column, "row": row},
        fragment="board/_place.html",
    )


@require_POST
@requires(Permission.EDIT)
def move_several(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Move the items `item` in a row, the first to position `to`, counted from 1."""
    to = _position(request.POST.get("to", ""))
    if to is None:
        return HttpResponseBadRequest()
    chosen = request.POST.getlist("item")
    words = ngettext("%(count)d item moved.", "%(count)d items moved.", len(chosen))
    step = partial(drafts.move_items, item_ids=chosen, to=to)
    return _act(request, listing_key, step, _several(words, chosen))


@require_POST
@requires(Permission.EDIT)
def remove_several(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Take the items `item` out of the draft."""
    chosen = request.POST.getlist("item")
    words = ngettext("%(count)d item removed.", "%(count)d items removed.", len(chosen))
    step = partial(drafts.remove_items, item_ids=chosen)
    return _act(request, listing_key, step, _several(words, chosen))


@require_POST
@requires(Permission.EDIT)
def remove(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Take an item out of the draft."""
    tell = _item(_("“%(title)s” removed from the list."), item_id)
    return _act(request, listing_key, partial(drafts.remove_item, item_id=item_id), tell)


@require_POST
@requires(Permission.EDIT)
def restore(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Put a removed item back where it was."""
    tell = _item(_("“%(title)s” is back at position %(position)d."), item_id)
    return _act(request, listing_key, partial(drafts.restore_item, item_id=item_id), tell)


@require_POST
@requires(Permission.EDIT)
def add(request: HttpRequest, listing_key: str, item_id: str) -> HttpResponse:
    """Add an item at position `at`, at the end without one."""
    at = _position(request.POST.get("at", ""))
    step = partial(drafts.add_item, item_id=item_id, at=at, client=portal_client())
    tell = _item(_("“%(title)s” added at position %(position)d."), item_id)
    return _act(request, listing_key, step, tell)


@require_POST
@requires(Permission.EDIT)
def undo(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Take back the last step in this list."""
    tell = partial(_walked, _("Undone: %(what)s"), was_undone=True)
    return _act(request, listing_key, drafts.undo, tell)


@require_POST
@requires(Permission.EDIT)
def redo(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Make the step again that was undone last in this list."""
    return _act(request, listing_key, drafts.redo, partial(_walked, _("Redone: %(what)s")))


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT)
def discard(request: HttpRequest) -> HttpResponse:
    """Ask, then throw away the drafts that the question showed; `list` names one of them."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    only = [request.GET["list"]] if "list" in request.GET else None
    columns = [column for column in load_columns(user, only) if column.draft]
    if request.method == "GET":
        return page(
            request,
            "board/discard.html",
            {"columns": columns, "dock": dock_of(columns)},
            fragment="board/_discard.html",
        )
    shown = [column for column in columns if f"version-{column.key}" in request.POST]
    try:
        seen = {column.key: request.POST[f"version-{column.key}"] for column in shown}
        is_done = drafts.discard(user, seen)
    except StaleDraft as error:
        messages.warning(request, str(error))
    else:
        if is_done:
            way = "" if any(column.is_outdated for column in shown) else "undo"
            messages.success(request, _("Your draft is discarded."), extra_tags=f"step {way}")
        else:
            messages.warning(request, _("There is no draft to discard."))
    return redirect("board")


def _listing(key: str) -> Listing:
    """Name a listing; what it holds is read with the draft."""
    if key not in LISTING_WORDS:
        raise Http404
    return Listing(pk=key)


def _item(words: str, item_id: str) -> Callable[[Edit, Column], Told]:
    def tell(_edit: Edit, column: Column) -> Told:
        row = column.row_of(item_id)
        titles = {} if row else titles_of(column.key, [item_id])
        title = (row and row.item.title) or titles.get(item_id, item_id)
        return Told(words % {"title": title, "position": row.position if row else 0})

    return tell


def _several(words: str, chosen: list[str]) -> Callable[[Edit, Column], Told]:
    return lambda _edit, _column: Told(words % {"count": len(chosen)})


def _walked(words: str, edit: Edit, column: Column, *, was_undone: bool = False) -> Told:
    done = {column.key: edit.changes} | {key: also.changes for key, also in edit.along.items()}
    what = " ".join(outline(key, changes) for key, changes in done.items())
    changed = tuple(
        (key, item_id)
        for key, changes in done.items()
        for item_id in [p.id for p in changes.added] + [m.id for m in changes.moved]
    )
    return Told(words % {"what": what}, was_undone, changed)


def _act(
    request: HttpRequest,
    listing_key: str,
    step: Callable[..., Edit],
    tell: Callable[[Edit, Column], Told],
) -> HttpResponse:
    """Do one step of a draft, then show the true state, whatever became of it.

    `step` is a function of `services.drafts` that still wants the editor, the listing and `seen`;
    `tell` puts in words what was done, beside which the page offers the way back.
    """
    listing = _listing(listing_key)
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    seen = request.POST.get("version", "")
    error: CurationError | ItemNotFound | ItemDeleted | None = None
    status, told, edit = 200, None, None
    try:
        edit = step(user, listing, seen=seen)
    except StaleDraft as stale:
        error, status = stale, 409
    except (CurationError, ItemNotFound, ItemDeleted) as refusal:
        error, status = refusal, 422
    except PortalError as failure:
        error, status = NotDone(str(failure)), 502
    columns = load_columns(user)
    (column,) = (each for each in columns if each.key == listing.key)
    # What moved to where it was is no step: the way back would lead behind another one.
    if edit and edit.before != edit.after:
        told = tell(edit, column)
        way = "redo" if told.was_undone else "undo"
        messages.success(request, told.words, extra_tags=f"step {way}")
    if not wants_fragment(request):
        if error:
            messages.error(request, str(error))
        return redirect("board")
    context = lists_context(columns) | {
        "stale_columns": [
            each for each in columns if each is column or (edit and each.key in edit.along)
        ],
        "on_page": rows_on_page(column, edit, seen, request.POST.get("shown")) if edit else (),
        "error": error,
        "told": told,
    }
    return page(request, "board/acted.html", context, status=status)


def _position(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
