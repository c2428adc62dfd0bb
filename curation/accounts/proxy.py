"""Signing in by the headers of a reverse proxy (oauth2-proxy, Apache's mod_auth_openidc).

The proxy says with each request who it is and in which groups; nothing else is asked. So the
headers count only if they come from an address in PROXY_AUTH_TRUSTED_IPS, and a person whom the
proxy does not name (any more) is signed out.
"""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import auth
from django.core.exceptions import MiddlewareNotUsed
from django.template.response import TemplateResponse
from django.utils import timezone

from curation.accounts import passwords
from curation.accounts.addresses import is_trusted
from curation.accounts.claims import Person
from curation.accounts.people import admit, report
from curation.accounts.refusals import Reason, SignInRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

VIA = "proxy"
# Whose word it is: there is one proxy, and whatever its header is called it is the same.
ISSUER = "proxy:"
PATH = f"{__name__}.Backend"
# Where the session keeps what the proxy last said of the person.
SAID = "proxy_said"
# A client that keeps no cookie would sign in with each request: that many sessions, and entries.
_ONE_SESSION_IN = timedelta(minutes=1)
_LONGEST_SUBJECT = 255
_LONGEST_NAME = 150


class Backend(passwords.Backend):
    """Holds the sessions of whom the proxy names; takes no password."""

    def authenticate(self, *args: Any, **credentials: Any) -> None:
        """Refuse: only the headers sign in, by the middleware."""


class ProxyAuthMiddleware:
    """Signs in and out whom the proxy names, or does not name, with each request.

    Somebody who signed in with a password (LOCAL_LOGIN, to get in when nothing else does) stays
    who they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PROXY_AUTH_HEADER:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _drop_unless_trusted(request)
        request.refusal = None  # type: ignore[attr-defined]  # ours, for process_view
        try:
            _follow(request)
        except SignInRefused as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            report(refusal, request, via=VIA, issuer=ISSUER)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *args: Any
    ) -> HttpResponse | None:
        """Show why somebody was refused, in the place of any page that asks to sign in."""
        refusal: SignInRefused | None = request.refusal  # type: ignore[attr-defined]
        if refusal is None or not getattr(view, "login_required", True):
            return None
        return TemplateResponse(
            request, "sign_in/refused.html", {"refusal": refusal, "by_proxy": True}, status=403
        ).render()


def _drop_unless_trusted(request: HttpRequest) -> None:
    """Let nobody but the proxy say who it is."""
    if is_trusted(str(request.META.get("REMOTE_ADDR", ""))):
        return
    headers = (
        settings.PROXY_AUTH_HEADER,
        settings.PROXY_AUTH_GROUPS_HEADER,
        settings.PROXY_AUTH_NAME_HEADER,
    )
    for header in filter(None, headers):
        request.META.pop(_key(header), None)


def _follow(request: HttpRequest) -> None:
    """Let the session be that of whom the proxy names. SignInRefused if they may not sign in."""
    session = request.session
    if request.user.is_authenticated and session[auth.BACKEND_SESSION_KEY] != PATH:
        return
    subject = _said(request, settings.PROXY_AUTH_HEADER)
    if not subject:
        if auth.SESSION_KEY in session:
            auth.logout(request)
        return
    person = _person(request, subject)
    said = [*astuple(person)[:-1], sorted(person.groups)]
    if request.user.is_authenticated and session.get(SAID) == said:
        return
    try:
        user = admit(person, VIA)
    except SignInRefused:
        if auth.SESSION_KEY in session:
            auth.logout(request)
        raise
    if request.user == user:
        request.user = user  # with the role as of now
    else:
        auth.logout(request)  # of whoever else it was
        if user.last_login and timezone.now() - user.last_login < _ONE_SESSION_IN:
            request.user = user  # for this request
            return
        auth.login(request, user, backend=PATH)
    request.session[SAID] = said


def _person(request: HttpRequest, subject: str) -> Person:
    """Return whom the headers name."""
    # Two headers of one name arrive joined by a comma: one may be a visitor's own.
    if "," in subject or len(subject) > _LONGEST_SUBJECT:
        raise SignInRefused(Reason.UNTRUSTED, "The proxy names more than one person.")
    groups = _said(request, settings.PROXY_AUTH_GROUPS_HEADER).split(",")
    return Person(
        issuer=ISSUER,
        subject=subject,
        first_name=(_said(request, settings.PROXY_AUTH_NAME_HEADER) or subject)[:_LONGEST_NAME],
        last_name="",
        email="",
        groups=frozenset(group.strip() for group in groups if group.strip()),
    )


def _said(request: HttpRequest, header: str) -> str:
    """Return a header's value, "" if there is none. Headers are bytes: proxies send UTF-8."""
    value = str(request.META.get(_key(header), "")) if header else ""
    text = value.encode("latin-1", "replace").decode("utf-8", "replace").replace("\0", "")
    return " ".join(text.split())


def _key(header: str) -> str:
    return "HTTP_" + header.upper().replace("-", "_")
