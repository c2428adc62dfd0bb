"""Fill the yardstick that the environment names (settings.py); print as JSON how to visit it.

prepare.py CATALOGUE.json ROWS
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402  these need the setup
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402


def fill(raws: list[dict]) -> str:
    """Make the rows; return the path of the page that lists them."""
    if settings.KIND == "wagtail":
        from wagtail.models import Page  # noqa: PLC0415  only this yardstick has it

        top = Page.objects.get(depth=2)
        for raw in raws:
            top.add_child(instance=Page(title=raw["title"][:200], slug=raw["slug"][:200]))
        return f"/admin/pages/{top.pk}/?ordering=ord"
    from shelf.models import Item  # noqa: PLC0415  those have it

    Item.objects.bulk_create(
        Item(
            portal_id=f"{order:024x}",
            title=raw["title"],
            organization=raw.get("organization") or "",
            order=order,
        )
        for order, raw in enumerate(raws, 1)
    )
    return "/admin/shelf/item/"


def main() -> None:
    """Make the tables, the static files, the rows and somebody who is signed in."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    raws = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["datasets"]
    path = fill(raws[: int(sys.argv[2])])
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("editor"))
    print(json.dumps({"path": path, "session": client.cookies["sessionid"].value}))


main()
