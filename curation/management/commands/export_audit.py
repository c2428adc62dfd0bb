"""Export the audit log, as JSON Lines that verify or as CSV for people."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from curation.exports import csv_lines, jsonl_lines
from curation.management.progress import watched
from curation.models import AuditEntry


class Command(BaseCommand):
    """Write every entry, oldest first."""

    # They would load every page of the product: neither the time nor the memory is needed.
    requires_system_checks = ()
    help = "Export the whole audit log: JSON Lines, or CSV for spreadsheets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", nargs="?", type=Path, help="default: standard output")
        parser.add_argument("--csv", action="store_true", help="CSV instead of JSON Lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the entries; a file appears under its name once it is whole."""
        lines = (csv_lines if options["csv"] else jsonl_lines)(AuditEntry.objects.all())
        last = AuditEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
        parts = watched(lines, last or 0, self.stderr, amount=lambda part: part.count("\n"))
        file: Path | None = options["file"]
        if file is None:
            for part in parts:
                self.stdout.write(part, ending="")
            return
        unfinished = file.with_name(f"{file.name}.part")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as output:
                output.writelines(parts)
            unfinished.replace(file)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        finally:
            unfinished.unlink(missing_ok=True)
