"""The provider: what it publishes of itself (OpenID Connect Discovery 1.0), and how it is asked."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from curation.accounts.refusals import Reason, SignInRefused, quoted
from curation.portal.transport import make_session

if TYPE_CHECKING:
    from collections.abc import Mapping

# Seconds: to connect, and to wait for the next byte.
_TIMEOUT = (3.05, 10.0)
# Seconds. A provider changes its endpoints next to never; its keys are read at each sign-in.
_FRESH = 3600.0
# Seconds in which a provider that answered is taken to be there.
_AWAKE = 30.0
# Seconds in which nobody waits again for a provider that did not answer.
PAUSE = 5.0
# Bytes. A hundred groups are a few kilobytes.
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answered."""

    status: int
    media_type: str
    content: bytes

    def json(self) -> dict[str, Any]:
        """Return the object that it holds."""
        try:
            found = json.loads(self.content)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _unavailable("answered something that is no JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider is asked for what."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str  # "" if one cannot sign out there
    takes_secret_in_body: bool  # else in the Authorization header
    algorithms: tuple[str, ...]  # with which it signs id_tokens; empty if it does not say
    scopes: tuple[str, ...]  # likewise


@dataclass(slots=True)
class _Known:
    """What is known of a provider; times are of the monotonic clock, in seconds."""

    provider: Provider | None = None
    answered_at: float = -math.inf
    failure: str = ""
    failed_at: float = -math.inf


_known: dict[str, _Known] = {}  # by issuer


def provider(*, awake: bool = False) -> Provider:
    """Return the configured provider, asked at most once an hour.

    `awake`: it has to have answered within half a minute, since a browser is about to be led there,
    and what it shows of a provider that is down helps nobody. Else one that answered before is used
    as it was. SignInRefused if it does not answer.
    """
    issuer = settings.OIDC_ISSUER
    known = _known.setdefault(issuer, _Known())
    now = time.monotonic()
    is_old = now - known.answered_at >= (_AWAKE if awake else _FRESH)
    if is_old and now - known.failed_at >= PAUSE:
        try:
            known.provider, known.answered_at = _discover(issuer), time.monotonic()
            is_old = False
        except SignInRefused as refusal:
            known.failure, known.failed_at = refusal.words, time.monotonic()
    if known.provider is None or (is_old and awake):
        raise SignInRefused(Reason.UNAVAILABLE, known.failure)
    return known.provider


def forget() -> None:
    """Ask the provider anew the next time."""
    _known.clear()


def keys() -> list[Mapping[str, Any]]:
    """Return the keys with which the provider signs now."""
    published = ask("GET", provider().jwks_uri).json().get("keys")
    if not isinstance(published, list):
        raise _unavailable("publishes no list of keys")
    return [key for key in published if isinstance(key, dict)]


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
) -> Answer:
    """Ask the provider. It follows no redirect, and no answer takes for ever.

    SignInRefused if there is no answer, or one that says the provider is at fault.
    """
    try:
        with (
            make_session() as session,
            session.request(
                method, url, headers=headers, data=data, timeout=_TIMEOUT, stream=True
            ) as response,
        ):
            content = response.raw.read(_LARGEST + 1, decode_content=True)
    except (requests.RequestException, HTTPError, OSError) as error:
        # Only what kind: the message may hold the address with what was sent.
        raise _unavailable(f"does not answer ({type(error).__name__})") from error
    if len(content) > _LARGEST:
        raise _unavailable("answers without end")
    if response.status_code == requests.codes.too_many or response.status_code >= 500:
        raise _unavailable(f"answers {response.status_code}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, media_type, content)


def _discover(issuer: str) -> Provider:
    answer = ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if answer.status != requests.codes.ok:
        raise _unavailable(f"answers {answer.status} where it should describe itself (OIDC_ISSUER)")
    published = answer.json()
    if published.get("issuer") != issuer:
        said = quoted(published.get("issuer"))
        raise _unavailable(f"calls itself {said}; OIDC_ISSUER has to say so to the letter")
    return Provider(
        issuer=issuer,
        authorization_endpoint=endpoint(published, "authorization_endpoint"),
        token_endpoint=endpoint(published, "token_endpoint"),
        userinfo_endpoint=endpoint(published, "userinfo_endpoint"),
        jwks_uri=endpoint(published, "jwks_uri"),
        end_session_endpoint=(
            endpoint(published, "end_session_endpoint")
            if "end_session_endpoint" in published
            else ""
        ),
        takes_secret_in_body="client_secret_post"
        in _listed(published, "token_endpoint_auth_methods_supported"),
        algorithms=_listed(published, "id_token_signing_alg_values_supported"),
        scopes=_listed(published, "scopes_supported"),
    )


def endpoint(published: Mapping[str, Any], name: str) -> str:
    """Return an address of the provider; secrets go there, so as safely as to the issuer."""
    address = published.get(name)
    if isinstance(address, str):
        scheme = urlsplit(address).scheme
        if scheme == "https" or scheme == urlsplit(published["issuer"]).scheme:
            return address
    raise _unavailable(f"publishes no usable {name}")


def _listed(published: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = published.get(name)
    if not isinstance(values, list):
        return ()
    return tuple(value for value in values if isinstance(value, str))


def _unavailable(what: str) -> SignInRefused:
    return SignInRefused(Reason.UNAVAILABLE, f"The provider {what}.")
