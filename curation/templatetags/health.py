"""What was found about an item (`domain.health`), in words: what it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from babel.units import format_unit
from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from curation.domain.health import Kind, Severity, is_invisible
from curation.templatetags.words import reading_locale

if TYPE_CHECKING:
    from datetime import datetime

    from curation.domain.health import Finding
    from curation.portal.items import Item
    from curation.wording import Words

register = template.Library()

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding as a page shows it: an icon, a tone of app.css, a claim and what to do."""

    icon: str
    tone: str
    claim: str
    advice: Words


_ICONS = {
    Kind.GONE: "x",
    Kind.DELETED: "x",
    Kind.PRIVATE: "lock",
    Kind.ARCHIVED: "archive",
    Kind.NO_DATASETS: "eyeoff",
    Kind.NO_RESOURCES: "download",
    Kind.OVERDUE: "clock",
    Kind.REPEATED: "copy",
    Kind.LOW_QUALITY: "note",
    Kind.NO_PICTURE: "app",
    Kind.BEYOND_LIMIT: "eyeoff",
}
_TONES = {Severity.INVISIBLE: "is-del", Severity.WARNING: "is-wrn", Severity.NOTE: "muted"}

_CLAIMS: dict[Kind, Words] = {
    Kind.GONE: _("No longer exists on the portal: invisible to visitors"),
    Kind.DELETED: _("Deleted on the portal: invisible to visitors"),
    Kind.PRIVATE: _("Private: invisible to visitors"),
    Kind.ARCHIVED: _("Archived: invisible to visitors"),
    Kind.NO_DATASETS: _("Uses no dataset: invisible to visitors"),
    Kind.NO_RESOURCES: _("Nothing to download"),
    Kind.NO_PICTURE: _("No picture of its own"),
}
_ADVICE: dict[Kind, Words] = {
    Kind.GONE: _("Remove it: a new list cannot be published as long as it is in it."),
    Kind.DELETED: _("Remove it, or have it restored."),
    Kind.PRIVATE: _("Remove it, or have it made public."),
    Kind.ARCHIVED: _("Remove it, or have it brought back from the archive."),
    Kind.NO_DATASETS: _("Remove it, or have its author name its datasets."),
    Kind.NO_RESOURCES: _("Ask for a file, or choose another dataset."),
    Kind.OVERDUE: _("Ask for an update, or choose another dataset."),
    Kind.REPEATED: _("Remove one of the two: visitors see it twice."),
    Kind.LOW_QUALITY: _("Have its description completed on the portal."),
    Kind.NO_PICTURE: _("Ask its author to add one on the portal."),
    Kind.BEYOND_LIMIT: _("Move it up, or remove one before it."),
}

# How often a dataset is updated, as its producer declares it: `health.PERIODS`.
_FREQUENCIES: dict[str, Words] = {
    "hourly": _("every hour"),
    "fourTimesADay": _("four times a day"),
    "threeTimesADay": _("three times a day"),
    "semidaily": _("twice a day"),
    "daily": _("every day"),
    "fourTimesAWeek": _("four times a week"),
    "threeTimesAWeek": _("three times a week"),
    "semiweekly": _("twice a week"),
    "weekly": _("every week"),
    "biweekly": _("every two weeks"),
    "fortnighly": _("every two weeks"),
    "threeTimesAMonth": _("three times a month"),
    "semimonthly": _("twice a month"),
    "monthly": _("every month"),
    "bimonthly": _("every two months"),
    "quarterly": _("every quarter"),
    "threeTimesAYear": _("three times a year"),
    "semiannual": _("twice a year"),
    "biannual": _("twice a year"),
    "annual": _("every year"),
    "biennial": _("every two years"),
    "triennial": _("every three years"),
    "quinquennial": _("every five years"),
}


@register.filter
def advised(finding: Finding) -> Advice:
    """Word a finding."""
    return Advice(
        icon=_ICONS[finding.kind],
        tone=_TONES[finding.severity],
        claim=_claim(finding),
        advice=_ADVICE[finding.kind],
    )


@register.filter
def unseen(item: Item) -> bool:
    """Tell whether visitors do not see an item, wherever it stands."""
    return is_invisible(item.facts)


def _claim(finding: Finding) -> str:
    match finding.kind:
        case Kind.OVERDUE:
            return gettext("Not updated for %(time)s (declared: %(frequency)s)") % {
                "time": for_how_long(finding.since) if finding.since else "",
                "frequency": _FREQUENCIES[finding.frequency],
            }
        case Kind.REPEATED:
            return gettext("Listed twice: it already is no. %(number)d") % {
                "number": finding.number
            }
        case Kind.LOW_QUALITY:
            return gettext("Poorly described: quality of %(number)d%%") % {"number": finding.number}
        case Kind.BEYOND_LIMIT:
            return ngettext(
                "Not shown: the homepage shows the first only",
                "Not shown: the homepage shows the first %(number)d",
                finding.number,
            ) % {"number": finding.number}
        case kind:
            return str(_CLAIMS[kind])


def for_how_long(since: datetime) -> str:
    """Say how long ago, in the unit that says enough: "36 jours", "14 mois", "3 ans"."""
    days = (timezone.now() - since) // _DAY
    number, unit = (
        (days, "day")
        if days < 60
        else (days // 30, "month")
        if days < 730
        else (days // 365, "year")
    )
    return str(format_unit(number, f"duration-{unit}", "long", locale=reading_locale()))
