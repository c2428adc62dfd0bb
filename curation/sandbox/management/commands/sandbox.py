"""Serve the sandbox alone, over HTTP."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from curation.sandbox.seed import seed
from curation.sandbox.server import make_server


class Command(BaseCommand):
    """Only this command offers the switches for tests at /__ctl__/."""

    help = "Serve the sandbox portal alone, with switches for tests at /__ctl__/ (control.py)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=7100, help="0: any that is free")
        parser.add_argument("--seed-only", action="store_true", help="fill it, and do not serve")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the tables if they are missing, fill them if they are empty, and serve."""
        call_command("migrate", verbosity=0)
        seed()
        if options["seed_only"]:
            return
        server = make_server(options["address"], options["port"])
        self.stdout.write(f"READY http://{options['address']}:{server.server_port}")
        self.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            server.server_close()
