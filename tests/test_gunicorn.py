"""How the server is run."""

import gc
import runpy
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from curation.logs import PlainLines

CONFIGURATION = Path(__file__).resolve().parent.parent / "gunicorn.conf.py"


@pytest.fixture(scope="module")
def gunicorn() -> Any:
    """Return gunicorn's configuration, as it reads it from the file."""
    config = Config()
    for name, value in runpy.run_path(str(CONFIGURATION)).items():
        if name in config.settings:
            config.set(name, value)
    return config


def test_nobody_steers_it_through_a_socket(gunicorn):
    assert gunicorn.control_socket_disable is True


def test_access_log_shows_no_query_and_no_forged_line(gunicorn):
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/a%0A[forged]?code=secret",
        "PATH_INFO": "/a\n[forged]",
        "QUERY_STRING": "code=secret",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_REFERER": "https://idp.example/?code=secret",
        "HTTP_COOKIE": "sessionid=secret",
    }
    headers = [("COOKIE", "sessionid=secret"), ("REFERER", "https://idp.example/?code=secret")]
    log = gunicorn.logger_class(gunicorn)

    atoms = log.atoms(
        SimpleNamespace(status="200 OK", sent=12, headers=[("X-Request-ID", "7" * 32)]),
        SimpleNamespace(headers=headers),
        environ,
        timedelta(milliseconds=5),
    )

    line = gunicorn.access_log_format % log.atoms_wrapper_class(atoms)
    assert line == (f"GET /a%0A[forged] status=200 bytes=12 milliseconds=5 request_id={'7' * 32}")
    assert "secret" not in str(atoms)


def test_its_own_lines_are_written_as_ours(gunicorn):
    gunicorn.set("accesslog", "-")
    log = gunicorn.logger_class(gunicorn)

    handlers = [log._get_gunicorn_handler(each) for each in (log.error_log, log.access_log)]
    assert [type(handler.formatter) for handler in handlers] == [PlainLines, PlainLines]


def test_workers_do_not_search_what_was_loaded_for_garbage(gunicorn):
    before = gc.get_threshold()

    try:
        gunicorn.when_ready(None)

        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() > before
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
