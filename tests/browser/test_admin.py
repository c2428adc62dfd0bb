"""Django's admin under our policy, which allows nothing inline: `trouble` fails on any error."""

import pytest
from playwright.sync_api import expect

from curation.models import Action
from curation.services import audit

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(visit, administrator, reader):
    audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets", after=("a" * 24,))
    return visit(administrator).new_page()


def test_its_pages_keep_to_the_policy(admin, administrator, reader):
    person = f"/admin/curation/user/{reader.pk}"
    for path in (
        *("/admin/", "/admin/password_change/"),
        *("/admin/curation/user/?role__exact=reader&q=lea", "/admin/curation/user/add/"),
        *(f"{person}/change/", f"{person}/password/", f"{person}/history/"),
        *("/admin/curation/auditentry/", "/admin/curation/auditentry/1/change/"),
        "/admin/curation/audititem/",
    ):
        admin.goto(path)
        expect(admin.locator("#content")).to_be_visible()


def test_an_administrator_gives_a_role(admin, reader):
    admin.goto("/")
    admin.locator(".menu summary").click()
    admin.get_by_role("link", name="Administration").click()
    admin.get_by_role("link", name="Utilisateurs").first.click()
    admin.get_by_role("link", name="lea", exact=True).click()

    admin.get_by_label("Rôle").select_option("editor")
    admin.get_by_role("button", name="Enregistrer", exact=True).click()

    expect(admin.locator(".messagelist .success")).to_be_visible()
    reader.refresh_from_db()
    assert reader.role == "editor"
