"""Django's admin: for administrators, the log to read only, accounts and roles to edit."""

import pytest
from django.core.management import call_command

from curation.accounts.roles import Role
from curation.admin import site
from curation.models import Action, AuditEntry, AuditItem, User
from curation.services import audit

PAGES = [
    "/admin/",
    "/admin/curation/",
    "/admin/curation/user/",
    "/admin/curation/auditentry/",
    "/admin/curation/audititem/",
    "/admin/curation/auditentry/1/change/",
    "/admin/curation/auditentry/1/history/",
    "/admin/jsi18n/",
]


@pytest.fixture
def entry(db):
    return audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        after=("a" * 24,),
        note="<script>alert(1)</script>",
    )


@pytest.fixture
def at_work(administrator, browser_of):
    """Return an administrator's browser."""
    return browser_of(administrator)


@pytest.mark.parametrize("page", PAGES)
def test_administrators_see_every_page(entry, at_work, page):
    assert at_work.get(page).status_code == 200


@pytest.mark.parametrize("page", [*PAGES, "/admin/password_change/", "/admin/nowhere/"])
@pytest.mark.parametrize("person", ["editor", "reader", "outsider"])
def test_others_see_none(entry, request, browser_of, page, person):
    assert browser_of(request.getfixturevalue(person)).get(page).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, "/admin/nowhere/"])
def test_anonymous_visitors_sign_in_where_everybody_does(entry, client, page, administrator):
    answer = client.get(page, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=/admin/")
    data = {"username": "admin", "password": "admin"}
    if page != "/admin/nowhere/":
        assert client.post(answer.redirect_chain[-1][0], data)["Location"] == page


def test_who_was_deactivated_is_signed_out(at_work, administrator):
    User.objects.filter(pk=administrator.pk).update(is_active=False)

    assert at_work.get("/admin/")["Location"].startswith("/admin/login/")
    assert at_work.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")


def test_nothing_else_is_registered():
    assert set(site._registry) == {User, AuditEntry, AuditItem}


@pytest.mark.parametrize(
    ("method", "page"),
    [
        ("get", "/admin/curation/auditentry/add/"),
        ("post", "/admin/curation/auditentry/add/"),
        ("post", "/admin/curation/auditentry/1/change/"),
        ("get", "/admin/curation/auditentry/1/delete/"),
        ("post", "/admin/curation/auditentry/1/delete/"),
        ("post", "/admin/curation/audititem/1/delete/"),
        ("get", "/admin/curation/user/1/delete/"),
        ("post", "/admin/curation/user/1/delete/"),
    ],
)
def test_the_log_is_read_only_and_accounts_stay(entry, at_work, method, page):
    for model in (AuditItem, User):  # whatever their numbers are in this database
        page = page.replace(
            f"{model._meta.model_name}/1/", f"{model._meta.model_name}/{model.objects.first().pk}/"
        )

    answer = getattr(at_work, method)(page, {"post": "yes", "note": "x"})

    assert answer.status_code == 403
    assert AuditEntry.objects.get().note == entry.note
    assert AuditItem.objects.count() == 1


@pytest.mark.parametrize("model", ["auditentry", "audititem"])
def test_the_log_has_no_action_on_many(entry, at_work, model):
    page = f"/admin/curation/{model}/"

    answer = at_work.post(
        page, {"action": "delete_selected", "_selected_action": ["1"], "post": "yes"}
    )

    assert "<script>alert" not in answer.content.decode()
    assert "delete_selected" not in at_work.get(page).content.decode()
    assert (AuditEntry.objects.count(), AuditItem.objects.count()) == (1, 1)


def test_an_entry_is_shown_without_anything_to_fill_in(entry, at_work):
    shown = at_work.get("/admin/curation/auditentry/1/change/").content.decode()

    assert entry.digest in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert 'name="_save"' not in shown
    assert "<textarea" not in shown


def test_people_are_found_by_name_and_by_role(at_work, editor, reader):
    found = at_work.get("/admin/curation/user/?q=claire").content.decode()
    readers = at_work.get("/admin/curation/user/?role__exact=reader").content.decode()

    assert ("Claire Test" in found, "Lea Test" in found) == (True, False)
    assert ("Claire Test" in readers, "Lea Test" in readers) == (False, True)


def test_a_role_is_given_and_counts_at_once(at_work, reader, browser_of):
    page = f"/admin/curation/user/{reader.pk}/change/"
    form = {"username": "lea", "first_name": "Léa", "last_name": "", "email": ""}

    answer = at_work.post(page, form | {"role": "administrator", "is_active": "on"})

    assert answer.status_code == 302
    reader.refresh_from_db()
    assert (reader.role, reader.first_name, reader.via) == ("administrator", "Léa", "local")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id) == (Action.ROLE_CHANGED, "admin")
    assert entry.detail == {
        "account": {"id": "lea", "name": "Léa"},
        "role": {"before": "reader", "after": "administrator"},
    }
    assert browser_of(reader).get("/admin/").status_code == 200


