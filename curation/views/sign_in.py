"""Signing in and out with Django's own accounts."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from curation.accounts.forms import SignInForm


class SignInView(LoginView):
    """The sign-in page; somebody signed in goes to the board."""

    template_name = "sign_in/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which ways in there are."""
        return super().get_context_data(**kwargs) | {"has_passwords": settings.LOCAL_LOGIN}

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
    """Sign out, by POST only."""
