"""A portal made of sockets, which answers as a test tells it to: nicely, badly or not at all."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request, as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    port: int  # of the client: the same for requests on one connection


class FakePortal(ThreadingHTTPServer):
    """Plays its answers in turn, the last one for ever, and remembers what it received."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *answers: "Answer") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.received: list[Received] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that give up are what the tests are about."""

    def next_answer(self, received: Received) -> "Answer":
        self.received.append(received)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakePortal

    def handle_one_exchange(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, body, self.client_address[1])
        self.server.next_answer(received)(self)

    do_GET = do_PUT = handle_one_exchange

    def log_message(self, *_: object) -> None:
        """Keep the tests quiet."""


Answer = Callable[[_Handler], None]


def reply(body: bytes | str = b"[]", status: int = 200, **headers: str) -> Answer:
    """Answer properly. `Set_Cookie="a=b"` sets a header; Content-Length is right unless given."""
    content = body.encode() if isinstance(body, str) else body

    def answer(handler: _Handler) -> None:
        named = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        handler.send_response(status)
        for name, value in named.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def cut_off(body: bytes, promised: int) -> Answer:
    """Promise more than is sent, and hang up."""

    def answer(handler: _Handler) -> None:
        reply(body, Content_Length=str(promised))(handler)
        handler.close_connection = True

    return answer


def reset(handler: _Handler) -> None:
    """Break the connection the hard way, without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def silence(handler: _Handler) -> None:
    """Never answer."""
    handler.server.over.wait()


def drip(beginning: bytes, drop: bytes, every: float) -> Answer:
    """Send `beginning`, then `drop` again and again, and never come to an end."""

    def answer(handler: _Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(beginning)
        with contextlib.suppress(OSError):
            while not handler.server.over.wait(every):
                handler.wfile.write(drop)

    return answer


@contextlib.contextmanager
def serving(*answers: Answer) -> Iterator[FakePortal]:
    """Run a FakePortal as long as the block lasts."""
    portal = FakePortal(*answers)
    thread = threading.Thread(target=portal.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield portal
    finally:
        portal.over.set()
        portal.shutdown()
        portal.server_close()
        thread.join()
