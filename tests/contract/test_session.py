"""udata's session cookie, which outranks the key."""

import pytest

from tests.contract.portals import Portal, home, message


def session(portal: Portal, key: str) -> dict[str, str]:
    """Return the headers of somebody who came with `key` before."""
    response = portal.get("/api/1/me/", key=key, mask="id")
    return {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}


@pytest.mark.parametrize("key", ["admin", "user", "deleted"])
def test_key_opens_a_session(portal: Portal, key: str) -> None:
    response = portal.get(home("datasets"), key=key, mask="id")

    name, _, attributes = response.headers["Set-Cookie"].partition("=")
    assert name == "session"
    assert {"secure", "httponly", "path=/"} <= {
        attribute.strip().lower() for attribute in attributes.split(";")
    }


@pytest.mark.parametrize("key", [None, "", "wrong", "inactive"])
def test_nobody_gets_no_session(portal: Portal, key: str | None) -> None:
    assert "Set-Cookie" not in portal.get(home("datasets"), key=key, mask="id").headers


@pytest.mark.parametrize("key", [None, "user", "wrong"])
def test_session_outranks_the_key(portal: Portal, key: str | None) -> None:
    admin = session(portal, "admin")

    response = portal.put_home("datasets", [], key=key, headers=admin)

    assert (response.status_code, response.json()) == (200, [])
    assert "Set-Cookie" not in response.headers


def test_forged_session_is_ignored(portal: Portal) -> None:
    response = portal.put_home("datasets", [], key=None, headers={"Cookie": "session=forged"})

    assert response.status_code == 401


def test_me_says_who_has_the_key(portal: Portal) -> None:
    admin = portal.get("/api/1/me/", key="admin").json()
    user = portal.get("/api/1/me/", key="user", mask="roles,first_name").json()

    assert admin["apikey"] == portal.keys["admin"]
    assert (admin["first_name"], admin["roles"]) == ("Aline", ["admin"])
    assert user == {"first_name": "Éric", "roles": []}


@pytest.mark.parametrize(
    ("key", "words"),
    [(None, "The server could not"), ("wrong", "Invalid"), ("deleted", "The server")],
)
def test_me_is_nobody_without_a_key(portal: Portal, key: str | None, words: str) -> None:
    response = portal.get("/api/1/me/", key=key)

    assert response.status_code == 401
    assert message(response).startswith(words)
