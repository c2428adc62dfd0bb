from django.db import connection


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
