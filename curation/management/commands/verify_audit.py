"""Verify the audit log, in the database or in an exported file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from curation import append_only
from curation.domain import chain
from curation.management.progress import watched
from curation.models import AuditEntry
from curation.services import audit, heartbeats


class Command(BaseCommand):
    """Follow the chain from its first entry; name the first broken one."""

    # They would load every page of the product: neither the time nor the memory is needed.
    requires_system_checks = ()
    help = "Verify the chain of the audit log. Exit 1 and name the first broken entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; the keys of the configuration are known without."""
        parser.add_argument("file", nargs="?", type=Path, help="an export (JSON Lines) to verify")
        chain.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say so."""
        walk = chain.Walk(
            [*audit.keys(), *options["key_file"]],
            options["head"],
            without_key=options["without_key"],
        )
        broken = self._follow_file(walk, options["file"]) if options["file"] else self._follow(walk)
        if not options["file"]:
            self._remember(walk, broken)
        if broken:
            raise CommandError(str(broken))
        self.stdout.write("\n".join(walk.report()))

    def _follow(self, walk: chain.Walk) -> chain.Broken | None:
        if not append_only.is_installed(connection):
            self.stderr.write("The database does not refuse changes to entries: run migrate.")
        last = AuditEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
        return audit.verify(walk, watched(audit.links(), last or 0, self.stderr))

    def _remember(self, walk: chain.Walk, broken: chain.Broken | None) -> None:
        """Let the status page tell of it, unless this may only read."""
        how = {"sequence": broken.sequence, "reason": broken.reason} if broken else None
        found = {"count": walk.count, "broken": how}
        try:
            heartbeats.beat(heartbeats.VERIFY, found)
        except DatabaseError:
            self.stderr.write("The status page cannot tell of this: the database takes no changes.")

    def _follow_file(self, walk: chain.Walk, file: Path) -> chain.Broken | None:
        try:
            with file.open("rb") as lines:
                size = file.stat().st_size
                return chain.follow_lines(walk, watched(lines, size, self.stderr, amount=len))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
