"""The status page: what is known at once, then what the portal answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from curation import __version__
from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.domain.chain import Reason
from curation.http import page, wants_fragment
from curation.portal import portal_client
from curation.portal.diagnosis import Access, Diagnosis
from curation.portal.survey import Survey, survey
from curation.services.status import Log, Status, status
from curation.templatetags.words import ago, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.template.response import TemplateResponse

    from curation.models import AuditEntry, Heartbeat, Listing
    from curation.wording import Words

# Tones of app.css: well, to be looked at, wrong, and neither.
GOOD, DOUBTFUL, BAD, PLAIN = "is-add", "is-wrn", "is-del", ""


# How an entry breaks the chain (domain.chain.EXPLANATIONS), as far as this page can tell.
_HOW: dict[str, Words] = {
    Reason.UNREADABLE: gettext_lazy("it is no entry, or not one that can be hashed."),
    Reason.DIGEST: gettext_lazy("its content was altered after it was recorded."),
    Reason.GENESIS: gettext_lazy("it stands first, but it is not the first entry of a log."),
    Reason.GAP: gettext_lazy("entries before it are missing."),
    Reason.REPEATED: gettext_lazy(
        "its number came before: it was inserted, or the order was changed."
    ),
    Reason.LINK: gettext_lazy("it follows another entry than the one before it."),
    Reason.KEY: gettext_lazy("it is sealed with a key that was not given."),
    Reason.UNSEALED: gettext_lazy("no key seals it, though one seals entries before it."),
    Reason.REWRITTEN: gettext_lazy("it or what came before was rewritten."),
    Reason.TRUNCATED: gettext_lazy("the log ends before it: its end was cut off."),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page: what it is about, how it is, and what to do about it."""

    label: Words
    tone: str
    said: Words
    hint: Words = ""

    @property
    def icon(self) -> str:
        """Return the sign that goes with the tone."""
        return {GOOD: "ok", DOUBTFUL: "alert", BAD: "stop", PLAIN: "info"}[self.tone]


@require_safe
@requires(Permission.VIEW)
def show(request: HttpRequest) -> TemplateResponse:
    """Show what is known; with `?portal`, and to htmx, what the portal answers now."""
    context: dict[str, object] = {}
    if "portal" in request.GET:
        found = survey(portal_client())
        context |= {"survey": found, "portal_checks": list(_of_portal(found))}
    if not wants_fragment(request):
        known = status()
        context |= {"checks": list(_of_dashboard(known)), "database": known.database}
        context["version"] = __version__
    return page(request, "status/status.html", context, fragment="status/_portal.html")


# --- The portal -----------------------------------------------------------------------------------


def _of_portal(found: Survey) -> Iterator[Check]:
    diagnosis = found.diagnosis
    for problem in diagnosis.problems:
        yield Check(_("Publishing"), BAD, problem)
    if not diagnosis.problems:
        failed = sum(trial.error is not None for trial in found.documented)
        hint = (
            ngettext(
                "One other call fails, see below: it is not needed to publish.",
                "%(count)d other calls fail, see below: they are not needed to publish.",
                failed,
            )
            % {"count": failed}
            if failed
            else ""
        )
        yield Check(_("Publishing"), DOUBTFUL if failed else GOOD, _("It can work."), hint)
    if diagnosis.site:
        said = _("%(name)s answers in %(milliseconds)s ms.") % {
            "name": diagnosis.site.title or _("It"),
            "milliseconds": plain(found.milliseconds),
        }
        yield Check(_("Portal"), GOOD, said)
        version = diagnosis.site.version
        unknown = _("Not told: udata 10.8 and earlier do not.")
        yield Check(_("Version of udata"), PLAIN, version or unknown)
    if key := _key(diagnosis):
        yield Check(_("Access key"), GOOD if diagnosis.access is Access.FULL else BAD, key)


def _key(diagnosis: Diagnosis) -> str:
    """Say whose key it is and what it may do; "" if that could not be asked."""
    if diagnosis.identity is None:
        return ""
    words = (
        _("Of %(name)s: it may publish.")
        if diagnosis.access is Access.FULL
        else _("Of %(name)s: it may not publish.")
    )
    return words % {"name": diagnosis.identity.name}


# --- The dashboard --------------------------------------------------------------------------------


