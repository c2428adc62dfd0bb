"""Django's command, whose administrators are on record as those whom others make."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from curation.models import User
from curation.services import accounts, audit


class Command(createsuperuser.Command):
    """Create an administrator, and record it: not who did, only that it was on the server."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and record."""
        before = set(User.objects.values_list("pk", flat=True))
        super().handle(*args, **options)
        for user in User.objects.exclude(pk__in=before):
            accounts.record_role_change(user, "", by=audit.SYSTEM)
