"""What the dashboard remembers. Only services write."""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from django.contrib.auth import models as auth
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from curation.accounts.roles import Permission, Role, may
from curation.canonical import CanonicalJSONField
from curation.domain.selection import Selection
from curation.domain.steps import Step, Steps
from curation.wording import LISTING_WORDS, ROLE_WORDS, ListingWords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

T = TypeVar("T")


class UserManager(auth.UserManager["User"]):
    """Creates people. Django's own would set flags that follow from the role here."""

    use_in_migrations = False

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Create somebody; without a password they sign in elsewhere."""
        username = self.model.normalize_username(username)
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> User:
        """Create an administrator: what `manage.py createsuperuser` means here."""
        return self.create_user(username, email, password, **fields, role=Role.ADMINISTRATOR)


class User(auth.AbstractUser):
    """Somebody who signs in. The role decides what they may do (`accounts.roles`)."""

    role = models.CharField(
        _("role"),
        max_length=20,
        blank=True,
        choices=list(ROLE_WORDS.items()),
        default=Role.NONE,
    )
    via = models.CharField(_("signs in with"), max_length=20, default="local", editable=False)
    # Who it is, to whom they sign in with: never their e-mail, which may pass to somebody else.
    issuer = models.CharField(_("issuer"), max_length=255, blank=True, default="", editable=False)
    subject = models.CharField(_("subject"), max_length=255, blank=True, default="", editable=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(auth.AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=~models.Q(issuer=""), name="person_once"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_local(self) -> bool:
        """Tell whether this is an account of our own, with a password, and not single sign-on's."""
        return self.via == "local"

    @property
    def display_name(self) -> str:
        """The name that colleagues know."""
        return self.get_full_name() or self.get_username()

    @property
    def role_in_force(self) -> str:
        """The role that counts: who is not active has none."""
        return self.role if self.is_active else Role.NONE.value

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """Tell whether Django's admin is theirs to use: the role says so, no column of its own."""
        return may(self, Permission.ADMINISTER)

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        """Tell whether Django's admin asks for no permission of its own."""
        return may(self, Permission.ADMINISTER)

    @property
    def initials(self) -> str:
        """At most two letters for the avatar."""
        words = self.display_name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


class ListingQuerySet(models.QuerySet["Listing"]):
    """Readings of the listings. Leases are counted by the database's clock: machines share it."""

    def free(self) -> ListingQuerySet:
        """Keep the listings that an attempt may take."""
        return self.exclude(claim_expires_at__gt=Now())

    def on_time(self) -> ListingQuerySet:
        """Tell the time as well: `is_held` and `is_reserved` need it."""
        return self.annotate(now=Now())  # type: ignore[no-redef]  # declared for its readers


class Listing(models.Model):
    """One curated list of the portal, what we last knew of it, and who is publishing it."""

    key = models.CharField(max_length=40, primary_key=True)
    rank = models.PositiveSmallIntegerField(default=0)

    # The live selection as last known; null before the first reading.
    known = models.JSONField(null=True, default=None)
    # Grows by one each time the known selection changes: a page can tell that it is behind.
    revision = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, default=None)
    unreachable_since = models.DateTimeField(null=True, default=None)
    # How often it was read, and how long that took in all: what the portal's speed is told from.
    readings = models.BigIntegerField(default=0)
    reading_milliseconds = models.BigIntegerField(default=0)

    # One attempt at a time, across processes and machines: taken by compare-and-set. A claim names
    # one call of `publish`, not its attempt: the same attempt may be asked for twice. No claim, but
    # a time at which it expires: the attempt was given up, and its list may still land till then.
    claim = models.UUIDField(null=True, default=None)
    claimed_by = models.CharField(max_length=150, blank=True, default="")
    claimed_at = models.DateTimeField(null=True, default=None)
    claim_expires_at = models.DateTimeField(null=True, default=None)

    now: datetime  # by the database's clock, if `on_time()` asked for it

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "key"]

    def __str__(self) -> str:
        return self.key

    @property
    def live(self) -> Selection:
        """The live selection as last known; empty before the first reading."""
        return tuple(self.known or ())

    @property
    def words(self) -> ListingWords:
        """The phrases that name this listing."""
        return LISTING_WORDS[self.key]

    @property
    def is_held(self) -> bool:
        """Tell whether an attempt is at work on this listing."""
        return self.claim is not None and self.is_reserved

    @property
    def is_reserved(self) -> bool:
        """Tell whether an attempt is at work, or was given up and may still have an effect."""
        return self.claim_expires_at is not None and self.claim_expires_at > self.now


