"""The board: both listings as the editor prepares them."""

from operator import attrgetter
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.http import page
from curation.models import User
from curation.portal import portal_client
from curation.services.history import standing
from curation.services.presence import note_presence, others
from curation.services.reconcile import reconcile
from curation.views.columns import Column, dock_of, load_columns


@require_GET
@requires(Permission.VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Show the board from what we know; the page then asks `live` for fresh lists.

    Only a first visit ever, or "check now" without JavaScript, waits for the portal.
    """
    if "check" in request.GET:
        reconcile(portal_client())
        return redirect("board")
    columns = load_columns(request.user)
    if any(column.listing.known is None for column in columns):
        reconcile(portal_client())
        columns = load_columns(request.user)
    return page(request, "board/board.html", board_context(columns, request.user))


@require_GET
@requires(Permission.VIEW)
def live(request: HttpRequest) -> HttpResponse:
    """Read the live lists and answer with what the page does not show yet.

    A page that asks is a sign that somebody is there. `shown` holds the fingerprints of the columns
    that the page shows: their rows stay untouched.
    """
    reconcile(portal_client())
    note_presence(request.user)
    columns = load_columns(request.user)
    shown = set(request.GET.getlist("shown"))
    context = board_context(columns, request.user) | {
        "stale_columns": [column for column in columns if column.fingerprint not in shown]
    }
    return page(request, "board/live.html", context)


def board_context(columns: list[Column], user: User | AnonymousUser) -> dict[str, Any]:
    """Return what the board shows: the lists, what the log says of them, who else is there."""
    now = standing()
    return lists_context(columns) | {
        "others": others(user),
        "undoable": now.undoable_by(user.get_username()),
        "version": now.version,
        "online": now.online,
        "unsettled": now.unsettled,
    }


def lists_context(columns: list[Column]) -> dict[str, Any]:
    """Return what a step may change: the lists, the bar, the way back and forth."""
    return {
        "columns": columns,
        "dock": dock_of(columns),
        # Across the lists, in the order of the editor's gestures.
        "undo": max(
            (c for c in columns if c.undo_moment), key=attrgetter("undo_moment"), default=None
        ),
        "redo": max(
            (c for c in columns if c.redo_moment), key=attrgetter("redo_moment"), default=None
        ),
        "unreachable_since": min(
            (
                column.listing.unreachable_since
                for column in columns
                if column.listing.unreachable_since
            ),
            default=None,
        ),
    }
