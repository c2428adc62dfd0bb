"""The portal as a whole: a request in, the answer out, faults included. And over a socket."""

import socket
import time
from collections.abc import Callable
from typing import Any, cast

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, set_urlconf
from whitenoise.middleware import WhiteNoiseMiddleware

from curation.sandbox import faults
from curation.sandbox.faults import Fault, What

URLS = "curation.sandbox.urls"
# The same with the switches for tests; never part of the product's own site map.
URLS_WITH_CONTROL = "curation.sandbox.control"

_HANDLER = "sandbox.handler"


def respond(
    request: HttpRequest,
    urlconf: str = URLS,
    wait: Callable[[Fault], None] = lambda fault: time.sleep(fault.seconds),
) -> HttpResponse:
    """Answer a request as the portal, with no middleware before it. Raises faults.Unanswered."""

    def portal(request: HttpRequest) -> HttpResponse:
        try:
            request.resolver_match = match = resolve(request.path_info, urlconf)
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except (Resolver404, Http404):
            response = HttpResponse("<!doctype html><title>404 Not Found</title>", status=404)
        return response

    is_control = request.path_info.startswith("/__ctl__/")
    response = portal(request) if is_control else faults.answer(request, portal, wait)
    response.headers.setdefault("Content-Length", str(len(response.content)))
    return response


def make_server(address: str, port: int) -> ThreadedWSGIServer:
    """Listen on a port (0: any that is free). `serve_forever()` and `server_close()` are yours."""
    server = ThreadedWSGIServer((address, port), _Handler)
    server.daemon_threads = True
    server.set_app(_Application())
    return server


class _Application(WSGIHandler):
    """The sandbox alone: its own addresses, no middleware but that for static files."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._respond = WhiteNoiseMiddleware(_answer)

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        set_urlconf(URLS_WITH_CONTROL)
        response: HttpResponseBase = self._respond(request)
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        return response


class _Handler(WSGIRequestHandler):
    """One connection. The application may end it."""

    # Head and body are sent apart: the second would wait for the receipt of the first.
    disable_nagle_algorithm = True

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {_HANDLER: self}

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests make thousands of requests."""


def _answer(request: WSGIRequest) -> HttpResponse:
    handler: _Handler = request.environ[_HANDLER]
    try:
        response = respond(request, URLS_WITH_CONTROL)
    except faults.Unanswered as unanswered:
        if unanswered.fault.what is What.SILENCE:
            time.sleep(unanswered.fault.seconds)
        cast(socket.socket, handler.connection).shutdown(socket.SHUT_RDWR)
        # wsgiref takes this for a client that left, and says nothing.
        raise ConnectionAbortedError from unanswered
    if int(response.headers["Content-Length"]) > len(response.content):
        handler.close_connection = True  # a body that is cut ends with its connection
    return response