class KnownItem(models.Model):
    """An item as the portal last described it, so that a list can be shown without asking."""

    kind = models.CharField(max_length=40)
    portal_id = models.CharField(max_length=40)
    card = models.JSONField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "portal_id"], name="known_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.portal_id}"


class Draft(models.Model):
    """One editor's unpublished selection of one listing. Exists only while it differs."""

    editor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="drafts")
    ids = models.JSONField()
    base_ids = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    # The entry whose state this draft restores, until it is edited.
    origin = models.BigIntegerField(null=True, default=None)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["editor", "listing"], name="draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} by {self.editor_id}"

    @property
    def selection(self) -> Selection:
        """What the editor wants to publish."""
        return tuple(self.ids)

    @property
    def base(self) -> Selection:
        """The live selection that the editor started from."""
        return tuple(self.base_ids)


class DraftSteps(models.Model):
    """What an editor can undo and redo in one listing (`domain.steps`).

    Apart from the draft, which is gone while it does not differ: that step can be undone, too. True
    only of the selection and the base that it names. Whatever else changes either, a publication or
    an adopted merge, leaves nothing to undo, and nobody has to clear it.
    """

    editor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    ids = models.JSONField()
    base_ids = models.JSONField()
    past = models.JSONField()  # [moment, ids] of each step, the latest last
    future = models.JSONField()
    # Of the next step in each direction; "" without one. Read with the board, unlike the steps.
    undo_moment = models.CharField(max_length=40, blank=True)
    redo_moment = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["editor", "listing"], name="draft_steps_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} by {self.editor_id}"

    @property
    def steps(self) -> Steps:
        """The steps in either direction."""
        past, future = (
            tuple(Step(moment, tuple(ids)) for moment, ids in each)
            for each in (self.past, self.future)
        )
        return Steps(past, future)

    def holds(self, selection: Selection, base: Selection) -> bool:
        """Tell whether the steps begin and end at this selection of this base."""
        return (tuple(self.ids), tuple(self.base_ids)) == (selection, base)