def test_an_account_is_added_with_a_role_and_a_password(at_work, client):
    answer = at_work.post(
        "/admin/curation/user/add/",
        {
            "username": "nina",
            "role": "editor",
            "usable_password": "true",
            "password1": "Kf7-paysage",
            "password2": "Kf7-paysage",
        },
    )

    assert answer.status_code == 302
    assert User.objects.get(username="nina").role == Role.EDITOR
    assert AuditEntry.objects.get().detail["role"] == {"before": "", "after": "editor"}
    assert client.login(username="nina", password="Kf7-paysage")


@pytest.mark.parametrize(
    ("form", "roles"),
    [
        ({"role": "reader"}, {"before": "reader", "after": ""}),
        ({"role": "reader", "is_active": "on"}, None),
        ({"role": "", "is_active": "on"}, {"before": "reader", "after": ""}),
    ],
)
def test_who_loses_access_is_on_record(at_work, reader, form, roles):
    page = f"/admin/curation/user/{reader.pk}/change/"

    at_work.post(page, {"username": "lea", "first_name": "Léa"} | form)

    assert [entry.detail["role"] for entry in AuditEntry.objects.all()] == [roles] * bool(roles)


def test_a_password_is_changed(at_work, reader, client):
    answer = at_work.post(
        f"/admin/curation/user/{reader.pk}/password/",
        {"usable_password": "true", "password1": "Kf7-paysage", "password2": "Kf7-paysage"},
    )

    assert answer.status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id) == (Action.PASSWORD_SET, "admin")
    assert entry.detail == {"account": {"id": "lea", "name": "Lea Test"}}
    assert client.login(username="lea", password="Kf7-paysage")


@pytest.mark.parametrize(("old", "entries"), [("admin", 1), ("wrong", 0)])
def test_administrators_change_their_own(at_work, client, old, entries):
    new = {"new_password1": "Kf7-paysage", "new_password2": "Kf7-paysage"}
    at_work.post("/admin/password_change/", {"old_password": old} | new)

    told = AuditEntry.objects.filter(action=Action.PASSWORD_SET, actor_id="admin")
    assert told.count() == entries
    assert client.login(username="admin", password="Kf7-paysage") is bool(entries)


def test_a_password_that_is_refused_is_not_on_record(at_work, reader):
    at_work.post(
        f"/admin/curation/user/{reader.pk}/password/",
        {"usable_password": "true", "password1": "Kf7-paysage", "password2": "another"},
    )

    assert not AuditEntry.objects.exists()


def test_signing_out_of_the_admin_signs_out(at_work):
    assert at_work.post("/admin/logout/")["Location"] == "/sign-in/"
    assert at_work.get("/")["Location"].startswith("/sign-in/")


def test_createsuperuser_makes_an_administrator(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Kf7-paysage")

    call_command("createsuperuser", interactive=False, username="root", email="Root@Example.ORG")

    person = User.objects.get()
    assert (person.role, person.email) == ("administrator", "Root@example.org")
    entry = AuditEntry.objects.get()
    assert (entry.actor_via, entry.detail["account"]["id"]) == ("system", "root")
    assert entry.detail["role"] == {"before": "", "after": "administrator"}
    assert person.check_password("Kf7-paysage")


@pytest.mark.parametrize("role", Role)
def test_the_flags_of_django_follow_from_the_role(role):
    is_administrator = role is Role.ADMINISTRATOR

    person = User(role=role)

    assert (person.is_staff, person.is_superuser) == (is_administrator, is_administrator)


def test_an_account_without_a_password_signs_in_elsewhere(db):
    assert not User.objects.create_user("nina").has_usable_password()


def test_the_name_by_which_the_log_knows_somebody_is_kept(at_work, reader):
    page = f"/admin/curation/user/{reader.pk}/change/"

    at_work.post(page, {"username": "claire", "first_name": "Léa", "role": "reader"})

    reader.refresh_from_db()
    assert (reader.username, reader.first_name) == ("lea", "Léa")


@pytest.fixture
def from_elsewhere(db):
    """Return somebody who signs in with single sign-on, and has a password all the same."""
    return User.objects.create_user(
        "42@idp", password="Kf7-paysage", first_name="Ada", via="oidc", role=Role.EDITOR
    )


def test_an_account_of_single_sign_on_takes_no_password(at_work, from_elsewhere, client):
    page = f"/admin/curation/user/{from_elsewhere.pk}"
    new = {"usable_password": "true", "password1": "Kf8-paysage", "password2": "Kf8-paysage"}

    assert not client.login(username="42@idp", password="Kf7-paysage")
    assert at_work.post(f"{page}/password/", new).status_code == 403
    assert "../password/" not in at_work.get(f"{page}/change/").content.decode()
    from_elsewhere.refresh_from_db()
    assert from_elsewhere.check_password("Kf7-paysage")


def test_what_single_sign_on_says_of_a_person_is_not_edited(at_work, from_elsewhere):
    page = f"/admin/curation/user/{from_elsewhere.pk}/change/"

    answer = at_work.post(page, {"first_name": "Claire", "role": "reader", "is_active": "on"})

    assert answer.status_code == 302
    from_elsewhere.refresh_from_db()
    assert (from_elsewhere.first_name, from_elsewhere.role) == ("Ada", Role.READER)
