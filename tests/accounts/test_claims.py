import pytest

from curation.accounts.claims import groups_in, person_in

WHO = {"iss": "https://login.example.org", "sub": "42"}
PROCONNECT = {
    "given_name": "Angela Claire Louise",
    "usual_name": "Durand",
    "email": "angela.durand@example.gouv.fr",
    "uid": "1999",
    "siret": "13002526500013",
}
KEYCLOAK = {
    "name": "Karim Benali",
    "given_name": "Karim",
    "family_name": "Benali",
    "preferred_username": "kbenali",
    "email": "karim@example.org",
    "groups": ["/une/editors", "offline_access"],
}


def test_proconnect_says_usual_name():
    person = person_in(WHO | PROCONNECT, "groups")

    assert (person.first_name, person.last_name) == ("Angela Claire Louise", "Durand")
    assert person.email == "angela.durand@example.gouv.fr"
    assert person.groups == frozenset()
    assert (person.issuer, person.subject) == ("https://login.example.org", "42")


def test_keycloak_says_family_name_and_groups():
    person = person_in(WHO | KEYCLOAK, "groups")

    assert (person.first_name, person.last_name) == ("Karim", "Benali")
    assert person.groups == {"/une/editors", "offline_access"}


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "Léa  Petit\n"}, "Léa Petit"),
        ({"name": "Léa\0\x1b[1mPetit"}, "Léa [1mPetit"),
        ({"preferred_username": "lea"}, "lea"),
        ({"email": "lea@example.org"}, "lea@example.org"),
        ({"family_name": "Petit", "email": "lea@example.org"}, "Petit"),
        ({"given_name": None, "family_name": ["Petit"], "name": 3}, ""),
        ({"given_name": "é" * 200}, "é" * 150),
    ],
)
def test_a_name_is_made_of_what_there_is(claims, name):
    assert person_in(WHO | claims, "groups").name == name


def test_an_endless_address_is_left_out():
    assert person_in(WHO | {"email": "a" * 300 + "@example.org"}, "groups").email == ""


@pytest.mark.parametrize(
    ("claim", "name", "groups"),
    [
        ({"groups": ["a", "b c"]}, "groups", {"a", "b c"}),
        ({"groups": "a"}, "groups", {"a"}),
        ({"groups": ["a", 1, None, ["b"]]}, "groups", {"a"}),
        ({"groups": {"a": 1}}, "groups", set()),
        ({"groups": None}, "groups", set()),
        ({}, "groups", set()),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"realm_access": "a"}, "realm_access.roles", set()),
        ({"https://example.org/groups": ["a"]}, "https://example.org/groups", {"a"}),
        ({"roles": ["a"]}, "groups", set()),
    ],
)
def test_groups_are_a_list_wherever_the_claim_is(claim, name, groups):
    assert groups_in(claim, name) == groups
