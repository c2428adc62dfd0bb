"""Log lines: which request they belong to, and the two ways in which they are written.

A line that is logged with one mapping as its argument (`"portal.answered status=%(status)s", {…}`)
has the mapping's values as fields in JSON.
"""

import json
import logging
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

# Of the request that this thread serves; "" outside of any.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What proxies send: UUIDs, trace ids, nginx's 32 digits.
_SANE = re.compile(r"[\w.:/+=-]{8,128}", re.ASCII)
# Control characters and what Unicode takes for the end of a line, as escapes.
_BREAKS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Let a logger say nothing, for a command that says the same in words."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def request_id_from(given: str) -> str:
    """Return the id that a proxy gave a request if it can stand in a log, else a new one."""
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


class JsonLines(logging.Formatter):
    """One JSON object a line, for machines. ASCII, so that no text can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time, level, logger, message, and what else is known."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
        }
        if isinstance(record.args, dict):
            line |= record.args
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class PlainLines(logging.Formatter):
    """One line of text, for people; only an exception's trace takes more."""

    def __init__(self) -> None:
        """Say when, how grave, who, what."""
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    # Whatever time zone a process has: the lines of several go together.
    converter = time.gmtime  # type: ignore[assignment]

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the line, with the request's id where there is one."""
        suffix = f" request_id={request_id.get()}" if request_id.get() else ""
        return (super().formatMessage(record) + suffix).translate(_BREAKS)


FORMATS: dict[str, type[logging.Formatter]] = {"json": JsonLines, "line": PlainLines}
