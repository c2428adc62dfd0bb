"""The portal inside this process: a transport for `requests`, in place of a socket."""

import io
import time
from collections.abc import Mapping
from http.client import HTTPMessage, RemoteDisconnected
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from curation.sandbox.answers import ROOT
from curation.sandbox.faults import Fault, Unanswered, What
from curation.sandbox.models import Site
from curation.sandbox.seed import seed
from curation.sandbox.server import respond


class SandboxAdapter(HTTPAdapter):
    """Calls the sandbox's views, in the caller's thread and database connection.

    Addresses in its answers are those of the product's own site: paths under /sandbox/, or complete
    ones if the setting SANDBOX_PUBLIC_URL says what stands before. A delay longer than the caller's
    read time-out fails at once, and is never carried out.
    """

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Answer a request, or raise what `requests` raises when no answer comes."""
        patience = timeout[1] if isinstance(timeout, tuple) else timeout

        def wait(fault: Fault) -> None:
            if patience is not None and fault.seconds >= patience:
                raise requests.exceptions.ReadTimeout("Read timed out.", request=request)
            time.sleep(fault.seconds)

        if not Site.objects.exists():
            seed()  # nobody should meet a portal without content, or have to know how to fill it
        try:
            response = respond(WSGIRequest(_environ(request)), wait=wait)
        except Unanswered as unanswered:
            raise _as_seen_by_requests(unanswered.fault.what, request) from unanswered
        return self.build_response(request, _received(response))


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """Return the request as WSGI describes it (PEP 3333)."""
    url = urlsplit(request.url or "")
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 80),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": url.netloc,
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": url.scheme,
        ROOT: getattr(settings, "SANDBOX_PUBLIC_URL", "") + "/sandbox",
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _received(response: HttpResponse) -> HTTPResponse:
    """Return the answer as urllib3 reads it from a socket."""
    headers = HTTPMessage()
    for name, value in response.items():
        headers.add_header(name, value)
    for cookie in response.cookies.values():
        headers.add_header("Set-Cookie", cookie.OutputString())
    received = SimpleNamespace(msg=headers, close=lambda: None, isclosed=lambda: True)
    return HTTPResponse(
        body=io.BytesIO(response.content),
        headers=HTTPHeaderDict(headers.items()),
        status=response.status_code,
        reason=response.reason_phrase,
        preload_content=False,
        original_response=cast(Any, received),
    )


def _as_seen_by_requests(
    what: What, request: requests.PreparedRequest
) -> requests.exceptions.RequestException:
    if what is What.SILENCE:
        return requests.exceptions.ReadTimeout("Read timed out.", request=request)
    nowhere = cast(Any, None)  # no pool, no connection
    if what is What.REFUSE:
        refused = NewConnectionError(nowhere, "Connection refused")
        return requests.exceptions.ConnectionError(
            MaxRetryError(nowhere, request.url or "", refused), request=request
        )
    dropped = RemoteDisconnected("Remote end closed connection without response")
    return requests.exceptions.ConnectionError(
        ProtocolError("Connection aborted.", dropped), request=request
    )