class Presence(models.Model):
    """That an editor has the board open. Out of date soon after the last sign of life."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="presence"
    )
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id} since {self.since}"


class Action(models.TextChoices):
    """What an entry of the audit log records."""

    PUBLISH_STARTED = "publish.started", _("publication started")
    PUBLISH_SUCCEEDED = "publish.succeeded", _("publication")
    PUBLISH_REFUSED = "publish.refused", _("publication refused")
    PUBLISH_FAILED = "publish.failed", _("publication failed")
    PUBLISH_UNDETERMINED = "publish.undetermined", _("publication of unknown outcome")
    CHANGE_OUTSIDE = "change.outside", _("change made outside")
    LIVE_FIRST_READ = "live.first_read", _("first reading")
    SIGNED_IN = "account.signed_in", _("sign-in")
    SIGNED_OUT = "account.signed_out", _("sign-out")
    SIGN_IN_REFUSED = "account.refused", _("sign-in refused")
    ROLE_CHANGED = "account.role_changed", _("change of role")
    PASSWORD_SET = "account.password_set", _("password set")


OUTCOMES = (
    Action.PUBLISH_SUCCEEDED,
    Action.PUBLISH_REFUSED,
    Action.PUBLISH_FAILED,
    Action.PUBLISH_UNDETERMINED,
)

# What happened to accounts. Entries with any other action are about the portal's lists.
OF_ACCOUNTS = (
    Action.SIGNED_IN,
    Action.SIGNED_OUT,
    Action.SIGN_IN_REFUSED,
    Action.ROLE_CHANGED,
    Action.PASSWORD_SET,
)


# Where all entries are read: how many by one query, 10 MB at 2 KB each, and how many are held as
# objects meanwhile.
STREAM_BATCH = 5000
STREAM_CHUNK = 100


class AppendOnly(TypeError):
    """An audit entry was about to be changed or removed."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Readings of the audit log."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("Audit entries are never changed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("Audit entries are never changed.")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnly("Audit entries are never removed.")

    def of_lists(self) -> AuditQuerySet:
        """Leave out what happened to accounts."""
        return self.exclude(action__in=OF_ACCOUNTS)

    def of_accounts(self) -> AuditQuerySet:
        """Keep what happened to accounts."""
        return self.filter(action__in=OF_ACCOUNTS)

    def settled(self) -> AuditQuerySet:
        """Leave out each intent whose outcome is known: the outcome tells both."""
        return self.exclude(action=Action.PUBLISH_STARTED, open_attempt=None)

    def unsettled(self) -> AuditQuerySet:
        """Keep the intents that have no outcome yet."""
        # Not a join: SQLite would walk the whole log looking for the few.
        return self.filter(pk__in=OpenAttempt.objects.values("entry"))

    def light(self) -> AuditQuerySet:
        """Leave the lists and titles in the database, which are most of an entry."""
        return self.only("sequence", "recorded_at", "digest")

    def streamed(
        self, *columns: str | models.Expression, after: int | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the sequence and these columns of each entry, oldest first, in constant memory.

        Only those after a sequence, if it is given.
        """
        rows = self.order_by("sequence").values_list("sequence", *columns)
        return _in_batches(rows, lambda row: row[0], after)

    def streamed_entries(self) -> Iterator[AuditEntry]:
        """Yield each entry, oldest first, in constant memory."""
        return _in_batches(self.order_by("sequence"), lambda entry: entry.sequence)


def _in_batches(
    entries: models.QuerySet[AuditEntry, T],
    sequence_of: Callable[[T], int],
    after: int | None = None,
) -> Iterator[T]:
    """Go along the primary key, batch by batch.

    Entries never change, so batches fit together without a transaction, or a cursor on the server
    that a connection pool may lose. Where to begin is said once: of two lower bounds SQLite may
    take the wrong one, and walk from there each time.
    """
    while True:
        last = None
        rest = entries if after is None else entries.filter(sequence__gt=after)
        for last in rest[:STREAM_BATCH].iterator(STREAM_CHUNK):
            yield last
        if last is None:
            return
        after = sequence_of(last)


class AuditEntry(models.Model):
    """One row of the audit log, chained to the one before (`domain.chain`). Append-only."""

    sequence = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    action = models.CharField(max_length=40, choices=Action.choices)
    listing = models.CharField(max_length=40, blank=True)
    actor_id = models.CharField(max_length=150, blank=True)
    actor_name = models.CharField(max_length=310, blank=True)
    actor_via = models.CharField(max_length=20)
    attempt = models.UUIDField(null=True)
    before = CanonicalJSONField()
    after = CanonicalJSONField()
    titles = CanonicalJSONField()
    note = models.TextField(blank=True)
    detail = CanonicalJSONField()
    # The fingerprint of the key that seals this entry (`chain.fingerprint`), if there is one.
    key = models.CharField(max_length=16, blank=True, default="", editable=False)
    previous_digest = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"],
                condition=models.Q(action=Action.PUBLISH_STARTED),
                name="attempt_started_once",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=models.Q(action__in=[action.value for action in OUTCOMES]),
                name="attempt_settled_once",
            ),
        ]
        # One for each filter of the history, so that a page costs the same however long the log.
        indexes = [
            models.Index(fields=["listing", "-sequence"], name="audit_by_listing"),
            models.Index(fields=["action", "-sequence"], name="audit_by_action"),
            models.Index(fields=["actor_id", "-sequence"], name="audit_by_actor"),
            models.Index(fields=["recorded_at", "sequence"], name="audit_by_time"),
            models.Index(fields=["attempt"], name="audit_by_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; refuse to change what is recorded."""
        if not self._state.adding:
            raise AppendOnly("Audit entries are never changed.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("Audit entries are never removed.")

    @property
    def actor(self) -> dict[str, str]:
        """Return who did it: id, name at the time, and how they signed in."""
        return {"id": self.actor_id, "name": self.actor_name, "via": self.actor_via}

    @property
    def shown_after(self) -> Selection | None:
        """Return the live selection that this entry tells of; None if it does not tell."""
        match self.action:
            case Action.PUBLISH_SUCCEEDED | Action.CHANGE_OUTSIDE | Action.LIVE_FIRST_READ:
                return tuple(self.after)
            case Action.PUBLISH_UNDETERMINED:
                return tuple(self.detail["live"]) if "live" in self.detail else None
            case _:
                return None

    @property
    def is_of_account(self) -> bool:
        """Tell whether this entry is about an account and no list."""
        return self.action in OF_ACCOUNTS

    @property
    def is_outcome(self) -> bool:
        """Tell whether this entry settles an attempt."""
        return self.action in OUTCOMES

    def payload(self) -> dict[str, Any]:
        """Return what the digest covers: the exported keys but the two digests."""
        attempt: uuid.UUID | None = self.attempt
        key = {"key": self.key} if self.key else {}
        return key | {
            "sequence": self.sequence,
            "recorded_at": self.recorded_at.astimezone(UTC)
            .isoformat(timespec="microseconds")
            .replace("+00:00", "Z"),
            "action": str(self.action),
            "listing": self.listing,
            "actor": self.actor,
            "attempt": str(attempt) if attempt else None,
            "before": self.before,
            "after": self.after,
            "titles": self.titles,
            "note": self.note,
            "detail": self.detail,
        }

    def exported(self) -> dict[str, Any]:
        """Return the whole entry, as `export_audit` writes it."""
        return self.payload() | {
            "previous_digest": self.previous_digest,
            "digest": self.digest,
        }


class RefusedSignIns(models.Model):
    """How many refused sign-ins no entry tells of yet: one flood is not one entry each.

    By the way in, and by account; the account is empty for names that are none.
    """

    via = models.CharField(max_length=20)
    account = models.CharField(max_length=150, blank=True)
    untold = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["via", "account"], name="refusals_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.untold} {self.via}/{self.account}"


class SignInAttempts(models.Model):
    """Attempts to sign in with a password, counted for all processes (`services.throttling`).

    The key is a keyed digest: of whom or from where is not to be read here.
    """

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"


class OpenAttempt(models.Model):
    """That an intent has no outcome yet. Few at any time: they are found however long the log.

    Derived from the entries, and no part of what is verified.
    """

    entry = models.OneToOneField(
        AuditEntry, on_delete=models.CASCADE, primary_key=True, related_name="open_attempt"
    )
    attempt = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.attempt} since {self.entry_id}"


class AuditItem(models.Model):
    """That an entry changed an item: the index by which the history finds an item's entries.

    Derived from the entries, and no part of what is verified.
    """

    entry = models.ForeignKey(AuditEntry, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=40)
    portal_id = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["portal_id", "-entry"], name="audit_by_item")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.kind}/{self.portal_id}"


class AuditTitle(models.Model):
    """A title that an item had in some entry, to be searched whatever case and accents.

    Derived from the entries. Grows with the titles that ever were, not with the log.
    """

    kind = models.CharField(max_length=40)
    portal_id = models.CharField(max_length=40)
    title = models.TextField()
    folded = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "portal_id", "title"], name="audit_title_once")
        ]

    def __str__(self) -> str:
        return self.title


class Tally(models.Model):
    """How many entries record an action of a listing: kept with each append, never counted anew.

    Derived from the entries, and no part of what is verified.
    """

    action = models.CharField(max_length=40)
    listing = models.CharField(max_length=40, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "listing"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.count} {self.action} {self.listing}"


class Heartbeat(models.Model):
    """When something that runs beside the web processes last did its work, and what it found."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    found = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
