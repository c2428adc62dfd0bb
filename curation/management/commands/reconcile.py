"""Settle attempts of unknown outcome and record outside changes, once or all the time."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from curation.portal import portal_client
from curation.services import heartbeats
from curation.services.reconcile import Reconciled, reconcile


class Command(BaseCommand):
    """One pass, or with --watch one every so many seconds until told to stop."""

    help = "Settle attempts of unknown outcome and record changes made on the portal itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="do it again and again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reconcile; exit 1 if a list could not be read, unless watching."""
        pause: float | None = options["watch"]
        if pause is None:
            if self._pass(pause).problems:
                raise CommandError("Some lists could not be read.")
            return
        if pause <= 0:
            raise CommandError("--watch takes a number of seconds above 0.")
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                self._pass(pause)
            except Error as error:  # the watch outlives a restart of the database
                self.stderr.write(f"The database does not answer: {type(error).__name__}.")
            stop.wait(pause)

    def _pass(self, pause: float | None) -> Reconciled:
        """Make one pass, and leave a heartbeat that tells when the next is due.

        A single pass leaves that of a watch alone: it may have stopped, which nobody would see.
        """
        found = reconcile(portal_client())
        if pause or not heartbeats.watch_is_known():
            beat = {"every": pause, "unread": sorted(found.problems)}
            heartbeats.beat(heartbeats.RECONCILE, beat)
        self._tell(found)
        return found

    def _tell(self, found: Reconciled) -> None:
        for outcome in found.settled:
            self.stdout.write(f"Settled: {outcome.action} (entry {outcome.sequence}).")
        if found.unsettled:
            self.stdout.write(f"Not settled yet: {found.unsettled}.")
        for key, error in found.problems.items():
            self.stderr.write(f"{key}: {error}")
        self.stdout.flush()
