"""The provider as it is asked: what it publishes, and what it must not be believed."""

import pytest

from curation.accounts import discovery
from curation.accounts.refusals import Reason, SignInRefused

DOCUMENT = "/.well-known/openid-configuration"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Return a clock that stands until it is set."""

    class Clock:
        now = 1000.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(discovery, "time", clock)
    return clock


def reason() -> str:
    """Return why the provider cannot be used."""
    with pytest.raises(SignInRefused) as refused:
        discovery.provider()
    assert refused.value.reason is Reason.UNAVAILABLE
    return refused.value.words


def test_everything_comes_from_the_issuer(forger):
    provider = discovery.provider()

    assert provider.authorization_endpoint == f"{forger.issuer}/authorize"
    assert provider.end_session_endpoint == f"{forger.issuer}/leave"
    assert provider.takes_secret_in_body


def test_it_is_asked_once_an_hour(forger, clock):
    discovery.provider()
    clock.now += 3599
    discovery.provider()
    assert forger.paths() == [DOCUMENT]

    clock.now += 2
    discovery.provider()
    assert forger.paths() == [DOCUMENT] * 2


def test_one_that_fails_is_left_alone_for_a_moment(forger, clock):
    forger.status[DOCUMENT] = 503
    assert reason() == "The provider answers 503."
    asked = len(forger.paths())
    assert reason() == "The provider answers 503."
    assert len(forger.paths()) == asked

    forger.status.clear()
    clock.now += 6
    assert discovery.provider().issuer == forger.issuer


def test_one_that_fails_later_is_used_as_it_was(forger, clock):
    discovery.provider()
    forger.status[DOCUMENT] = 500
    clock.now += 3601

    assert discovery.provider().issuer == forger.issuer


def test_before_a_browser_is_led_there_it_is_asked_whether_it_is_there(forger, clock):
    discovery.provider()
    clock.now += 29
    discovery.provider(awake=True)
    assert len(forger.paths()) == 1

    clock.now += 2
    discovery.provider(awake=True)
    assert len(forger.paths()) == 2

    forger.status[DOCUMENT] = 503
    clock.now += 31
    with pytest.raises(SignInRefused, match="answers 503"):
        discovery.provider(awake=True)
    # What needs no browser goes on meanwhile, and nobody waits for it again at once.
    asked = len(forger.paths())
    assert discovery.provider().issuer == forger.issuer
    with pytest.raises(SignInRefused, match="answers 503"):
        discovery.provider(awake=True)
    assert len(forger.paths()) == asked

    forger.status.clear()
    clock.now += 6
    assert discovery.provider(awake=True).issuer == forger.issuer


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "answers 404 where it should describe itself (OIDC_ISSUER)"),
        (302, "answers 302 where it should describe itself (OIDC_ISSUER)"),
        (429, "answers 429"),
        (500, "answers 500"),
    ],
)
def test_an_answer_that_is_none_is_told(forger, status, words):
    forger.status[DOCUMENT] = status
    forger.headers[DOCUMENT] = {"Location": f"{forger.issuer}/keys"}

    assert reason() == f"The provider {words}."
    assert "/keys" not in forger.paths()


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b'"{}"'])
def test_a_document_that_is_none_is_told(forger, body):
    forger.body[DOCUMENT] = body

    assert reason() == "The provider answered something that is no JSON object."


def test_an_answer_without_end_is_not_read(forger):
    forger.body[DOCUMENT] = b" " * (1024 * 1024 + 1)

    assert reason() == "The provider answers without end."


def test_a_provider_that_is_not_there_is_told(configure):
    configure("http://127.0.0.1:9")

    assert reason() == "The provider does not answer (ConnectionError)."


@pytest.mark.parametrize("issuer", ["https://evil.example", "/", None])
def test_another_issuer_is_named_to_the_operator(forger, issuer):
    forger.discovery = lambda document: document | {"issuer": issuer}

    assert "OIDC_ISSUER has to say so to the letter" in reason()
    assert repr(str(issuer)) in reason()


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", [None, "", "ftp://127.0.0.1/", "javascript:alert()", 3])
def test_an_endpoint_that_is_none_is_told(forger, name, address):
    forger.discovery = lambda document: document | {name: address}

    assert reason() == f"The provider publishes no usable {name}."


def test_secrets_of_a_safe_issuer_do_not_travel_openly(forger, monkeypatch):
    """The issuer speaks https, one of its endpoints does not."""
    document = {"issuer": "https://login.example.org", "token_endpoint": "http://login.example.org"}

    with pytest.raises(SignInRefused):
        discovery.endpoint(document, "token_endpoint")


def test_a_provider_need_not_sign_out(forger):
    forger.discovery = lambda document: {
        name: value for name, value in document.items() if name != "end_session_endpoint"
    }

    assert discovery.provider().end_session_endpoint == ""


@pytest.mark.parametrize("body", [b"{}", b'{"keys": {}}'])
def test_keys_are_a_list(forger, body):
    forger.body["/keys"] = body

    with pytest.raises(SignInRefused, match="no list of keys"):
        discovery.keys()
