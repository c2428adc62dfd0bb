"""OpenID Connect: the code flow of mozilla-django-oidc, made strict.

What the library leaves unchecked is checked here: issuer, audience and expiry of the tokens, that
userinfo speaks of the same person, and that people are who they were by issuer and subject, never
by their e-mail.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from django.conf import settings
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from curation.accounts import discovery, passwords, tokens
from curation.accounts.claims import person_in
from curation.accounts.people import admit
from curation.accounts.refusals import Reason, SignInRefused, quoted
from curation.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from curation.accounts.discovery import Answer

PATH = f"{__name__}.Backend"
# Where the session keeps what the provider wants to see again to sign the person out.
ID_TOKEN = "oidc_id_token"  # noqa: S105  a name
# And by what it knows the answer to that.
LOGOUT_STATE = "oidc_logout_state"


class Backend(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Signs in whom the provider vouches for. Raises SignInRefused; never returns None."""

    def __init__(self) -> None:
        # Not the library's: Django makes a backend for each request of somebody signed in, and
        # the library's would ask the provider for its endpoints each time.
        self.UserModel = User
        self.OIDC_RP_CLIENT_ID = settings.OIDC_CLIENT_ID
        self.OIDC_RP_CLIENT_SECRET = settings.OIDC_CLIENT_SECRET

    def authenticate(self, request: HttpRequest, *, nonce: str, code_verifier: str) -> User:
        """Exchange the code of a callback for a person.

        Both arguments have to be given: a name and a password sent to the sign-in page with a
        foreign code in its address must never come here.
        """
        user: User = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        return user

    def get_token(self, payload: dict[str, str]) -> dict[str, Any]:
        """Exchange the code for tokens."""
        answer = exchange(payload)
        said = answer.json()
        if answer.status != 200:
            if said.get("error") == "invalid_grant":
                raise SignInRefused(Reason.STALE, "The provider does not know the code (any more).")
            raise _untrusted(f"gave no tokens: {quoted(said.get('error'))}")
        if not all(isinstance(said.get(name), str) for name in ("id_token", "access_token")):
            raise _untrusted("gave no id_token, or no access_token")
        return said

    def verify_token(self, token: str, *, nonce: str) -> dict[str, Any]:
        """Return the claims of the id_token."""
        return tokens.verified_id_token(token, discovery.keys(), nonce=nonce, **_expected())

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User:
        """Return the account of the person whom the id_token names, their role as of now."""
        info = self.get_userinfo(access_token, id_token, payload)
        # Whose word counts where both speak: userinfo, which is asked for last. Never on identity.
        claims = payload | info | {"iss": payload["iss"], "sub": payload["sub"]}
        return admit(person_in(claims, settings.OIDC_GROUPS_CLAIM))

    def get_userinfo(
        self, access_token: str, id_token: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Return what the provider says of the same person: JSON, or signed as by ProConnect."""
        answer = discovery.ask(
            "GET",
            discovery.provider().userinfo_endpoint,
            headers={
                "Authorization": f"Bearer {access_token}",
                "Accept": "application/json, application/jwt",
            },
        )
        if answer.status != 200:
            raise _untrusted(f"answers {answer.status} when asked who it is")
        if answer.media_type == "application/jwt":
            token = answer.content.decode("ascii", "replace").strip()
            info = tokens.verified(token, discovery.keys(), **_expected())
        else:
            info = answer.json()
        if info.get("sub") != payload["sub"]:
            raise _untrusted("speaks of another person in userinfo than in the id_token (sub)")
        return info

    def get_user(self, user_id: int) -> User | None:
        """Return whose session it is, if the account is active; the library does not ask."""
        return passwords.holder(user_id)


def exchange(payload: Mapping[str, str]) -> Answer:
    """Send what is to be exchanged for tokens, and the client's proof of itself.

    `payload` has it as `client_id` and `client_secret`, for a provider that takes it so.
    """
    provider = discovery.provider()
    headers = {"Accept": "application/json"}
    sent = dict(payload)
    if not provider.takes_secret_in_body:
        client = sent.pop("client_id"), sent.pop("client_secret")
        credentials = ":".join(map(quote_plus, client)).encode()  # RFC 6749, 2.3.1
        headers["Authorization"] = "Basic " + base64.b64encode(credentials).decode()
    return discovery.ask("POST", provider.token_endpoint, headers=headers, data=sent)


def end_session_url(request: HttpRequest, state: str) -> str:
    """Return where one signs out at the provider, or "" if they did not sign in there.

    OpenID Connect RP-Initiated Logout 1.0. Raises SignInRefused if the provider does not answer.
    """
    hint = request.session.get(ID_TOKEN)
    if not hint or not settings.OIDC_ISSUER:
        return ""
    endpoint = discovery.provider(awake=True).end_session_endpoint
    if not endpoint:
        return ""
    parameters = {
        "id_token_hint": hint,
        "state": state,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("oidc-signed-out")),
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def _expected() -> dict[str, str]:
    return {
        "algorithm": settings.OIDC_SIGN_ALGORITHM,
        "issuer": settings.OIDC_ISSUER,
        "audience": settings.OIDC_CLIENT_ID,
    }


def _untrusted(what: str) -> SignInRefused:
    return SignInRefused(Reason.UNTRUSTED, f"The provider {what}.")
