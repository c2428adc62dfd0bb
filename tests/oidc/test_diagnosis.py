"""What manage.py check_sign_in tells an operator before anybody signs in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.oidc.forger import SECRET
from tests.oidc.providers import SHAPES


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def check() -> tuple[str, str]:
    """Run the command; return what it says, and its last word."""
    out = StringIO()
    try:
        call_command("check_sign_in", stdout=out, no_color=True)
    except CommandError as error:
        return out.getvalue(), str(error)
    said, _, last = out.getvalue().rstrip("\n").rpartition("\n")
    return said, last


@pytest.mark.parametrize("in_body", [True, False])
def test_all_well(forger, settings, in_body):
    forger.takes_secret_in_body = in_body
    settings.ALLOWED_HOSTS = ["une.example.org", "127.0.0.1"]
    settings.HTTPS = True

    said, last = check()

    assert last == "All well: people can sign in."
    assert said.splitlines() == [
        f"Provider: {forger.issuer}",
        "It has to know these addresses, to the letter:",
        "  https://une.example.org/oidc/callback/",
        "  https://une.example.org/oidc/signed-out/",
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_all_well_with_the_providers_of_others(provider):
    assert check()[1] == "All well: people can sign in."


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "mock"])
@pytest.mark.parametrize("name", ["OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_a_wrong_client_or_secret_is_found(provider, settings, name):
    setattr(settings, name, "another")

    said, last = check()

    assert last == "Nobody can sign in with it."
    assert "- It does not know this client, or not with this secret" in said


def test_without_a_provider_there_is_nothing_to_check():
    assert check() == ("", "No provider is configured: set OIDC_ISSUER.")


def test_a_provider_that_does_not_answer_is_told(configure):
    configure("http://127.0.0.1:9")

    said, last = check()

    assert last == "Nobody can sign in with it."
    assert "- The provider does not answer (ConnectionError)." in said


def test_an_algorithm_that_it_does_not_use_is_told(forger):
    forger.discovery = lambda document: (
        document | {"id_token_signing_alg_values_supported": ["ES256", "PS256"]}
    )

    said, last = check()

    assert last == "Nobody can sign in with it."
    assert "It does not sign with RS256: set OIDC_SIGN_ALGORITHM to one of ES256, PS256." in said


def test_a_missing_key_is_told(forger, settings):
    settings.OIDC_SIGN_ALGORITHM = "RS512"
    forger.body["/keys"] = b'{"keys": [{"kty": "RSA", "alg": "RS256"}]}'

    said, last = check()

    assert last == "Nobody can sign in with it."
    assert "It publishes no key for RS512." in said


def test_an_odd_answer_is_told(forger):
    forger.body["/token"] = b'{"error": "unsupported_grant_type"}'

    said, last = check()

    assert last == "Nobody can sign in with it."
    assert "It answers a code that it never gave with 'unsupported_grant_type'." in said


def test_what_may_be_as_meant_is_a_remark(forger, settings):
    settings.ROLE_READER_GROUPS = settings.ROLE_EDITOR_GROUPS = []
    settings.ROLE_ADMINISTRATOR_GROUPS = []
    forger.discovery = lambda document: (
        {name: value for name, value in document.items() if name != "end_session_endpoint"}
        | {"scopes_supported": ["openid", "email"]}
    )

    said, last = check()

    assert last == "All well: people can sign in."
    assert "- It does not list these scopes of OIDC_SCOPES: profile." in said
    assert "- No group gives a role (ROLE_…_GROUPS)" in said
    assert "- People cannot be signed out there: they are signed out here only." in said


def test_the_secret_is_never_shown(forger, settings, capfd):
    settings.OIDC_CLIENT_SECRET = SECRET + "wrong"

    said, last = check()

    assert SECRET not in said + last + "".join(capfd.readouterr())
