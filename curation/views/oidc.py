"""Signing in with OpenID Connect: to the provider, back from it, and the pages when it fails."""

import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import View
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from curation.accounts import discovery, oidc
from curation.accounts.people import VIA, report
from curation.accounts.refusals import Reason, SignInRefused, quoted

logger = logging.getLogger(__name__)

_STATES = "oidc_states"  # of the library
_NEXT = "oidc_login_next"  # likewise
_STATUS = {
    Reason.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.STALE: HTTPStatus.BAD_REQUEST,
}
# What a provider may answer in place of a code; anything else means that it refuses our request.
_ERRORS = {
    "access_denied": Reason.CANCELLED,
    "login_required": Reason.CANCELLED,
    "interaction_required": Reason.CANCELLED,
    "consent_required": Reason.CANCELLED,
    "temporarily_unavailable": Reason.UNAVAILABLE,
    "server_error": Reason.UNAVAILABLE,
}
# Refusals of somebody whom the provider vouched for, and of forgeries. What strangers can bring
# about at will is not among them: it would fill the record.
_REPORTED = {Reason.UNTRUSTED, Reason.NO_ROLE, Reason.CLOSED}


@login_not_required
@require_GET
def authenticate(request: HttpRequest) -> HttpResponseBase:
    """Lead to the provider; `next` is where to come back to, `again` asks for another account."""
    return _answer(_Authenticate, request)


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """Come back from the provider: signed in, or with a page that says why not."""
    return _answer(_Callback, request)


@login_not_required
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """Come back from signing out at the provider."""
    expected = request.session.pop(oidc.LOGOUT_STATE, "")
    # Anybody can make a link to this page; it says so only to who has just signed out.
    if expected and constant_time_compare(expected, request.GET.get("state", "")):
        messages.success(request, _("You are signed out, here and at the sign-in service."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


class _Authenticate(OIDCAuthenticationRequestView):  # type: ignore[misc]  # no types
    @staticmethod
    def get_settings(name: str, *default: Any) -> Any:
        """Return a setting; the endpoint comes from the provider."""
        if name == "OIDC_OP_AUTHORIZATION_ENDPOINT":
            return discovery.provider(awake=True).authorization_endpoint
        return OIDCAuthenticationRequestView.get_settings(name, *default)

    def get(self, request: HttpRequest) -> HttpResponseRedirect:
        """Remember where to come back to, for this state: other tabs may be on their way too."""
        response: HttpResponseRedirect = super().get(request)
        states = request.session[_STATES]
        states[next(reversed(states))]["next"] = request.session.pop(_NEXT)
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        """Ask for a name and a password even of somebody signed in there, for another account."""
        return {"prompt": "login"} if "again" in request.GET else {}


class _Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]  # no types
    def get(self, request: HttpRequest) -> HttpResponseRedirect:
        """Check what can be checked without the provider; then the library goes on."""
        waiting = request.session.get(_STATES, {}).get(request.GET.get("state"))
        if waiting is None:
            raise SignInRefused(Reason.STALE, "The state is none that this browser waits for.")
        self.next_page: str = waiting["next"] or ""
        try:
            _look_at(request)
            response: HttpResponseRedirect = super().get(request)
        except SignInRefused as refusal:
            refusal.next_page = self.next_page
            raise
        return response

    def login_success(self) -> HttpResponseRedirect:
        """Begin the session, and lead to where the person wanted to go."""
        session = self.request.session
        id_token = session.get(oidc.ID_TOKEN)
        auth.login(self.request, self.user, backend=oidc.PATH)
        # Lost where somebody else was signed in before.
        self.request.session[oidc.ID_TOKEN] = id_token
        return HttpResponseRedirect(self.next_page or resolve_url(settings.LOGIN_REDIRECT_URL))


def _look_at(request: HttpRequest) -> None:
    """Refuse an answer that brings no code (RFC 6749, 4.1.2.1), or is not of our provider."""
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:  # RFC 9207
        reason, words = Reason.UNTRUSTED, "The answer names another issuer."
    elif request.GET.get("code") and not request.GET.get("error"):
        return
    else:
        error = request.GET.get("error", "")
        reason = _ERRORS.get(error, Reason.UNTRUSTED)
        words = f"The provider gives no code, but says {quoted(error)}."
    del request.session[_STATES][request.GET["state"]]
    request.session.modified = True
    raise SignInRefused(reason, words)


def _answer(view: type[View], request: HttpRequest) -> HttpResponseBase:
    """Let a view of the library answer, where there is a provider."""
    if not settings.OIDC_ISSUER:
        raise Http404("no OIDC_ISSUER")
    try:
        return view.as_view()(request)
    except SignInRefused as refusal:
        return _refused(request, refusal)


def _refused(request: HttpRequest, refusal: SignInRefused) -> HttpResponse:
    """Show why nobody was signed in, and let the record and the operator know."""
    if refusal.reason in _REPORTED:
        report(refusal, request, via=VIA, issuer=settings.OIDC_ISSUER)
    else:
        logger.warning("sign-in refused reason=%s: %s", refusal.reason.value, refusal.words)
    status = _STATUS.get(refusal.reason, HTTPStatus.FORBIDDEN)
    # From the address it may be anything: it is looked at once more before anybody is led there.
    context = {"refusal": refusal, "next": refusal.next_page or request.GET.get("next", "")}
    return TemplateResponse(request, "sign_in/refused.html", context, status=status)
