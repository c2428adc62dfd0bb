"""Say in words whether people can sign in with the configured provider."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.accounts.diagnosis import diagnose

LOCAL = {"127.0.0.1", "localhost", "[::1]"}


class Command(BaseCommand):
    help = "Say whether people can sign in with OpenID Connect; exit with 1 if they cannot."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.OIDC_ISSUER:
            raise CommandError(_("No provider is configured: set OIDC_ISSUER."))
        self.stdout.write(_("Provider: %(issuer)s") % {"issuer": settings.OIDC_ISSUER})
        self.stdout.write(_("It has to know these addresses, to the letter:"))
        for address in _addresses():
            self.stdout.write(f"  {address}")
        found = diagnose()
        for sentence in (*found.problems, *found.remarks):
            self.stdout.write(f"- {sentence}")
        if found.problems:
            raise CommandError(_("Nobody can sign in with it."))
        self.stdout.write(self.style.SUCCESS(_("All well: people can sign in.")))


def _addresses() -> list[str]:
    """Return what is registered with the provider, for each name of the dashboard."""
    scheme = "https" if settings.HTTPS else "http"
    names = [name for name in settings.ALLOWED_HOSTS if name not in LOCAL] or ["127.0.0.1:8000"]
    return [
        f"{scheme}://{name}{reverse(page)}"
        for name in names
        for page in ("oidc-callback", "oidc-signed-out")
    ]
