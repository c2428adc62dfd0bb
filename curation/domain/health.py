"""What visitors will not see of a selection, and what an editor may want to look at.

Rules over what is known of an item and of its place. What is not known (None) is no finding: a
portal that does not tell leaves its editors in peace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from curation.domain.selection import Selection


class Severity(StrEnum):
    """How much a finding matters, the gravest first."""

    INVISIBLE = "invisible"  # visitors do not see the item
    WARNING = "warning"
    NOTE = "note"


class Kind(StrEnum):
    """What was found, the gravest first."""

    GONE = "gone"  # purged: the portal only remembers its id
    DELETED = "deleted"
    PRIVATE = "private"
    ARCHIVED = "archived"
    NO_DATASETS = "no_datasets"
    NO_RESOURCES = "no_resources"
    OVERDUE = "overdue"
    REPEATED = "repeated"
    LOW_QUALITY = "low_quality"
    NO_PICTURE = "no_picture"
    BEYOND_LIMIT = "beyond_limit"


_SEVERITY = {
    Kind.GONE: Severity.INVISIBLE,
    Kind.DELETED: Severity.INVISIBLE,
    Kind.PRIVATE: Severity.INVISIBLE,
    Kind.ARCHIVED: Severity.INVISIBLE,
    Kind.NO_DATASETS: Severity.INVISIBLE,
    Kind.NO_RESOURCES: Severity.WARNING,
    Kind.OVERDUE: Severity.WARNING,
    Kind.REPEATED: Severity.WARNING,
    Kind.LOW_QUALITY: Severity.NOTE,
    Kind.NO_PICTURE: Severity.NOTE,
    Kind.BEYOND_LIMIT: Severity.NOTE,
}

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)

# The longest time between two updates, by the frequency that a producer declares. Names and times
# are those of udata 10 (Dataset.next_update: several times a month means once within the month);
# then its older names. The others promise nothing that can be counted: unknown, punctual,
# irregular, continuous (once realtime).
PERIODS: Mapping[str, timedelta] = {
    "hourly": timedelta(hours=1),
    "fourTimesADay": _DAY,
    "threeTimesADay": _DAY,
    "semidaily": _DAY,
    "daily": _DAY,
    "fourTimesAWeek": 7 * _DAY,
    "threeTimesAWeek": 7 * _DAY,
    "semiweekly": 7 * _DAY,
    "weekly": 7 * _DAY,
    "biweekly": 14 * _DAY,
    "threeTimesAMonth": 31 * _DAY,
    "semimonthly": 31 * _DAY,
    "monthly": 31 * _DAY,
    "bimonthly": 62 * _DAY,
    "quarterly": _YEAR / 4,
    "threeTimesAYear": _YEAR,
    "semiannual": _YEAR,
    "annual": _YEAR,
    "biennial": 2 * _YEAR,
    "triennial": 3 * _YEAR,
    "quinquennial": 5 * _YEAR,
    "fortnighly": 14 * _DAY,  # as it was spelt
    "biannual": _YEAR,
}

# udata allows one day more: harvesting takes its time.
GRACE = _DAY
# Of the nine criteria of udata's score, fewer than four are met.
LOW_QUALITY = 0.4


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an item, as far as these rules ask. None: not known, or not of this kind."""

    is_gone: bool = False
    is_deleted: bool = False
    is_private: bool = False
    is_archived: bool = False
    datasets: int | None = None  # that a reuse is made of
    has_resources: bool | None = None
    has_picture: bool | None = None
    quality: float | None = None  # 0 to 1
    frequency: str = ""
    updated_at: datetime | None = None  # with a time zone


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with what a sentence about it needs."""

    kind: Kind
    since: datetime | None = None  # OVERDUE: the last update
    frequency: str = ""  # OVERDUE: the declared one
    number: int = 0  # LOW_QUALITY: percents; REPEATED: the first place; BEYOND_LIMIT: the last one

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return _SEVERITY[self.kind]

    @property
    def is_invisible(self) -> bool:
        """Tell whether it keeps visitors from seeing the item."""
        return self.severity is Severity.INVISIBLE


Findings = tuple[Finding, ...]


def of_item(facts: Facts, now: datetime) -> Findings:
    """Return what is to be said of an item wherever it stands, the gravest first.

    Of one that visitors do not see, only why: the rest does not matter to them.
    """
    return tuple(_why_invisible(facts)) or tuple(_to_look_at(facts, now))


def of_selection(
    selection: Selection, facts: Mapping[str, Facts], now: datetime, limit: int | None = None
) -> tuple[Findings, ...]:
    """Return what is to be said of each place of a list, in order.

    `facts` are those of the items by id; `limit` is how many places visitors are shown, None if
    all of them.
    """
    first: dict[str, int] = {}
    found = []
    for position, item_id in enumerate(selection, start=1):
        findings = of_item(facts.get(item_id, Facts()), now)
        if first.setdefault(item_id, position) != position:
            findings += (Finding(Kind.REPEATED, number=first[item_id]),)
        if limit is not None and position > limit:
            findings += (Finding(Kind.BEYOND_LIMIT, number=limit),)
        found.append(tuple(sorted(findings, key=_rank)))
    return tuple(found)


def is_invisible(facts: Facts) -> bool:
    """Tell whether visitors do not see an item wherever it stands."""
    return any(_why_invisible(facts))


def _why_invisible(facts: Facts) -> Iterator[Finding]:
    if facts.is_gone:
        yield Finding(Kind.GONE)
        return
    if facts.is_deleted:
        yield Finding(Kind.DELETED)
    if facts.is_private:
        yield Finding(Kind.PRIVATE)
    if facts.is_archived:
        yield Finding(Kind.ARCHIVED)
    if facts.datasets == 0:
        yield Finding(Kind.NO_DATASETS)


def _to_look_at(facts: Facts, now: datetime) -> Iterator[Finding]:
    if facts.has_resources is False:
        yield Finding(Kind.NO_RESOURCES)
    if is_overdue(facts, now):
        yield Finding(Kind.OVERDUE, since=facts.updated_at, frequency=facts.frequency)
    if facts.quality is not None and facts.quality < LOW_QUALITY:
        yield Finding(Kind.LOW_QUALITY, number=round(100 * facts.quality))
    if facts.has_picture is False:
        yield Finding(Kind.NO_PICTURE)


def is_overdue(facts: Facts, now: datetime) -> bool:
    """Tell whether the last update is longer ago than the declared frequency promises."""
    period = PERIODS.get(facts.frequency)
    if period is None or facts.updated_at is None:
        return False
    return now - facts.updated_at > period + GRACE


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


def _rank(finding: Finding) -> int:
    return _RANKS[finding.kind]
