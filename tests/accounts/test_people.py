import pytest

from curation.accounts.claims import Person
from curation.accounts.people import admit, username_of
from curation.accounts.refusals import Reason, SignInRefused
from curation.accounts.roles import Role
from curation.models import Action, AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups(settings):
    settings.ROLE_READER_GROUPS = ["readers"]
    settings.ROLE_EDITOR_GROUPS = ["editors"]


def alice(*groups: str, **changed: str) -> Person:
    said = {
        "issuer": "https://login.example.org/realms/staff",
        "subject": "42",
        "first_name": "Alice",
        "last_name": "Durand",
        "email": "alice@example.org",
    }
    return Person(**said | changed, groups=frozenset(groups))


def test_a_newcomer_has_an_account_of_their_own():
    user = admit(alice("editors"))

    assert (user.get_username(), user.display_name) == ("42@login.example.org", "Alice Durand")
    assert (user.email, user.role, user.via) == ("alice@example.org", Role.EDITOR, "oidc")
    assert not user.has_usable_password()


def test_the_account_is_found_again_whatever_else_changes():
    first = admit(alice("editors"))

    again = admit(alice("readers", first_name="Alix", email="alix@example.org"))

    assert again.pk == first.pk
    again.refresh_from_db()
    assert (again.first_name, again.email, again.role) == ("Alix", "alix@example.org", Role.READER)


def test_people_are_never_matched_by_their_address_or_name():
    local = User.objects.create_user("42@login.example.org", "alice@example.org", "password")

    user = admit(alice("editors"))

    assert user.pk != local.pk
    assert user.get_username().startswith("oidc-")


def test_the_same_subject_of_another_issuer_is_another_person():
    first = admit(alice("editors"))
    other = admit(alice("editors", issuer="https://login.example.org/realms/guests"))

    assert other.pk != first.pk


@pytest.mark.parametrize(
    ("subject", "is_digest"),
    [("auth0|1", True), ("é", True), ("a" * 200, True), ("f81d4fae-7dec", False)],
)
def test_an_account_has_a_name_that_django_takes(subject, is_digest):
    name = username_of(alice(subject=subject))

    User(username=name, password="!").full_clean(exclude=["password"])
    assert name.startswith("oidc-") is is_digest


def test_a_stranger_without_a_role_leaves_nothing_behind():
    with pytest.raises(SignInRefused) as refused:
        admit(alice("visitors"))

    assert (refused.value.reason, refused.value.name) == (Reason.NO_ROLE, "Alice Durand")
    assert not User.objects.exists()


def test_who_left_the_group_loses_the_role():
    user = admit(alice("editors"))

    with pytest.raises(SignInRefused) as refused:
        admit(alice())

    user.refresh_from_db()
    assert refused.value.reason is Reason.NO_ROLE
    assert user.role == Role.NONE
    changes = AuditEntry.objects.filter(action=Action.ROLE_CHANGED).order_by("sequence")
    assert [entry.detail["role"] for entry in changes] == [
        {"before": "", "after": "editor"},
        {"before": "editor", "after": ""},
    ]
    assert {entry.actor_via for entry in changes} == {"oidc"}


def test_a_closed_account_stays_closed():
    user = admit(alice("editors"))
    User.objects.update(is_active=False)

    with pytest.raises(SignInRefused) as refused:
        admit(alice("editors"))

    user.refresh_from_db()
    assert refused.value.reason is Reason.CLOSED
    assert not user.is_active


def test_without_groups_for_roles_administrators_give_them(settings):
    settings.ROLE_READER_GROUPS = settings.ROLE_EDITOR_GROUPS = []

    with pytest.raises(SignInRefused) as refused:
        admit(alice("editors"))
    assert refused.value.reason is Reason.NO_ROLE

    User.objects.filter(subject="42").update(role=Role.READER)
    assert admit(alice()).role == Role.READER
