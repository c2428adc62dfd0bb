"""Signed tokens of the provider, and all that has to hold before one is believed.

OpenID Connect Core 1.0, 3.1.3.7 (id_token) and 5.3.2 (signed userinfo).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

import jwt

from curation.accounts.refusals import Reason, SignInRefused, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Seconds by which the provider's clock may differ from ours.
LEEWAY = 30


def verified(
    token: str, keys: Sequence[Mapping[str, Any]], *, algorithm: str, issuer: str, audience: str
) -> dict[str, Any]:
    """Return the claims of a token that the issuer signed for the audience; else SignInRefused.

    `keys` are JSON Web Keys, as the provider publishes them. The algorithm is ours to say, never
    the token's: a token without signature, or signed with what is public, is refused.
    """
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != algorithm:
            said = quoted(header.get("alg"))
            raise _untrusted(f"its algorithm is {said}, not {algorithm} (OIDC_SIGN_ALGORITHM)")
        key = jwt.PyJWK(dict(_key(keys, header, algorithm)), algorithm=algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise _untrusted(str(error)) from error
    if not (1 <= len(claims["sub"]) <= 255 and claims["sub"].isprintable()):
        raise _untrusted("its sub is empty, too long, or cannot be printed")
    return claims


def verified_id_token(
    token: str,
    keys: Sequence[Mapping[str, Any]],
    *,
    algorithm: str,
    issuer: str,
    audience: str,
    nonce: str,
) -> dict[str, Any]:
    """Return the claims of an id_token that answers the request with this nonce.

    As above; it also has to say until when it holds, and for whom it was issued if for several.
    """
    claims = verified(token, keys, algorithm=algorithm, issuer=issuer, audience=audience)
    for name in ("exp", "iat"):
        if name not in claims:
            raise _untrusted(f"it has no {name}")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise _untrusted("its nonce is not that of the request")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else audience) != audience:
        raise _untrusted("it was issued to another client (azp)")
    return claims


def fitting_keys(keys: Sequence[Mapping[str, Any]], algorithm: str) -> list[Mapping[str, Any]]:
    """Return the keys with which tokens may be signed by an algorithm."""
    return [
        key
        for key in keys
        if key.get("kty") == ("RSA" if algorithm.startswith("RS") else "EC")
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
    ]


def _key(
    keys: Sequence[Mapping[str, Any]], header: Mapping[str, Any], algorithm: str
) -> Mapping[str, Any]:
    """Return the one key that the header names; without a name, the only one that fits."""
    fitting = [
        key
        for key in fitting_keys(keys, algorithm)
        if "kid" not in header or key.get("kid") == header["kid"]
    ]
    if len(fitting) != 1:
        raise _untrusted(f"the provider publishes {len(fitting)} keys for it, not one")
    return fitting[0]


def _untrusted(what: str) -> SignInRefused:
    return SignInRefused(Reason.UNTRUSTED, f"A token of the provider was refused: {what}.")
