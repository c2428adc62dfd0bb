"""Verify the audit log, in the database or in an exported file."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from curation.domain.chain import Reason
from curation.services import audit

EXPLANATIONS = {
    Reason.UNREADABLE: "it is no entry, or not one that can be hashed.",
    Reason.DIGEST: "its content was altered after it was recorded.",
    Reason.GENESIS: "it stands first, but it is not the first entry of a log.",
    Reason.GAP: "entries before it are missing.",
    Reason.REPEATED: "its number came before: it was inserted, or the order was changed.",
    Reason.LINK: "it follows another entry than the one before it.",
}


class Command(BaseCommand):
    """Follow the chain from its first entry; name the first broken one."""

    help = "Verify the chain of the audit log. Exit 1 and name the first broken entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", nargs="?", type=Path, help="an export (JSON Lines) to verify")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say so."""
        file: Path | None = options["file"]
        count, broken = audit.verify(_entries(file) if file else audit.exported_entries())
        if broken:
            raise CommandError(f"Broken at entry {broken.sequence}: {EXPLANATIONS[broken.reason]}")
        self.stdout.write(f"{count} entries, unbroken from the first to the last.")


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    entry = json.loads(line)
                except ValueError as error:
                    raise CommandError(f"{file}, line {number}: not JSON.") from error
                if not isinstance(entry, dict):
                    raise CommandError(f"{file}, line {number}: not an entry.")
                yield entry
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read.") from error
