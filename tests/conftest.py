"""People, the portal, and small helpers that many tests share."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client

from curation import append_only, fragments
from curation.accounts import signals
from curation.accounts.roles import Role
from curation.models import Listing, User
from curation.portal import portal_client
from curation.portal.client import PortalClient
from curation.sandbox import faults
from curation.sandbox.models import KINDS, Site
from curation.sandbox.seed import seed
from curation.services import listings


def pytest_configure() -> None:
    """Leave out what tests do without: strong passwords, named files, an append-only table."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The live server finds static files by the names of the sources only.
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.WHITENOISE_AUTOREFRESH = True  # nor lists them anew for every client
    # Test databases are emptied between tests, and tampered with in some.
    post_migrate.disconnect(append_only.install_after_migration, apps.get_app_config("curation"))


@pytest.fixture
def append_only_log(db: None) -> None:
    """Let the database refuse changes to the log, as it does outside tests.

    Gone with the transaction of the test.
    """
    append_only.install(connection)


def person(username: str, role: Role) -> User:
    """Create somebody with a role; the password is the name."""
    return User.objects.create_user(
        username, password=username, first_name=username.capitalize(), last_name="Test", role=role
    )


@pytest.fixture
def editor(db: None) -> User:
    return person("claire", Role.EDITOR)


@pytest.fixture
def colleague(db: None) -> User:
    """Return another editor."""
    return person("karim", Role.EDITOR)


@pytest.fixture
def reader(db: None) -> User:
    return person("lea", Role.READER)


@pytest.fixture
def administrator(db: None) -> User:
    return person("admin", Role.ADMINISTRATOR)


@pytest.fixture
def outsider(db: None) -> User:
    """Return somebody who signs in and has no role."""
    return person("oscar", Role.NONE)


class Portal:
    """The sandbox, seen from behind: what it holds, and what happens to it."""

    def live(self, kind: str) -> tuple[str, ...]:
        """Return what the homepage shows."""
        return tuple(Site.get().home(kind))

    def set_live(self, kind: str, ids: tuple[str, ...]) -> None:
        """Let an outsider change the homepage."""
        site = Site.get()
        site.home(kind)[:] = ids
        site.save()

    def unlisted(self, kind: str, count: int = 1) -> list[str]:
        """Return ids of visible items that the homepage does not show."""
        visible = KINDS[kind].objects.filter(private=False, archived=None, deleted=None)
        others = visible.exclude(id__in=self.live(kind)).order_by("id")
        return list(others.values_list("id", flat=True)[:count])

    def slug(self, kind: str, item_id: str) -> str:
        """Return the name that an item has in the address of its page."""
        return KINDS[kind].objects.get(pk=item_id).slug

    def change(self, kind: str, item_id: str, **fields: object) -> None:
        """Change an item as its producer would."""
        KINDS[kind].objects.filter(pk=item_id).update(**fields)

    def purge(self, kind: str, item_id: str) -> None:
        """Remove an item for good, leaving its id in the list, as udata's daily job does."""
        KINDS[kind].objects.filter(pk=item_id).delete()


@pytest.fixture
def portal(db: None) -> Iterator[Portal]:
    """Return the seeded sandbox; its faults are off afterwards."""
    seed()
    cache.clear()
    fragments.forget()
    yield Portal()
    faults.clear()


@pytest.fixture
def client_of_portal(portal: Portal) -> PortalClient:
    """Return the client that the product uses."""
    return portal_client()


@pytest.fixture
def listing(portal: Portal, client_of_portal: PortalClient) -> Listing:
    """Return the datasets' listing, once read."""
    listings.refresh(client_of_portal)
    return Listing.objects.get(pk="datasets")


class Browser(Client):
    """Django's test client with the two ways in which the product is used."""

    def force_login(self, user: User, backend: str | None = None) -> None:
        """Sign somebody in before a test begins: the log has no entry of it."""
        user_logged_in.disconnect(signals.signed_in)
        super().force_login(user, backend)
        user_logged_in.connect(signals.signed_in)

    def htmx_get(self, url: str, **parameters: str | int | list[str]):
        """Ask as htmx does."""
        return self.get(url, parameters, headers={"HX-Request": "true"})

    def htmx_post(self, url: str, **data: object):
        """Post as htmx does."""
        return self.post(url, data, headers={"HX-Request": "true"})


@pytest.fixture
def signed_in(editor: User) -> Browser:
    """Return the editor's browser."""
    browser = Browser()
    browser.force_login(editor)
    return browser


@pytest.fixture
def browser_of():
    """Return a function that signs somebody in."""

    def sign_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user)
        return browser

    return sign_in
