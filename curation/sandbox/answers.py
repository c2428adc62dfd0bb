"""The manner in which udata's API answers: who asks, errors in JSON, the mask, the session."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from curation.sandbox import masks
from curation.sandbox.models import Account
from curation.sandbox.shapes import Crash, Links, Shapes

View = Callable[..., HttpResponse]
# Returns what to answer: values for `masks.render`, or a response to send as it is.
Handler = Callable[..., Any]

SESSION = "session"
# A request's own word on where the portal stands (see adapter).
ROOT = "sandbox.root"

_MESSAGES = {
    400: "The browser (or proxy) sent a request that this server could not understand.",
    401: (
        "The server could not verify that you are authorized to access the URL requested. You"
        " either supplied the wrong credentials (e.g. a bad password), or your browser doesn't"
        " understand how to supply the credentials required."
    ),
    403: "You do not have the permission to modify that object.",
    404: (
        "The requested URL was not found on the server. If you entered the URL manually please"
        " check your spelling and try again."
    ),
    405: "The method is not allowed for the requested URL.",
    423: ("Due to security reasons, the creation of new content is currently disabled."),
    500: "Internal Server Error",
}
# What the message of a 403 becomes when the mask leaves it out.
_BARE_PERMISSION = "<Permission needs={Need(method='role', value='admin')} excludes=set()>"


class Refused(Exception):
    """An answer other than the one asked for: `status`, and `body` in JSON."""

    def __init__(self, status: int, message: str = "", **more: Any) -> None:
        super().__init__(status, message)
        self.status = status
        self.body = {"message": message or _MESSAGES[status], **more}


class PermanentRedirect(HttpResponsePermanentRedirect):
    """A redirect that keeps method and body."""

    status_code = 308


class Call:
    """One request to the API, and who makes it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.account, self.has_session = _identify(request)
        self.links = Links(root(request))
        self.shapes = Shapes(self.links, self.account)

    @property
    def mask(self) -> masks.Mask | None:
        """Read the mask of the request; MaskRefused."""
        text = self.request.headers.get("X-Fields")
        return masks.parse(text) if text else None

    def require_account(self) -> Account:
        """Return who asks; 401 for nobody."""
        if self.account is None or self.account.is_deleted:
            raise Refused(401)
        return self.account

    def require_admin(self) -> Account:
        """Return who asks; 401 for nobody, 403 for others than administrators."""
        account = self.require_account()
        if not account.is_admin:
            raise Refused(403)
        return account

    def json(self) -> Any:
        """Return the body; 400 if it is not declared as JSON or is none."""
        kind = self.request.content_type or ""
        if kind != "application/json" and not (
            kind.startswith("application/") and kind.endswith("+json")
        ):
            raise Refused(400)
        try:
            return json.loads(self.request.read())  # without Django's limit of size, as udata
        except ValueError as error:
            raise Refused(400) from error


def endpoint(**handlers: Handler) -> View:
    """Make the view of one address from a handler for each method (`get=…, put=…`)."""

    @login_not_required
    @csrf_exempt
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        method = (request.method or "").lower()
        handler = handlers.get("get" if method == "head" else method)
        if handler is None:
            return _without_handler(request, handlers)
        try:
            call = Call(request)
        except Refused as refused:
            return _refusal(refused, None)
        response = _answer(call, handler, kwargs)
        if call.account and not call.has_session:
            # udata's trap: this session outranks whatever key comes with it later.
            session = signing.dumps(call.account.id, salt=SESSION)
            response.set_cookie(SESSION, session, secure=True, httponly=True)
        return response

    return view


@login_not_required
@csrf_exempt
def with_slash(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Redirect an address without its final slash, as udata does, whatever the method."""
    query = request.META.get("QUERY_STRING", "")
    return PermanentRedirect(_absolute(request, request.path + "/") + (query and f"?{query}"))


def root(request: HttpRequest) -> str:
    """Return what every address on the portal begins with."""
    given: str = request.META.get(ROOT, "")
    return given or _absolute(request, reverse("sandbox:home")).rstrip("/")


def _absolute(request: HttpRequest, path: str) -> str:
    # Not build_absolute_uri: the host of calls inside the process is none that is allowed.
    host = request.META.get("HTTP_HOST") or request.META["SERVER_NAME"]
    return f"{request.scheme}://{host}{path}"


def _answer(call: Call, handler: Handler, kwargs: Mapping[str, Any]) -> HttpResponse:
    try:
        # Reads go without: on SQLite a transaction would keep everybody else from writing.
        is_read = call.request.method in {"GET", "HEAD"}
        with nullcontext() if is_read else transaction.atomic():
            answer = handler(call, **kwargs)
        if isinstance(answer, HttpResponse):
            return answer
        # Only now, as udata: a mask that cannot be read comes too late to stop a change.
        return _json(masks.render(answer, call.mask))
    except Refused as refused:
        return _refusal(refused, call)
    except masks.MaskRefused as refused:
        return _json({"message": str(refused)}, 400)
    except Crash:
        return _json({"message": _MESSAGES[500]}, 500)


def _refusal(refused: Refused, call: Call | None) -> HttpResponse:
    body = refused.body
    if refused.status == 403 and call:
        # Another trap: the mask applies to this error, and hides its message.
        try:
            body = masks.render(body, call.mask)
        except masks.MaskRefused as mask_refused:
            return _json({"message": str(mask_refused)}, 400)
        body.setdefault("message", _BARE_PERMISSION)
    response = _json(body, refused.status)
    if refused.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="uData"'
    return response


def _without_handler(request: HttpRequest, handlers: Mapping[str, Handler]) -> HttpResponse:
    allowed = {"OPTIONS", *(method.upper() for method in handlers)}
    if "GET" in allowed:
        allowed.add("HEAD")
    response = (
        HttpResponse()
        if request.method == "OPTIONS"
        else _json({"message": _MESSAGES[405]}, status=405)
    )
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _json(data: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(data, status=status, safe=False, json_dumps_params={"sort_keys": True})


def _identify(request: HttpRequest) -> tuple[Account | None, bool]:
    """Return who asks (None: anybody), and whether a session said so rather than a key."""
    accounts = Account.objects.select_related("organization")
    session = request.COOKIES.get(SESSION)
    if session:
        try:
            return accounts.get(id=signing.loads(session, salt=SESSION)), True
        except (signing.BadSignature, Account.DoesNotExist):
            pass
    key = request.headers.get("X-API-KEY")
    if not key:
        return None, False
    account = accounts.filter(key=key).first()
    if account is None:
        raise Refused(401, "Invalid API Key")
    if not account.is_active:
        raise Refused(401, "Inactive user")
    return account, False
