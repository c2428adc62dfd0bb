"""Who else is at work: who has the board open, and who has a draft. Nobody is locked out by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, F, Value, When, prefetch_related_objects
from django.utils import timezone

from curation.accounts.roles import Permission, may
from curation.models import Draft, Presence, User
from curation.prepared import Prepared

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# The board asks for fresh lists every minute; one answer may be lost, and one be late.
PATIENCE = timedelta(seconds=150)
# As many drafts of others are named; who left one long ago hardly is in anybody's way.
MOST_DRAFTS = 12


_PRESENT = Prepared(
    lambda: (
        Presence.objects.filter(seen_at__gte=timezone.now(), user__is_active=True)
        .exclude(user_id=0)
        .order_by("since")
    )
)
_LATEST_DRAFTS = Prepared(
    lambda: (
        Draft.objects.exclude(editor_id=0)
        .filter(editor__is_active=True)
        .defer("ids", "base_ids")
        .order_by("-pk")[: MOST_DRAFTS + 1]
    )
)


@dataclass(frozen=True, slots=True)
class Others:
    """Colleagues who may change the same lists, whoever began first before the others.

    Of many drafts, those that were begun last; `has_more` says that there are older ones.
    """

    present: tuple[Presence, ...]
    drafts: tuple[Draft, ...]
    has_more: bool = False


def note_presence(user: User | AnonymousUser) -> None:
    """Remember that somebody has the board open. A reader cannot be in anybody's way: no trace."""
    if not isinstance(user, User) or not may(user, Permission.EDIT):
        return
    now = timezone.now()
    again = When(seen_at__lt=now - PATIENCE, then=Value(now))
    noted = Presence.objects.filter(user_id=user.pk).update(
        since=Case(again, default=F("since")), seen_at=now
    )
    if not noted:
        # Two tabs may come first at once.
        Presence.objects.bulk_create(
            [Presence(user_id=user.pk, since=now, seen_at=now)], ignore_conflicts=True
        )


def others(user: User | AnonymousUser) -> Others:
    """Return who else is there. Two queries, and one more if anybody is."""
    present = _PRESENT(timezone.now() - PATIENCE, user.pk or 0)
    latest = _LATEST_DRAFTS(user.pk or 0)
    prefetch_related_objects(present, "user")
    prefetch_related_objects(latest, "editor")
    return Others(
        tuple(each for each in present if may(each.user, Permission.EDIT)),
        tuple(
            draft for draft in latest[MOST_DRAFTS - 1 :: -1] if may(draft.editor, Permission.EDIT)
        ),
        has_more=len(latest) > MOST_DRAFTS,
    )
