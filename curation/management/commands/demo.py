"""Prepare the demo and serve it: what script/run starts."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from curation.logs import quiet
from curation.portal import portal_client
from curation.services import demo


class Command(BaseCommand):
    """Migrate, seed the sandbox, the accounts and a history once, then serve."""

    help = "Prepare the demo (sandbox portal, accounts, history) and serve it with gunicorn."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--port", default=os.environ.get("PORT") or "8000", help="default: PORT, else 8000"
        )
        parser.add_argument(
            "--prepare-only", action="store_true", help="do not serve, only prepare"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare and serve."""
        port = str(options["port"])
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise CommandError(f"PORT must be a number from 1 to 65535, not “{port}”.")
        with quiet("curation"):  # the log lines of an invented history mean nothing
            call_command("migrate", verbosity=0)
            if settings.IS_SANDBOX:
                call_command("sandbox", seed_only=True, verbosity=0)
                demo.create_accounts()
                entries = demo.create_history(portal_client())
                if entries:
                    self.stdout.write(f"Demo history: {entries} entries.")
        if options["prepare_only"]:
            return
        self.stdout.write(f"\n  À la une   http://127.0.0.1:{port}/")
        if settings.IS_SANDBOX:
            self.stdout.write(f"  Sandbox    http://127.0.0.1:{port}/sandbox/")
            self.stdout.write("  Sign in as claire, karim (editors), lea (reader) or admin")
            self.stdout.write(f"  Password   {demo.PASSWORD}\n")
        self.stdout.flush()
        arguments = [
            *(sys.executable, "-m", "gunicorn", "curation.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--log-level", "warning"),
        ]
        os.execv(sys.executable, arguments)  # noqa: S606 (our own arguments, no shell)