def _of_dashboard(known: Status) -> Iterator[Check]:
    for listing in known.listings:
        yield _of_listing(listing)
    yield _of_attempts(known.unsettled)
    yield _of_reconcile(known)
    yield from _of_log(known.log)
    drafts = ngettext("One unpublished draft.", "%(count)s unpublished drafts.", known.drafts)
    nothing = _("None unpublished.")
    said = drafts % {"count": plain(known.drafts)} if known.drafts else nothing
    yield Check(_("Drafts"), PLAIN, said)


def _of_listing(listing: Listing) -> Check:
    if listing.unreachable_since:
        return Check(
            listing.words.title,
            DOUBTFUL,
            _("Cannot be read since: %(ago)s.") % {"ago": ago(listing.unreachable_since)},
            _("Drafts can be prepared meanwhile; publishing has to wait."),
        )
    if listing.checked_at is None:
        return Check(listing.words.title, PLAIN, _("Not read yet: open the front page."))
    said = _("Last read: %(ago)s.") % {"ago": ago(listing.checked_at)}
    return Check(listing.words.title, GOOD, said)


def _of_attempts(unsettled: list[AuditEntry]) -> Check:
    if not unsettled:
        return Check(_("Publications"), GOOD, _("The outcome of each is known."))
    said = ngettext(
        "One has no known outcome since: %(ago)s.",
        "%(count)s have no known outcome, the first since: %(ago)s.",
        len(unsettled),
    ) % {"count": plain(len(unsettled)), "ago": ago(unsettled[0].recorded_at)}
    hint = _("It is settled by reading the portal, as soon as that answers.")
    return Check(_("Publications"), DOUBTFUL, said, hint)


def _of_reconcile(known: Status) -> Check:
    label, heartbeat = _("Watch"), known.reconciled
    if heartbeat is None:
        return Check(
            label,
            DOUBTFUL,
            _("Never ran."),
            _(
                "Changes made on the portal itself are noticed only when somebody looks at the "
                "front page: run “manage.py reconcile --watch 60” beside this."
            ),
        )
    said = _("Last pass: %(ago)s.") % {"ago": ago(heartbeat.at)}
    if known.reconcile_is_late:
        return Check(
            label, BAD, said, _("It has stopped: start “manage.py reconcile --watch” again.")
        )
    if heartbeat.found.get("unread"):
        return Check(label, DOUBTFUL, said, _("It could not read every list."))
    return Check(label, GOOD, said)


def _of_log(log: Log) -> Iterator[Check]:
    label = pgettext("audit", "Log")
    if not log.head:
        yield Check(label, PLAIN, _("No entry yet"))
    elif log.broken:
        hint = _("Somebody or something altered the log: see the documentation on the audit log.")
        yield Check(label, BAD, _broken(log.broken.sequence, log.broken.reason), hint)
    else:
        said = _("%(count)s entries, the last one: %(ago)s.") % {
            "count": plain(log.head),
            "ago": ago(log.recorded_at),
        }
        newest = ngettext(
            "The newest one was verified just now.",
            "The newest %(count)s were verified just now.",
            log.newest,
        ) % {"count": plain(log.newest)}
        yield Check(label, GOOD, said, newest)
    yield _of_verification(log.verified)
    if log.refuses_changes:
        sealed = _("Its entries are sealed with a key.") if log.is_sealed else ""
        yield Check(_("Protection"), GOOD, _("The database refuses changes to the log."), sealed)
    else:
        yield Check(
            _("Protection"),
            BAD,
            _("The database would take changes to the log."),
            _("Run “manage.py migrate”."),
        )


def _broken(sequence: int, reason: str) -> str:
    return _("The log is broken at entry %(sequence)s: %(how)s") % {
        "sequence": sequence,
        "how": _HOW[reason],
    }


def _of_verification(verified: Heartbeat | None) -> Check:
    label = _("Whole verification")
    if verified is None:
        return Check(label, PLAIN, _("Never done."), _("Run “manage.py verify_audit” every day."))
    if broken := verified.found["broken"]:
        return Check(label, BAD, _broken(**broken), ago(verified.at))
    said = _("%(count)s entries, unbroken: %(ago)s.") % {
        "count": plain(verified.found["count"]),
        "ago": ago(verified.at),
    }
    return Check(label, GOOD, said)
