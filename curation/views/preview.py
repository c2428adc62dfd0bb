"""The homepage as visitors would see it: with somebody's draft, and online. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission, may
from curation.http import page
from curation.models import Listing, User
from curation.portal import portal_client
from curation.services.history import standing
from curation.services.reconcile import reconcile
from curation.views.columns import dock_of, load_columns

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from curation.comparison import Row
    from curation.views.columns import Column

BOTH, DRAFT, LIVE = "both", "draft", "live"
DESKTOP, PHONE = "desktop", "phone"


@dataclass(frozen=True, slots=True)
class Frame:
    """One homepage."""

    name: str
    title: str
    columns: list[Column]

    @property
    def invisible(self) -> list[tuple[Column, Row]]:
        """Return each item that visitors do not see, with its list."""
        return [(column, row) for column in self.columns for row in column.invisible]


@require_GET
@requires(Permission.VIEW)
def preview(request: HttpRequest) -> HttpResponse:
    """Show the homepage with one's own draft beside what is online; who cannot edit sees that."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 (the permission was checked)
    return _preview(request, user if may(user, Permission.EDIT) else None)


@require_GET
@requires(Permission.VIEW)
def preview_of(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show the draft of a colleague as it is at this moment: the link that they share."""
    return _preview(request, get_object_or_404(User, pk=user_id), is_shared=True)


def _preview(request: HttpRequest, author: User | None, *, is_shared: bool = False) -> HttpResponse:
    if Listing.objects.filter(known__isnull=True).exists():
        reconcile(portal_client())
    live = load_columns(AnonymousUser())
    drafted = load_columns(author) if author else live
    dock = dock_of(drafted)
    has_draft = dock is not None
    title = (
        _("Draft of %(name)s") % {"name": author.display_name}
        if author and is_shared
        else _("Your draft")
    )
    frames = {
        DRAFT: Frame(DRAFT, title, drafted),
        LIVE: Frame(LIVE, _("Online"), [*map(_toned, live, drafted)]),
    }
    shows = [BOTH, DRAFT, LIVE] if has_draft else [LIVE]
    show = _chosen(request, "show", shows)
    width = _chosen(request, "width", [DESKTOP, PHONE])
    context = {
        "author": author if is_shared else None,
        "dock": dock,
        "frames": [frames[name] for name in ((DRAFT, LIVE) if show == BOTH else (show,))],
        "show": show,
        "width": width,
        "online": standing().online,
        "may_change": not is_shared and author is not None,
        # Never read, and not readable now: an empty list would be a claim.
        "is_unread": any(each.listing.known is None for each in live),
        "is_unreachable": any(column.listing.unreachable_since for column in live),
        "checked_at": min(
            (c.listing.checked_at for c in live if c.listing.checked_at), default=None
        ),
        "share_url": request.build_absolute_uri(reverse("preview-of", args=[author.pk]))
        if author and has_draft and not is_shared
        else "",
    }
    return page(request, "preview/preview.html", context)


def _toned(live: Column, drafted: Column) -> Column:
    """Mark what the draft takes out of the live list."""
    leaving = {row.item.id for row in drafted.removed}
    rows = tuple(replace(row, tone="del") if row.item.id in leaving else row for row in live.rows)
    return replace(live, comparison=replace(live.comparison, rows_after=rows))


def _chosen(request: HttpRequest, name: str, allowed: list[str]) -> str:
    """Return the choice that an address makes, the first one for any that there is not."""
    value = request.GET.get(name, "")
    return value if value in allowed else allowed[0]
