"""What a newcomer finds in the demo: accounts, and a history that led to the lists of today."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from curation.accounts.roles import Role
from curation.domain import selection as selections
from curation.models import Action, AuditEntry, Listing, User
from curation.services import audit, listings
from curation.services.listings import remember_items, set_known, titles_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curation.domain.selection import Selection
    from curation.portal.client import PortalClient

PASSWORD = "demo"  # noqa: S105 (printed on the sign-in page of the demo)
ACCOUNTS = (
    ("claire", "Claire", "Morel", Role.EDITOR),
    ("karim", "Karim", "Benali", Role.EDITOR),
    ("lea", "Léa", "Petit", Role.READER),
    ("admin", "Alix", "Roux", Role.ADMINISTRATOR),
)
SPAN = timedelta(days=90)
STEPS = {"datasets": 12, "reuses": 9}
NOTES = (
    "Nouveau millésime mis en avant pour la rentrée.",
    "Remonté à la demande de l’équipe transport.",
    "Semaine européenne de la mobilité.",
    "Retour à l’ordre validé en comité éditorial.",
    "Les vacances approchent : ce que cherchent les visiteurs d’abord.",
    "Fait écho à l’article publié hier sur le blog.",
    "Moins consulté depuis deux mois, laisse la place.",
    "Journée mondiale de l’environnement.",
)


@dataclass(frozen=True, slots=True)
class _Step:
    listing: Listing
    before: Selection
    after: Selection
    at: datetime


@transaction.atomic
def create_accounts() -> None:
    """Create the demo accounts that do not exist yet."""
    names = [username for username, *_ in ACCOUNTS]
    existing = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    if existing == set(names):
        return
    # Made once for all: it takes long on purpose, and everybody knows the password.
    password = make_password(PASSWORD)
    for username, first_name, last_name, role in ACCOUNTS:
        if username not in existing:
            User.objects.create(
                username=username,
                first_name=first_name,
                last_name=last_name,
                role=role,
                password=password,
            )


def open_accounts() -> list[str]:
    """Return the names of the demo accounts that the demo's password still opens."""
    names = [username for username, *_ in ACCOUNTS]
    accounts = User.objects.filter(username__in=names, is_active=True).order_by("username")
    return [user.get_username() for user in accounts if check_password(PASSWORD, user.password)]


def create_history(client: PortalClient) -> int:
    """Record some forty entries over the last ninety days; return how many.

    They end with the lists that the portal shows now, so that the next change follows on. Does
    nothing once the log holds anything.
    """
    if AuditEntry.objects.exists():
        return 0
    chance = random.Random(1)  # noqa: S311 (the same story each time, nothing secret)
    steps: list[_Step] = []
    for listing in Listing.objects.all():
        live = client.home(listing.key)
        others = client.search(listing.key, "", page_size=30).items
        remember_items([*live, *others])
        steps += _story(
            listing,
            tuple(item.id for item in live),
            [item.id for item in others if item not in live],
            chance,
        )
    with transaction.atomic():
        for step in _in_order(steps):
            _tell(step, chance)
        for listing in Listing.objects.all():
            last = [step for step in steps if step.listing == listing][-1]
            set_known(listing, last.after)
    listings.refresh(client)
    return AuditEntry.objects.count()


def _story(
    listing: Listing, live: Selection, others: list[str], chance: random.Random
) -> list[_Step]:
    """Invent how the live selection came about, from the end to the beginning."""
    states = [live]
    for _number in range(STEPS[listing.key]):
        states.append(_earlier(states[-1], others, chance))
    states.reverse()
    now = timezone.now()
    ages = sorted((chance.uniform(0.02, 1.0) for _state in states), reverse=True)
    moments = sorted(_office_hours(now - SPAN * age, chance) for age in ages)
    steps = [_Step(listing, (), states[0], moments[0])]
    steps += [
        _Step(listing, before, after, at)
        for before, after, at in zip(states, states[1:], moments[1:], strict=False)
    ]
    return steps


def _in_order(steps: list[_Step]) -> Iterator[_Step]:
    """Yield the steps of all listings, at least an hour apart."""
    soonest = datetime.min.replace(tzinfo=UTC)
    for step in sorted(steps, key=lambda step: step.at):
        at = max(step.at, soonest)
        soonest = at + timedelta(hours=1)
        yield replace(step, at=at)


def _earlier(selection: Selection, others: list[str], chance: random.Random) -> Selection:
    """Undo one plausible edit: a replacement, or one or two moves."""
    result = selection
    if chance.random() < 0.5:
        newcomer = chance.choice([item for item in others if item not in selection])
        leaver = chance.choice(selection[2:])
        position = result.index(leaver) + 1
        result = selections.added(selections.removed(result, leaver), newcomer, position)
    for _number in range(chance.choice((0, 1, 1, 2)) if result != selection else 1):
        item = chance.choice(result)
        place = result.index(item) + 1
        to = min(max(place + chance.choice((-3, -2, 2, 3)), 1), len(result))
        result = selections.moved(result, item, to)
    return result if result != selection else selections.moved(result, result[-1], 1)


def _office_hours(moment: datetime, chance: random.Random) -> datetime:
    """Bring a moment to a working hour, never later than it was."""
    local = timezone.localtime(moment)
    if local.hour < 9:
        local -= timedelta(days=1)
    while local.weekday() > 4:
        local -= timedelta(days=1)
    hour, minute = chance.randrange(9, 18), chance.randrange(60)
    settled = local.replace(hour=hour, minute=minute, second=chance.randrange(60))
    return min(settled, moment)


def _tell(step: _Step, chance: random.Random) -> None:
    """Record one step as the log would hold it."""
    key = step.listing.key
    titles = titles_of(key, {*step.before, *step.after})
    if not step.before:
        audit.record(
            Action.LIVE_FIRST_READ,
            actor=audit.SYSTEM,
            listing=key,
            after=step.after,
            titles=titles,
            recorded_at=step.at,
        )
        return
    if chance.random() < 0.15:
        audit.record(
            Action.CHANGE_OUTSIDE,
            actor=audit.OUTSIDER,
            listing=key,
            before=step.before,
            after=step.after,
            titles=titles,
            recorded_at=step.at,
        )
        return
    editor = User.objects.get(username=chance.choice(("claire", "claire", "karim", "admin")))
    note = chance.choice(NOTES) if chance.random() < 0.7 else ""
    if chance.random() < 0.15:
        _attempt(step, editor, note, titles, Action.PUBLISH_FAILED, timedelta())
    _attempt(step, editor, note, titles, Action.PUBLISH_SUCCEEDED, timedelta(minutes=20))


def _attempt(
    step: _Step,
    editor: User,
    note: str,
    titles: dict[str, str],
    outcome: Action,
    later: timedelta,
) -> None:
    attempt = uuid.uuid4()
    answer: dict[str, object] = {"status": 200, "known_by": "answer"}
    if outcome == Action.PUBLISH_FAILED:
        answer = {
            "status": 503,
            "known_by": "read-back",
            "error": "PortalUnavailable",
            "sentence": "Le portail n’est pas disponible pour le moment.",
        }
    for action, detail, seconds in (
        (Action.PUBLISH_STARTED, {"draft": 0, "version": 0}, 0.0),
        (outcome, answer | {"milliseconds": 240}, 0.3),
    ):
        audit.record(
            action,
            actor=audit.actor_of(editor),
            listing=step.listing.key,
            before=step.before,
            after=step.after,
            titles=titles,
            attempt=attempt,
            note=note,
            detail=detail,
            recorded_at=step.at + later + timedelta(seconds=seconds),
        )
