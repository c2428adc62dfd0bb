import pytest
from django.db import connection

TOKEN = "token-of-the-tests-of-the-figures"


def test_healthz_needs_no_sign_in_and_no_database(client, django_db_blocker):
    response = client.get("/healthz")

    assert response.status_code == 200


def test_readyz_is_ready_with_all_migrations(client, db):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.content == b"ready\n"


def test_readyz_waits_for_migrations(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'curation'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == b"migrations waiting\n"


@pytest.fixture
def token(settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def test_figures_for_whoever_bears_the_token(client, db, token):
    response = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert b"a_la_une_drafts 0\n" in response.content


@pytest.mark.parametrize(
    "authorization", ["", TOKEN, "Bearer", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9"]
)
def test_no_figures_without_the_token(client, db, token, authorization):
    response = client.get("/metrics", headers={"Authorization": authorization})

    assert response.status_code == 403
    assert b"a_la_une_drafts" not in response.content


def test_no_figures_for_a_session(browser_of, administrator, token):
    assert browser_of(administrator).get("/metrics").status_code == 403


def test_without_a_token_there_are_no_figures(client, db):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_beside_the_server_are_not_sent_elsewhere(client, db, token, settings, path):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/history/").status_code == 301
    response = client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
