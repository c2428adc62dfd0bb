"""Review the difference, then publish it."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.comparison import Row
from curation.http import page, wants_fragment
from curation.models import Listing, User
from curation.portal import portal_client
from curation.services import merging, publishing
from curation.services.errors import (
    NothingToPublish,
    PublishBusy,
    PublishConflict,
    StaleDraft,
    UnseenItems,
)
from curation.services.publishing import Published
from curation.views.columns import load_columns
from curation.views.merge import choices_of, show_merge

NOTE_LENGTH = 2000


@require_GET
@requires(Permission.VIEW)
def review(request: HttpRequest) -> HttpResponse:
    """Show every change that publishing would make, once drafts and live lists agree."""
    return _review(request)


@require_POST
@requires(Permission.EDIT)
def adopt(request: HttpRequest, listing_key: str) -> HttpResponse:
    """Make the merge that the page showed the draft, then go on with the review."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    listing = get_object_or_404(Listing, pk=listing_key)
    revision = request.POST.get("revision", "")
    error = None
    try:
        merging.adopt(
            user,
            listing,
            seen=request.POST.get("version", ""),
            revision=int(revision) if re.fullmatch(r"[0-9]{1,18}", revision) else -1,
            choices=choices_of(request.POST),
        )
    except StaleDraft as stale:
        error = stale
    # A note that a conflict interrupted has no place in an address.
    if not error and not wants_fragment(request) and not request.POST.get("note"):
        return redirect("review")
    # The board behind the dialog shows the draft, too.
    return trigger_client_event(_review(request, stale=error), "check")


@require_POST
@requires(Permission.PUBLISH)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish what the review page showed, one listing after the other."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    seen = {
        column.key: request.POST[f"version-{column.key}"]
        for column in load_columns(user)
        if f"version-{column.key}" in request.POST
    }
    publication = _publication(request.POST.get("publication", ""))
    results = publishing.publish_all(
        user,
        seen=seen,
        # The same form sent twice names the same attempts, and is done once.
        attempts={key: uuid.uuid5(publication, key) for key in seen},
        # Forms send each line end as two characters (HTML), of which the reader counts one.
        note=request.POST.get("note", "")
        .replace("\x00", "")
        .replace("\r\n", "\n")
        .strip()[:NOTE_LENGTH],
        client=portal_client(),
        accepted=request.POST.get("unseen", "").split(),
    )
    published = [result for result in results if result.entry]
    failures = [result for result in results if result.error]
    if failures:
        # The board behind the dialog shows what was published all the same.
        return trigger_client_event(
            _review(request, failures=failures, published=published), "check"
        )
    if published:
        waiting = messages.get_messages(request)
        announcement = _announcement(published)
        # Sent again because its answer was lost, it waits already to be told.
        if announcement not in map(str, waiting):
            messages.success(request, announcement, extra_tags="published")
        waiting.used = False  # type: ignore[union-attr]  # a list only without the middleware
    return _to_board(request)


def _review(
    request: HttpRequest,
    *,
    failures: Sequence[Published] = (),
    published: Sequence[Published] = (),
    stale: StaleDraft | None = None,
) -> HttpResponse:
    columns = load_columns(request.user)
    for column in columns:
        if column.draft and column.is_outdated:
            return show_merge(
                request,
                column.listing,
                column.draft,
                status=409 if failures or stale else 200,
                published=published,
                failures=[result for result in failures if result.listing != column.listing],
                stale=stale,
                note=request.POST.get("note", ""),
            )
    changed = [column for column in columns if column.draft]
    # What is live already needs no question, and is named among what to look at.
    unseen = [row for column in changed for row in column.rows if _is_new_unseen(row)]
    accepted = request.POST.get("unseen", "").split()
    context: dict[str, Any] = {
        "changed": changed,
        "untouched": [column for column in columns if not column.draft],
        "unseen": unseen,
        "is_accepted": all(row.item.id in accepted for row in unseen),
        "asked_again": any(isinstance(result.error, UnseenItems) for result in failures),
        "to_look_at": [
            row
            for column in changed
            for row in column.rows
            if row.findings and not _is_new_unseen(row)
        ],
        "count": sum(column.changes.count for column in changed),
        "publication": uuid.uuid4(),
        "note": request.POST.get("note", ""),
        "note_length": NOTE_LENGTH,
        "failures": failures,
        "published": published,
        "stale": stale,
    }
    return page(
        request,
        "review/review.html",
        context,
        fragment="review/_review.html",
        status=409 if stale else _status(failures),
    )


def _is_new_unseen(row: Row) -> bool:
    return row.tone == "add" and row.is_invisible


def _status(failures: Sequence[Published]) -> int:
    if not failures:
        return 200
    conflicts = (PublishConflict, PublishBusy, StaleDraft, NothingToPublish, UnseenItems)
    return 409 if any(isinstance(result.error, conflicts) for result in failures) else 502


def _announcement(published: Sequence[Published]) -> str:
    lists = ", ".join(
        _("%(list)s (version %(version)s)")
        % {"list": result.listing.words.title, "version": result.entry.sequence}
        for result in published
        if result.entry
    )
    return _("Published: %(lists)s.") % {"lists": lists}


def _publication(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def _to_board(request: HttpRequest) -> HttpResponse:
    if wants_fragment(request):
        return HttpResponseClientRedirect(reverse("board"))
    return redirect("board")
