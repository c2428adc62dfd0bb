"""What an exception of the HTTP libraries means, whatever it is wrapped in."""

import socket
import ssl

import pytest
import requests
import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from curation.portal import answers, errors

POOL = urllib3.HTTPSConnectionPool("portal.example")
CONNECTION = urllib3.connection.HTTPConnection("portal.example")
EXPIRED = ssl.SSLCertVerificationError(1, "certificate has expired")


def given_up(reason):
    return MaxRetryError(POOL, "/api/1/site/", reason)


@pytest.mark.parametrize(
    ("exception", "error"),
    [
        pytest.param(
            requests.ConnectionError(given_up(NewConnectionError(CONNECTION, "refused"))),
            errors.PortalUnreachable,
            id="refused",
        ),
        pytest.param(
            requests.ConnectTimeout(given_up(ConnectTimeoutError(POOL, "timed out"))),
            errors.PortalUnreachable,
            id="no connection in time",
        ),
        pytest.param(
            requests.exceptions.ProxyError(
                given_up(ProxyError("no proxy", NewConnectionError(CONNECTION, "refused")))
            ),
            errors.PortalUnreachable,
            id="no proxy",
        ),
        pytest.param(
            requests.exceptions.SSLError(given_up(SSLError(EXPIRED))),
            errors.PortalUntrusted,
            id="certificate",
        ),
        pytest.param(
            requests.exceptions.SSLError(given_up(SSLError(ssl.SSLEOFError(8, "EOF")))),
            errors.PortalBroken,
            id="TLS broke off",
        ),
        pytest.param(
            requests.ReadTimeout(ReadTimeoutError(POOL, "/", "timed out")),
            errors.PortalTimeout,
            id="no answer",
        ),
        pytest.param(
            requests.ConnectionError(given_up(ReadTimeoutError(POOL, "/", "timed out"))),
            errors.PortalTimeout,
            id="no answer, given up",
        ),
        pytest.param(
            requests.ConnectionError(ProtocolError("aborted", TimeoutError("timed out"))),
            errors.PortalTimeout,
            id="not sent in time",
        ),
        pytest.param(
            requests.ConnectionError(ProtocolError("aborted", ConnectionResetError(104, "reset"))),
            errors.PortalBroken,
            id="reset",
        ),
        pytest.param(
            requests.exceptions.ChunkedEncodingError(ProtocolError("cut off")),
            errors.PortalBroken,
            id="cut off",
        ),
        pytest.param(
            requests.exceptions.ContentDecodingError("no gzip"),
            errors.PortalUnreadable,
            id="not packed",
        ),
        pytest.param(requests.exceptions.InvalidURL(), errors.PortalUnreachable, id="no address"),
        pytest.param(
            requests.exceptions.InvalidHeader(), errors.PortalBroken, id="an answer's bad header"
        ),
        pytest.param(socket.gaierror(-2, "unknown"), errors.PortalBroken, id="something else"),
    ],
)
def test_failure(exception, error):
    assert type(answers.failure(exception)) is error


def test_failure_survives_exceptions_that_hold_each_other():
    one, other = requests.ConnectionError(), requests.ConnectionError()
    one.__cause__, other.__cause__ = other, one

    assert type(answers.failure(one)) is errors.PortalBroken
