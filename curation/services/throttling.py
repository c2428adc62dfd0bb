"""How often a password may be tried: per name and per address, whichever process is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.models import SignInAttempts

if TYPE_CHECKING:
    from datetime import datetime

WINDOW = timedelta(minutes=15)
MOST_FOR_NAME = 5
# Higher: a whole office may come from one address.
MOST_FROM_ADDRESS = 30
# Counts that are over, removed at each attempt: more than an attempt adds.
_SWEPT = 10


def begin_attempt(name: str, address: str) -> timedelta | None:
    """Count an attempt, or return how long to wait if there were too many.

    It counts before the password is looked at, so that attempts made at the same time share. It
    makes no difference whether an account has the name.
    """
    now = timezone.now()
    _sweep(now)
    waits = []
    with transaction.atomic():
        for key, most in sorted(_limits(name, address).items()):  # sorted: no deadlock
            attempts, _ = SignInAttempts.objects.select_for_update().get_or_create(
                key=key, defaults={"since": now}
            )
            if attempts.since + WINDOW <= now:
                attempts.since, attempts.count = now, 0
            if attempts.count >= most:
                waits.append(attempts.since + WINDOW - now)
                continue
            attempts.count += 1
            attempts.save(update_fields=["since", "count"])
    return max(waits, default=None)


def forgive_attempt(name: str, address: str) -> None:
    """Take back the attempt that succeeded, and those made for this name before it."""
    with transaction.atomic():
        for key, most in sorted(_limits(name, address).items()):
            attempts = SignInAttempts.objects.select_for_update().filter(key=key).first()
            if attempts and attempts.count:
                # Not all from its address: whoever has one account could try others for ever.
                attempts.count = 0 if most == MOST_FOR_NAME else attempts.count - 1
                attempts.save(update_fields=["count"])


def _limits(name: str, address: str) -> dict[str, int]:
    return {
        _key("name", name.casefold()): MOST_FOR_NAME,
        _key("address", address): MOST_FROM_ADDRESS,
    }


def _key(sort: str, value: str) -> str:
    return salted_hmac(f"{__name__}.{sort}", value, algorithm="sha256").hexdigest()


def _sweep(now: datetime) -> None:
    """Remove some of the counts that are over; whoever has hold of one keeps it."""
    with transaction.atomic():
        over = SignInAttempts.objects.filter(since__lte=now - WINDOW)
        swept = over.select_for_update(skip_locked=True).values_list("key", flat=True)[:_SWEPT]
        SignInAttempts.objects.filter(key__in=list(swept)).delete()
