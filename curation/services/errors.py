"""Why a service would not do what was asked. Each is one plain sentence for the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from curation.domain.selection import Selection
    from curation.models import Draft, Listing
    from curation.wording import Words


class CurationError(Exception):
    """A refusal that the editor can understand; nothing was changed or lost."""

    sentence: Words = _("This could not be done. Your draft is kept.")

    def __str__(self) -> str:
        return str(self.sentence)


class StaleDraft(CurationError):
    """The list changed since this page showed it: in another tab, or on the portal."""

    sentence = _(
        "This list changed since the page showed it, probably in another tab. Nothing was "
        "overwritten: here is the list as it is now. Make your change again if it is missing."
    )


class UnknownItem(CurationError):
    """The item is not in the list, or the portal does not know it."""

    sentence = _("The portal does not know this item. Search for it by its title.")


class NotInList(CurationError):
    """The item to move or remove is not in the list any more."""

    sentence = _("This item is not in the list any more. Here is the list as it is now.")


class NoStep(CurationError):
    """There is nothing to undo, or to redo."""

    sentence = _("There is nothing to undo or redo in this list any more. Here it is as it is now.")


class UnknownOrganization(CurationError):
    """The portal has no organization of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return _("The portal knows no organisation named “%(name)s”. Try a part of its name.") % {
            "name": self.name
        }


class NothingChosen(CurationError):
    """Several items were to be moved or removed, and none was chosen."""

    sentence = _("No item is selected. Select those that you mean, then try again.")


class AlreadyListed(CurationError):
    """The item to add is in the list already."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position

    def __str__(self) -> str:
        return _("This item is already in the list, position %(position)d.") % {
            "position": self.position
        }


class NotShowable(CurationError):
    """The item exists, but visitors could not see it."""

    sentence = _(
        "The portal does not show this item to visitors (private, deleted, or gone), "
        "so it cannot be added."
    )


class ListFull(CurationError):
    """The list is as long as this product handles."""

    sentence = _("The list is full. Remove an item before you add another.")


class NotDone(CurationError):
    """The portal, which a step has to ask, kept it from being done."""

    def __init__(self, cause: Words) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return _(
            "%(cause)s Nothing was changed, and your draft is kept: try again in a moment."
        ) % {"cause": self.cause}


class PublishError(CurationError):
    """A publication did not begin, or did not succeed. The draft is kept."""

    is_unclear = False  # whether it may have been published all the same


class NothingToPublish(PublishError):
    """There is no draft, or it does not differ from the live selection."""

    sentence = _("There is nothing to publish: the portal already shows this list.")


class PublishConflict(PublishError):
    """The live selection is not the one that the draft began from."""

    sentence = _(
        "The front page changed since you began. Nothing was overwritten, and your draft is kept."
    )

    def __init__(self, draft: Draft, theirs: Selection) -> None:
        super().__init__(draft, theirs)
        self.draft = draft
        self.theirs = theirs


class PublishBusy(PublishError):
    """Another attempt holds the listing: `by` whom, `since` when. Or one that was given up may
    still have an effect (`is_waiting`).
    """

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self.by = listing.claimed_by
        self.since: datetime | None = listing.claimed_at
        self.is_waiting = listing.claim is None and self.since is not None

    def __str__(self) -> str:
        if self.is_waiting:
            return _(
                "%(name)s’s publication of this list is not confirmed yet. Your draft is kept: "
                "wait until the board shows the result, then review it again."
            ) % {"name": self.by}
        return _(
            "%(name)s is publishing this list at this moment. Your draft is kept: wait a few "
            "seconds, then review it again."
        ) % {"name": self.by or _("Somebody")}


class ItemsRefused(PublishError):
    """Some new items cannot be published. `reasons` maps each id to its title and why."""

    def __init__(self, reasons: Mapping[str, tuple[str, Words]]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return ngettext(
            "The portal would refuse one item. Nothing was sent. Remove it, then publish again.",
            "The portal would refuse %(count)d items. Nothing was sent. Remove them, then "
            "publish again.",
            len(self.reasons),
        ) % {"count": len(self.reasons)}


class UnseenItems(PublishError):
    """Visitors would not see new items (`ids`), and nobody has said that this is meant."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(ids)
        self.ids = tuple(ids)

    def __str__(self) -> str:
        return ngettext(
            "Visitors would not see one of the items that you add. Nothing was sent. Remove it, or "
            "confirm that it is to be published all the same.",
            "Visitors would not see %(count)d of the items that you add. Nothing was sent. Remove "
            "them, or confirm that they are to be published all the same.",
            len(self.ids),
        ) % {"count": len(self.ids)}


class NotPublished(PublishError):
    """The portal refused, failed or could not be asked: it still shows the list as before."""

    def __init__(self, cause: Words) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return _(
            "Not published: the front page is unchanged. %(cause)s Your draft is kept: publish it "
            "again later. If this goes on, tell your administrator."
        ) % {"cause": self.cause}


class NotSettledYet(PublishError):
    """The portal did not say whether it took the list. Reading will tell."""

    is_unclear = True
    sentence = _(
        "The portal did not confirm, so we do not know yet whether your list is published. "
        "Your draft is kept. We keep checking, and the board will show the result: "
        "please do not publish again meanwhile."
    )


class Undetermined(PublishError):
    """The list moved on before the outcome of the attempt could be read."""

    is_unclear = True
    sentence = _(
        "The portal did not confirm, and its list has changed again since: whether yours was "
        "shown meanwhile cannot be told. Your draft is kept. Review it against the list as it is."
    )


class TooManyChanges(CurationError):
    """A period holds more changes than can be shown."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return _(
            "The list changed more than %(most)s times in this period. Choose a shorter one."
        ) % {"most": self.most}
