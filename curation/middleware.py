"""What every request passes through: headers, sign-in, and the last word on portal errors."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import brotli
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from curation.logs import request_id, request_id_from
from curation.portal.errors import PortalError

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def content_security_policy(portal_url: str) -> str:
    """Return the policy: nothing inline, nothing from elsewhere but the portal's pictures.

    Portals keep pictures on other hosts (static.data.gouv.fr), hence `https:` for images.
    """
    pictures = "'self' https:"
    if portal_url.startswith("http://"):
        parts = urlsplit(portal_url)
        pictures += f" {parts.scheme}://{parts.netloc}"
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {pictures}",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class RequestIdMiddleware:
    """Give each request an id: its proxy's if that is sane, else a new one.

    It is in each log line, in the answer (`X-Request-ID`), and on the error pages as a reference.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = request_id.set(request_id_from(request.headers.get("X-Request-ID", "")))
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
        finally:
            request_id.reset(token)
        return response


class SecurityHeadersMiddleware:
    """Add what every answer needs: the policies, and that pages are not kept.

    A page shows the state of a moment to one person; the way back in a browser must ask again.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = content_security_policy(settings.PORTAL_URL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compress pages with Brotli for who takes it, which is smaller and no dearer than gzip.

    What is streamed is left to gzip. SECURITY.md, "Compressed pages", says why there is padding.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Compress an answer that is worth it."""
        taken = [each.strip() for each in request.headers.get("Accept-Encoding", "").split(",")]
        if (
            "br" not in taken
            or not isinstance(response, HttpResponse)
            or len(response.content) < 200
            or response.has_header("Content-Encoding")
        ):
            return super().process_response(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])
        # What repeats does so within 512 KB; for the usual window of 4 MB each thread keeps memory.
        response.content = brotli.compress(response.content, quality=5, lgwin=19)
        response.headers["Content-Encoding"] = "br"
        response.headers["Content-Length"] = str(len(response.content))
        response.headers["X-Padding"] = "-" * secrets.randbelow(self.max_random_bytes)
        return response


class RequestSizeMiddleware:
    """Refuse a body that is larger than anything that is ever sent here, before it is read.

    Django limits forms by itself, but would write files of any size to the disk. A body without a
    length is not read at all.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0  # which is how Django reads it
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return TemplateResponse(request, "errors/413.html", status=413).render()
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Ask everybody to sign in; bring an HTMX request back to the page it came from.

    A 302 would be followed inside the XHR and its login page swapped into a list. A page of
    somebody else, open since before another person signed in beside it, is loaded anew: in it they
    would act in each other's name.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> Any:
        """Let through who is signed in, and asks from a page of theirs."""
        shown_to = request.headers.get("X-Person")
        if shown_to and request.user.is_authenticated and shown_to != str(request.user.pk):
            messages.warning(
                request,
                _(
                    "Another person signed in here. What was saved is kept; this is their page "
                    "now. To go on with yours, sign out and sign in again."
                ),
            )
            return HttpResponseClientRefresh()
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> Any:
        """Answer with the way to the sign-in page, and from there back to a page.

        What was sent by a form leads back to where that was: its own address shows nothing.
        """
        is_fragment = request.headers.get("HX-Request") == "true"
        # Only a page that was shown to somebody asks so.
        if is_fragment or request.method == "POST":
            messages.warning(
                request,
                _("Your session is over. What was saved is kept: sign in to go on where you were."),
            )
        if not is_fragment and request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        here = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
        page = here.path or resolve_url("board")
        if page.startswith(resolve_url("review")):
            page = resolve_url("review")  # which leads to the merge; publishing has no page
        elif here.query:
            page += f"?{here.query}"
        login = redirect_to_login(page, resolve_url(settings.LOGIN_URL))
        return HttpResponseClientRedirect(login.url) if is_fragment else login


class PortalErrorMiddleware:
    """Show a portal error that no view handled as a page in plain words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a PortalError into a 502 page; leave the rest to Django."""
        if not isinstance(error, PortalError):
            return None
        return TemplateResponse(
            request, "errors/portal.html", {"problem": error}, status=502
        ).render()
