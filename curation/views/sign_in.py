"""Signing in and out with Django's own accounts."""

from django.contrib.auth.views import LoginView, LogoutView


class SignInView(LoginView):
    """The sign-in page; somebody signed in goes to the board."""

    template_name = "sign_in/sign_in.html"
    redirect_authenticated_user = True


class SignOutView(LogoutView):
    """Sign out, by POST only."""
