"""The application's configuration."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from curation import append_only


def create_listings(**kwargs: Any) -> None:
    """Make sure that the portal's listings have their rows, in their order.

    After each migration rather than in one, so that a flushed test database has them too.
    """
    from curation.models import Listing  # noqa: PLC0415 (once the registry is ready)
    from curation.wording import LISTING_WORDS  # noqa: PLC0415 (likewise)

    for rank, key in enumerate(LISTING_WORDS):
        Listing.objects.get_or_create(key=key, defaults={"rank": rank})


class CurationConfig(AppConfig):
    """The dashboard."""

    name = "curation"
    verbose_name = "À la une"

    def ready(self) -> None:
        """Register the system checks, the listings, and who records sign-ins."""
        from curation import checks  # noqa: F401, PLC0415 (once the registry is ready)
        from curation.accounts import signals  # noqa: PLC0415 (likewise)

        signals.connect()
        post_migrate.connect(create_listings, sender=self)
        post_migrate.connect(append_only.install_after_migration, sender=self)
