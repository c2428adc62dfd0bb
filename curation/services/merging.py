"""Merging a draft with a live list that moved on since the draft began."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from curation.accounts.roles import Permission, require
from curation.domain.merge import Merge, merge
from curation.models import Action, AuditEntry, Draft, Listing
from curation.services.drafts import draft_of, store, token
from curation.services.errors import StaleDraft

if TYPE_CHECKING:
    from curation.domain.selection import Selection
    from curation.models import User


@dataclass(frozen=True, slots=True)
class Choices:
    """What the editor decided otherwise than proposed (see `domain.merge.merge`)."""

    conceded: frozenset[str] = field(default_factory=frozenset)
    behind: frozenset[str | None] = field(default_factory=frozenset)


def proposal(draft: Draft, theirs: Selection, choices: Choices) -> Merge:
    """Merge what the draft changed into the live selection."""
    return merge(
        draft.base,
        draft.selection,
        theirs,
        conceded=choices.conceded,
        behind=choices.behind,
    )


def adopt(
    editor: User, listing: Listing, *, seen: str, revision: int, choices: Choices
) -> Draft | None:
    """Make the merged selection the editor's draft, based on the live list.

    `seen` and `revision` name the draft and the live list that the page showed; StaleDraft if
    either changed. Returns None, and the draft is gone, if nothing is left that differs.
    """
    require(editor, Permission.EDIT)
    with transaction.atomic():
        current = Listing.objects.select_for_update().get(pk=listing.pk)
        draft = draft_of(editor, current)
        if draft is None or token(current, draft) != seen or current.revision != revision:
            raise StaleDraft
        result = proposal(draft, current.live, choices).result
        return store(editor, current, draft, result, base=current.live)


def latest_change(listing: Listing) -> AuditEntry | None:
    """Return the entry by which the live list became what it is, if the log has it."""
    return (
        AuditEntry.objects.filter(
            listing=listing.key,
            action__in=[
                Action.PUBLISH_SUCCEEDED,
                Action.CHANGE_OUTSIDE,
                Action.PUBLISH_UNDETERMINED,
            ],
        )
        .order_by("-sequence")
        .first()
    )
