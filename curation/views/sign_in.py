"""The sign-in page, and signing out, wherever one signed in."""

import logging
import math
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.utils.crypto import get_random_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from curation.accounts import proxy
from curation.accounts.forms import SignInForm
from curation.accounts.refusals import SignInRefused

logger = logging.getLogger(__name__)


@method_decorator(require_http_methods(["GET", "HEAD", "POST"]), name="dispatch")
class SignInView(LoginView):
    """The sign-in page; somebody signed in goes to the board."""

    template_name = "sign_in/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways in there are."""
        return super().get_context_data(**kwargs) | {
            "has_oidc": bool(settings.OIDC_ISSUER),
            "has_passwords": settings.LOCAL_LOGIN,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take a name and a password, where there are any (LOCAL_LOGIN)."""
        if not settings.LOCAL_LOGIN:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again; to who has to wait, by the status as well."""
        response = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.wait:
            response.status_code = 429
            response.headers["Retry-After"] = str(math.ceil(form.wait.total_seconds()))
        return response


class SignOutView(LogoutView):
    """Sign out, by POST only; then also at the provider, for who signed in there."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the session here in any case, and lead to the provider's end of it.

        By a page, not a redirect: `form-action 'self'` refuses a form that is led elsewhere, and
        the provider may lead on to others whom no policy of ours can name.
        """
        if request.session.get(BACKEND_SESSION_KEY) == proxy.PATH:
            super().post(request, *args, **kwargs)
            url = settings.PROXY_AUTH_LOGOUT_URL or resolve_url(settings.LOGOUT_REDIRECT_URL)
            return TemplateResponse(request, "sign_in/leaving.html", {"url": url})
        from curation.accounts import oidc  # noqa: PLC0415  it takes a tenth of the memory of all

        state = get_random_string(32)
        provider_answers = True
        try:
            url = oidc.end_session_url(request, state)
        except SignInRefused as refusal:
            logger.warning("signed out here only: %s", refusal.words)
            url, provider_answers = "", False
        response = super().post(request, *args, **kwargs)
        if url:
            request.session[oidc.LOGOUT_STATE] = state
            return TemplateResponse(request, "sign_in/leaving.html", {"url": url})
        if provider_answers:
            messages.success(request, _("You are signed out. Your drafts are kept."))
        else:
            messages.warning(
                request,
                _(
                    "You are signed out here. The sign-in service did not answer: you may still be "
                    "signed in there. On a shared computer, close the browser."
                ),
            )
        return response
