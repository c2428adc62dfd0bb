"""What a real server takes from anybody, and what of a proxy's headers reaches the product."""

import re
import socket
from urllib.parse import urlsplit

import pytest

PROXY = {
    "PROXY_AUTH_HEADER": "X-Forwarded-User",
    "PROXY_AUTH_GROUPS_HEADER": "X-Forwarded-Groups",
    "PROXY_AUTH_TRUSTED_IPS": "127.0.0.1",
    "ROLE_READER_GROUPS": "readers",
}


def answer_to(url: str, *lines: str, body: bytes = b"") -> str:
    """Send a request to the letter; return the answer, its head and body."""
    place = urlsplit(url)
    request = "\r\n".join([*lines, f"Host: {place.netloc}", "Connection: close", "", ""])
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as wire:
        wire.sendall(request.encode() + body)
        found = b""
        while part := wire.recv(65536):
            found += part
    return found.decode(errors="replace")


def status_of(answer: str) -> int:
    found = re.match(r"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer
    return int(found[1])


@pytest.mark.parametrize(
    ("lines", "statuses"),
    [
        ((f"GET /history/?item={'x' * 5000} HTTP/1.1",), {400, 414}),
        (("GET /healthz HTTP/1.1", f"X-Long: {'x' * 9000}"), {400, 431}),
        (("GET /healthz HTTP/1.1", *(f"X-{n}: x" for n in range(120))), {400, 431}),
        (("POST /sign-in/ HTTP/1.1", "Content-Length: 10000000000"), {413}),
        (("POST /sign-in/ HTTP/1.1", "Content-Length: -1"), {400}),
        (("POST /sign-in/ HTTP/1.1", "Content-Length: +300000"), {400}),
    ],
    ids=["address", "header", "headers", "body", "negative", "signed"],
)
def test_too_much_is_refused_and_the_server_goes_on(serve, lines, statuses):
    with serve() as (_, url):
        refused = answer_to(url, *lines)
        after = answer_to(url, "GET /healthz HTTP/1.1")

    assert status_of(refused) in statuses
    assert "Traceback" not in refused
    assert status_of(after) == 200


def test_header_of_the_proxy_signs_in_and_its_look_alike_does_not(serve):
    with serve(**PROXY) as (_, url):
        ask = ("GET /history/ HTTP/1.1", "X-Forwarded-Groups: readers")
        proxied = answer_to(url, *ask, "X-Forwarded-User: mmartin")
        look_alike = answer_to(url, *ask, "X_Forwarded_User: mmartin")
        both = answer_to(url, *ask, "X-Forwarded-User: mallory", "X-Forwarded-User: mmartin")

    assert (status_of(proxied), status_of(look_alike), status_of(both)) == (200, 302, 403)


def test_headers_mean_nothing_from_elsewhere(serve):
    with serve(**PROXY | {"PROXY_AUTH_TRUSTED_IPS": "192.0.2.1"}) as (_, url):
        answer = answer_to(
            url,
            "GET /history/ HTTP/1.1",
            "X-Forwarded-User: mmartin",
            "X-Forwarded-Groups: readers",
            "X-Forwarded-For: 192.0.2.1",
        )

    assert status_of(answer) == 302
