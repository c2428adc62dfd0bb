"""Whether people can sign in with the provider: all that can be told without a person."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from curation.accounts import discovery, oidc, tokens
from curation.accounts.discovery import Provider
from curation.accounts.people import groups_give_roles
from curation.accounts.refusals import SignInRefused, quoted


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found. Nobody can sign in while there are problems; remarks may be as meant."""

    provider: Provider | None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def diagnose() -> Diagnosis:
    """Ask the provider, as a sign-in does; with a code that it cannot know."""
    try:
        provider = discovery.provider()
        problems = [*_signing(provider), *_client()]
    except SignInRefused as refusal:
        return Diagnosis(None, (refusal.words,))
    return Diagnosis(provider, tuple(problems), tuple(_remarks(provider)))


def _signing(provider: Provider) -> list[str]:
    algorithm = settings.OIDC_SIGN_ALGORITHM
    if provider.algorithms and algorithm not in provider.algorithms:
        offered = ", ".join(provider.algorithms)
        return [
            _("It does not sign with %(algorithm)s: set OIDC_SIGN_ALGORITHM to one of %(offered)s.")
            % {"algorithm": algorithm, "offered": offered}
        ]
    if not tokens.fitting_keys(discovery.keys(), algorithm):
        return [_("It publishes no key for %(algorithm)s.") % {"algorithm": algorithm}]
    return []


def _client() -> list[str]:
    """Try the client's secret: a provider looks at it before it looks at the code."""
    answer = oidc.exchange(
        {
            "client_id": settings.OIDC_CLIENT_ID,
            "client_secret": settings.OIDC_CLIENT_SECRET,
            "grant_type": "authorization_code",
            "code": "a-code-that-nobody-gave",
            "code_verifier": "a-verifier-of-the-forty-three-characters-it-takes",
            "redirect_uri": "https://invalid.example/oidc/callback/",
        }
    )
    error = answer.json().get("error")
    if error in {"invalid_client", "unauthorized_client"}:
        return [
            _(
                "It does not know this client, or not with this secret: look at OIDC_CLIENT_ID and "
                "OIDC_CLIENT_SECRET."
            )
        ]
    if error != "invalid_grant":
        return [
            _("It answers a code that it never gave with %(error)s.") % {"error": quoted(error)}
        ]
    return []


def _remarks(provider: Provider) -> list[str]:
    remarks = []
    missing = set(settings.OIDC_SCOPES.split()).difference(provider.scopes)
    if provider.scopes and missing:
        remarks.append(
            _("It does not list these scopes of OIDC_SCOPES: %(scopes)s.")
            % {"scopes": ", ".join(sorted(missing))}
        )
    if not groups_give_roles():
        remarks.append(
            _("No group gives a role (ROLE_…_GROUPS): administrators give each person theirs.")
        )
    if not provider.end_session_endpoint:
        remarks.append(_("People cannot be signed out there: they are signed out here only."))
    return remarks
