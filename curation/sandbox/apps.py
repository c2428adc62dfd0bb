"""The Django app of the sandbox."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Independent of the product's own app: tables, templates and static files are its own."""

    name = "curation.sandbox"
    label = "sandbox"
    verbose_name = "Bac à sable"
    default_auto_field = "django.db.models.BigAutoField"
