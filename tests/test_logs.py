"""Each line: one line, with its request's id, whatever somebody sends."""

import json
import logging
import sys
import uuid
from datetime import UTC, datetime

import pytest

from curation.logs import JsonLines, PlainLines, request_id, request_id_from


@pytest.fixture
def during_a_request():
    token = request_id.set("req-12345678")
    yield
    request_id.reset(token)


def record(message: str, *args: object, exc_info=None) -> logging.LogRecord:
    return logging.LogRecord("curation.it", logging.INFO, "it.py", 1, message, args, exc_info)


def test_json_line_has_the_fields_of_the_message(during_a_request):
    line = JsonLines().format(
        record("portal.answered status=%(status)d path=%(path)s", {"status": 200, "path": "/é"})
    )

    found = json.loads(line)
    assert datetime.fromisoformat(found.pop("time")).tzinfo == UTC
    assert found == {
        "level": "INFO",
        "logger": "curation.it",
        "message": "portal.answered status=200 path=/é",
        "request_id": "req-12345678",
        "status": 200,
        "path": "/é",
    }
    assert line.isascii()


def test_json_line_holds_the_trace_of_an_exception():
    try:
        raise ValueError("no")
    except ValueError:
        line = JsonLines().format(record("broken %s", 1, exc_info=sys.exc_info()))

    found = json.loads(line)
    assert found["message"] == "broken 1"
    assert found["exception"].endswith("ValueError: no")
    assert found["request_id"] == ""


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
@pytest.mark.parametrize(
    "hostile", ["a\nb", "a\r\nb", "a\u2028b", "a\x1b[2Jb", "a\x85b", "a\ud800b"]
)
def test_no_text_forges_a_line(formatter, hostile):
    line = formatter.format(record("asked for %s", hostile))

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_plain_line_ends_with_the_request(during_a_request):
    line = PlainLines().format(record("audit sequence=%(sequence)d", {"sequence": 7}))

    assert line.endswith(" INFO curation.it audit sequence=7 request_id=req-12345678")


def test_plain_lines_tell_the_time_of_greenwich():
    early = record("ready")
    early.created = 0.0

    assert PlainLines().format(early).startswith("1970-01-01 00:00:00,")


def test_plain_line_outside_a_request_names_none():
    assert PlainLines().format(record("ready")).endswith(" INFO curation.it ready")


@pytest.mark.parametrize(
    "given",
    [str(uuid.UUID(int=7)), "7" * 32, "Root=1-67891233-abcdef012345678912345678", "a" * 128],
)
def test_a_sane_id_is_kept(given):
    assert request_id_from(given) == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "a" * 129, "two words", "line\nbreaks", "<script>alert</script>", "é" * 9],
)
def test_any_other_id_is_made_anew(given):
    made = request_id_from(given)

    assert made != given
    assert uuid.UUID(made)
    assert request_id_from(given) != made


def test_the_answer_names_the_request(client):
    given = client.get("/healthz", headers={"X-Request-ID": "0af7651916cd43dd8448eb211c80319c"})
    made = client.get("/healthz", headers={"X-Request-ID": "<b>"})

    assert given.headers["X-Request-ID"] == "0af7651916cd43dd8448eb211c80319c"
    assert uuid.UUID(made.headers["X-Request-ID"])
    assert request_id.get() == ""


def test_lines_of_calls_side_by_side_have_the_id_of_their_request(
    signed_in, portal, caplog, settings
):
    seen: list[str] = []
    logger = logging.getLogger("curation.portal.client")
    keep = logging.Handler()
    keep.emit = lambda record: seen.append(request_id.get())  # type: ignore[method-assign]
    logger.addHandler(keep)
    caplog.set_level(logging.INFO)

    try:
        signed_in.get("/live/", headers={"X-Request-ID": "req-12345678"})
    finally:
        logger.removeHandler(keep)

    assert seen == ["req-12345678", "req-12345678"]
