"""The start: with nothing set it is the demo, with a wrong value it stops."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECRET = "hunter2-never-shown"
CHECK = (
    "from django.core.management import execute_from_command_line as run;"
    "run(['manage.py', 'check', '--deploy', '--fail-level', 'WARNING'])"
)


def start(code: str = "import curation.settings", **variables: str):
    """Start a process with these variables and no others of the product."""
    return subprocess.run(  # noqa: S603  our own interpreter and code
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def in_production(**variables: str) -> dict[str, str]:
    return {
        "SECRET_KEY": "k" * 60,
        "PORTAL_URL": "https://portal.example",
        "PORTAL_API_KEY": SECRET,
        "PROXY_AUTH_HEADER": "X-Forwarded-User",
        "PROXY_AUTH_TRUSTED_IPS": "127.0.0.1",
    } | variables


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_URL", "portal.example"),
        ("PORTAL_URL", f"https://person:{SECRET}@portal.example"),
        ("PORTAL_TIMEOUT", "soon"),
        ("PORTAL_API_KEY_FILE", "/nowhere/key"),
        ("DEBUG", "perhaps"),
        ("HTTPS", "2"),
        ("SECRET_KEY_FILE", "/nowhere/secret"),
        ("DATABASE_URL", f"mysql://person:{SECRET}@host/name"),
        ("DATABASE_URL", f"postgres://person:{SECRET}@host:port/name"),
        ("DATABASE_URL", f"postgres://person:{SECRET}@host"),
        ("DATABASE_URL", f"postgres://person:{SECRET}@[host/name"),
        ("DATABASE_URL", "var/db.sqlite3"),
        ("LANGUAGE_CODE", "de"),
        ("TIME_ZONE", "Paris"),
        ("TIME_ZONE", "../etc/passwd"),
    ],
)
def test_wrong_value_stops_the_start_with_a_sentence_that_names_it(name, value):
    stopped = start(**{name: value})

    kind, _, sentence = stopped.stderr.splitlines()[-1].partition(": ")
    assert stopped.returncode == 1
    assert kind == "django.core.exceptions.ImproperlyConfigured"
    assert name in sentence
    assert sentence.endswith(".")
    assert SECRET not in stopped.stderr + stopped.stdout


def test_secret_given_twice_stops_the_start_without_showing_it(tmp_path):
    file = tmp_path / "key"
    file.write_text(SECRET)

    stopped = start(PORTAL_API_KEY=SECRET, PORTAL_API_KEY_FILE=str(file))

    assert stopped.returncode == 1
    assert "Set PORTAL_API_KEY or PORTAL_API_KEY_FILE, not both." in stopped.stderr
    assert SECRET not in stopped.stderr


def test_without_any_variable_it_is_the_demo():
    demo = start(
        "from curation.settings import *;"
        "print(PORTAL_URL, HTTPS, DEBUG, DATABASES['default']['ENGINE'], LANGUAGE_CODE)"
    )

    assert demo.stdout.split() == [
        "sandbox:",
        "False",
        "False",
        "django.db.backends.sqlite3",
        "fr",
    ]


def test_a_real_portal_brings_https():
    production = start(
        "from curation.settings import *;"
        "print(HTTPS, SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, SECURE_SSL_REDIRECT,"
        " SECURE_HSTS_SECONDS > 0)",
        **in_production(),
    )

    assert production.stdout.split() == ["True"] * 5


def test_server_starts_in_production():
    served = start("import curation.wsgi", **in_production())

    assert (served.returncode, served.stderr) == (0, "")


def test_server_refuses_what_the_checks_call_an_error():
    refused = start("import curation.wsgi", PORTAL_URL="https://portal.example")

    assert refused.returncode == 1
    assert "(curation.E001) SECRET_KEY is the demo's" in refused.stderr


@pytest.mark.parametrize(
    "way_in",
    [
        {},
        {
            "OIDC_ISSUER": "https://login.example/realms/staff",
            "OIDC_CLIENT_ID": "a-la-une",
            "OIDC_CLIENT_SECRET": SECRET,
            "ROLE_EDITOR_GROUPS": "editors",
            "PROXY_AUTH_HEADER": "",
        },
        {"LOCAL_LOGIN": "1", "PROXY_AUTH_HEADER": ""},
    ],
    ids=["proxy", "OpenID Connect", "passwords"],
)
def test_production_leaves_nothing_to_complain_of(way_in):
    random_key = "".join(chr(48 + (number * 37) % 75) for number in range(60))

    checked = start(
        CHECK,
        DJANGO_SETTINGS_MODULE="curation.settings",
        **in_production(SECRET_KEY=random_key, ALLOWED_HOSTS="une.example.org", **way_in),
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues" in checked.stdout


def test_production_without_its_keys_is_complained_of():

    checked = start(
        CHECK,
        DJANGO_SETTINGS_MODULE="curation.settings",
        **in_production(SECRET_KEY="short", HTTPS="0", DEBUG="1"),
    )

    assert checked.returncode == 1
    assert {"security.W009", "security.W012", "security.W018"} <= set(
        re.findall(r"security\.W\d+", checked.stderr)
    )


def test_production_has_cookies_of_this_host_alone_and_no_sandbox():
    code = (
        "import django; django.setup();"
        "from django.conf import settings; from django.urls import get_resolver;"
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,"
        " any('sandbox' in str(p.pattern) for p in get_resolver().url_patterns))"
    )
    names = ["__Host-sessionid", "__Host-csrftoken", "False"]

    production = start(code, DJANGO_SETTINGS_MODULE="curation.settings", **in_production())
    demo = start(code, DJANGO_SETTINGS_MODULE="curation.settings")

    assert production.stdout.split() == names
    assert demo.stdout.split() == ["sessionid", "csrftoken", "True"]
