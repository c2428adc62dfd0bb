"""Say in words whether curation can work with the configured portal and key."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.logs import quiet
from curation.portal import portal_client
from curation.portal.diagnosis import Access, Diagnosis, Way, diagnose

WAYS = {
    Way.HOME_LISTS: gettext_lazy("homepage lists"),
    Way.BLOCS: gettext_lazy("homepage blocks (udata 10.9 and later)"),
    Way.UNKNOWN: gettext_lazy("not known"),
}


class Command(BaseCommand):
    help = "Say whether curation can work with the configured portal; exit with 1 if it cannot."

    def handle(self, *args: Any, **options: Any) -> None:
        with quiet("curation.portal.client"):
            diagnosis = diagnose(portal_client())
        for line in _lines(diagnosis):
            self.stdout.write(line)
        if not diagnosis.can_publish:
            raise CommandError(_("Publishing cannot work."))
        self.stdout.write(self.style.SUCCESS(_("All well: publishing can work.")))


def _lines(found: Diagnosis) -> list[str]:
    """Describe the portal, then what is wrong. The key is never shown."""
    address = _("the built-in sandbox") if settings.IS_SANDBOX else settings.PORTAL_URL
    lines = [_("Address: %(address)s") % {"address": address}]
    if found.site:
        version = found.site.version or _("not told (udata 10.8 and earlier do not)")
        lines += [
            _("Portal: %(title)s") % {"title": found.site.title},
            _("udata version: %(version)s") % {"version": version},
            _("Way of curation: %(way)s") % {"way": WAYS[found.way]},
        ]
    if found.identity:
        may = _("may publish") if found.access is Access.FULL else _("may not publish")
        lines.append(
            _("Access key: of %(name)s, %(may)s") % {"name": found.identity.name, "may": may}
        )
    return lines + [f"- {problem}" for problem in found.problems]
