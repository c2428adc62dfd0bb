"""The application's configuration."""

from django.apps import AppConfig


class CurationConfig(AppConfig):
    """The dashboard."""

    name = "curation"
    verbose_name = "À la une"

    def ready(self) -> None:
        """Register the system checks."""
        from curation import checks  # noqa: F401, PLC0415 (once the registry is ready)
