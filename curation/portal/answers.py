"""What became of a request: the body of an answer, or the PortalError that fits."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import ConnectTimeoutError, LocationValueError, ReadTimeoutError

from curation.portal import errors, untrusted
from curation.portal.errors import PortalError

LARGEST = 20 * 1024 * 1024

# Raised before anything is sent.
_NEVER_SENT = (
    ConnectTimeoutError,  # includes refused connections and unknown hosts
    LocationValueError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    UnicodeError,  # a host name that is none
)


def body(response: requests.Response) -> bytes:
    """Read the whole body, unpacked; PortalUnreadable if it is larger than any answer of udata."""
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        if len(content) > LARGEST:
            raise errors.PortalUnreadable(status=response.status_code)
    return bytes(content)


def failure(exception: BaseException) -> PortalError:
    """Say what it means that the exchange ended with an exception instead of an answer."""
    reasons = list(_reasons(exception))

    def among(*types: type[BaseException]) -> bool:
        return any(isinstance(reason, types) for reason in reasons)

    if among(ssl.SSLCertVerificationError):
        return errors.PortalUntrusted()
    if among(*_NEVER_SENT):
        return errors.PortalUnreachable()
    if among(requests.exceptions.ContentDecodingError):
        return errors.PortalUnreadable()
    if among(ReadTimeoutError, requests.exceptions.ReadTimeout, TimeoutError):
        return errors.PortalTimeout()
    return errors.PortalBroken()


def refusal(response: requests.Response, content: bytes, missing: type[PortalError]) -> PortalError:
    """Say what an answer means that is not 2xx; a 404 means `missing` here."""
    status = response.status_code
    message = _message(content)
    match status:
        case 401 | 403 | 405 | 423:
            return errors.PortalRefused(message, status=status)
        case 404:
            return missing(message, status=status)
        case 410:
            return errors.ItemDeleted(message, status=status)
        case 408 | 429:
            return _unavailable(response, message)
    if 300 <= status < 400:
        return errors.PortalMoved(response.headers.get("Location", ""), status=status)
    if 400 <= status < 500:
        return errors.PortalRejected(message, status=status)
    if 500 <= status < 600:
        return _unavailable(response, message)
    return errors.PortalUnreadable(message, status=status)


def _unavailable(response: requests.Response, message: str) -> PortalError:
    pause = untrusted.count(response.headers.get("Retry-After"))
    return errors.PortalUnavailable(message, status=response.status_code, retry_after=pause)


def _message(content: bytes) -> str:
    """Return the portal's own words, "" if the answer is a page (udata's say nothing more)."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    return untrusted.text(data.get("message") or data.get("error"), 300)


def _reasons(exception: BaseException) -> Iterator[BaseException]:
    """Walk through what libraries wrapped: the exception, what it holds, what it came from.

    Not through __context__: what happened to be handled meanwhile is not a reason.
    """
    seen: list[BaseException] = []
    waiting = [exception]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.append(each)
        yield each
        held = (*each.args, getattr(each, "reason", None), each.__cause__)
        waiting += [one for one in held if isinstance(one, BaseException)]
