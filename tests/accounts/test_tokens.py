"""What has to hold before a token is believed; each test changes one thing of a good one."""

import json
import time
from datetime import timedelta
from typing import Any

import jwt
import pytest

from curation.accounts.refusals import Reason, SignInRefused
from curation.accounts.tokens import LEEWAY, verified, verified_id_token
from tests.oidc.forger import KEYS, STRANGE_KEY

ISSUER = "https://login.example.org/realms/staff"
EXPECTED: dict[str, Any] = {"algorithm": "RS256", "issuer": ISSUER, "audience": "une"}


def published(algorithm: str = "RS256", **fields: object) -> dict[str, Any]:
    key = KEYS[algorithm].public_key()
    jwk = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key))
    return {"kid": algorithm} | jwk | fields


def claims(**changed: object) -> dict[str, Any]:
    """Return what a good token says; None leaves a claim out, a timedelta is from now."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": "une", "sub": "alice", "nonce": "once", "iat": now}
    found = good | {"exp": now + 60} | changed
    return {
        name: now + value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in found.items()
        if value is not None
    }


def token(algorithm: str = "RS256", key: Any = None, kid: str | None = None, **changed: Any) -> str:
    header = {"kid": algorithm if kid is None else kid} if kid != "" else None
    return jwt.encode(claims(**changed), key or KEYS[algorithm], algorithm, headers=header)


def read(token: str, keys: list[dict[str, Any]] | None = None, **expected: Any) -> dict[str, Any]:
    return verified_id_token(
        token, [published()] if keys is None else keys, nonce="once", **EXPECTED | expected
    )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_good_token_is_believed(algorithm):
    found = read(token(algorithm), [published("RS256"), published("ES256")], algorithm=algorithm)

    assert found["sub"] == "alice"


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": ["une"]},
        {"aud": ["une", "other"], "azp": "une"},
        {"azp": "une"},
        {"exp": timedelta(seconds=10 - LEEWAY)},
        {"iat": timedelta(seconds=LEEWAY - 10)},
    ],
)
def test_so_is_one_that_says_it_in_another_way(changed):
    assert read(token(**changed))["sub"] == "alice"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://evil.example"}, "Invalid issuer"),
        ({"iss": ISSUER + "/"}, "Invalid issuer"),
        ({"iss": None}, "iss"),
        ({"aud": "other"}, "Audience"),
        ({"aud": ["other"]}, "Audience"),
        ({"aud": None}, "aud"),
        ({"aud": ["une", "other"]}, "another client"),
        ({"azp": "other"}, "another client"),
        ({"aud": ["une", "other"], "azp": "other"}, "another client"),
        ({"exp": timedelta(seconds=-LEEWAY - 5)}, "expired"),
        ({"exp": None}, "no exp"),
        ({"iat": None}, "no iat"),
        ({"iat": timedelta(hours=1)}, "not yet valid"),
        ({"nbf": timedelta(hours=1)}, "not yet valid"),
        ({"nonce": "twice"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["once"]}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "a" * 256}, "sub"),
        ({"sub": "a\0"}, "sub"),
        ({"key": STRANGE_KEY}, "Signature"),
        ({"kid": "other"}, "0 keys"),
    ],
    ids=str,
)
def test_one_that_does_not_hold_is_refused(changed, why):
    with pytest.raises(SignInRefused, match=why) as refused:
        read(token(**changed))

    assert refused.value.reason is Reason.UNTRUSTED


def test_a_token_cannot_choose_its_algorithm():
    unsigned = jwt.encode(claims(), "", "none")
    shared = jwt.encode(claims(), "the secret of the client" * 3, "HS256")

    for forged in (unsigned, shared, token("ES256")):
        with pytest.raises(SignInRefused, match="algorithm"):
            read(forged, [published("RS256"), published("ES256")])


@pytest.mark.parametrize("forged", ["", "a", "a.b.c", "e30.e30.", "é.é.é", "." * 200])
def test_what_is_no_token_is_refused(forged):
    with pytest.raises(SignInRefused):
        read(forged)


def test_a_changed_token_is_refused():
    head, _, signature = token().split(".")
    _, body, _ = token(sub="bob").split(".")

    with pytest.raises(SignInRefused, match="Signature"):
        read(f"{head}.{body}.{signature}")


def test_a_provider_with_one_key_need_not_name_it():
    assert read(token(kid=""), [published(kid="any"), published("ES256")])["sub"] == "alice"


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{}],
        [published(use="enc")],
        [published(alg="RS512")],
        [published(kid="other")],
        [published(), published()],
        [published(n="AQAB")],
        [published(n="!")],
        [{"kid": "RS256", "kty": "RSA"}],
        [{"kid": "RS256", "kty": "oct", "k": "AAAA"}],
    ],
)
def test_without_the_one_key_nothing_is_believed(keys):
    with pytest.raises(SignInRefused) as refused:
        read(token(), keys)

    assert refused.value.reason is Reason.UNTRUSTED


def test_userinfo_is_signed_without_nonce_and_expiry():
    told = token(nonce=None, exp=None, iat=None)

    assert verified(told, [published()], **EXPECTED)["sub"] == "alice"
    with pytest.raises(SignInRefused):
        verified(token(aud="other"), [published()], **EXPECTED)
