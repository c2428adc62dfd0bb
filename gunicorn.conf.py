"""How gunicorn serves the product: it reads this file wherever it starts beside manage.py."""

import gc
import os
import sys
from collections.abc import Mapping
from typing import Any

from gunicorn.glogging import Logger

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # gunicorn comes to it later

from curation.logs import FORMATS
from curation.settings import LOG_FORMAT  # a wrong variable stops the start here, once


class ServerLog(Logger):
    """Writes gunicorn's lines as those of the product are written, one a request among them.

    No query (what people search for, codes of the sign-in), no cookie, no referrer, no address. The
    path stands as it was sent: decoded, it may hold line breaks and so forge a line.
    """

    def setup(self, cfg: Any) -> None:
        """Let its handlers write in our format."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            if handler := self._get_gunicorn_handler(log):
                handler.setFormatter(FORMATS[LOG_FORMAT]())

    def atoms(
        self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """Return what is told of a request."""
        headers = {name.lower(): value for name, value in resp.headers}
        return {
            "method": environ["REQUEST_METHOD"],
            "path": environ["RAW_URI"].partition("?")[0],
            "status": int(str(resp.status).partition(" ")[0]),
            "bytes": resp.sent,
            "milliseconds": round(request_time.total_seconds() * 1000),
            "request_id": headers.get("x-request-id", ""),
        }


# Loaded once, before the workers are forked: sooner there, and what they do not change they share.
# Nothing is open by then that they could inherit (curation/wsgi.py).
preload_app = True
# Requests wait for the portal far more than they compute.
worker_class = "gthread"
threads = 8
# A publication under way may wait for the portal several times over.
graceful_timeout = 60
# The heartbeat is a file: on a disk it could stall a worker until it is taken for dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# Bytes, and how many headers: addresses of the history's filter are a tenth of it, groups in a
# proxy's header may need a good part.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
# A header with `_` in its name would pass for the one with `-` that the proxy sets.
header_map = "drop"
# Nobody steers a running server through a socket in its home directory.
control_socket_disable = True

logger_class = ServerLog
access_log_format = (
    "%(method)s %(path)s status=%(status)s bytes=%(bytes)s milliseconds=%(milliseconds)s"
    " request_id=%(request_id)s"
)


def when_ready(_server: Any) -> None:
    """Leave what was loaded out of every later search for garbage; then fork.

    It stays for as long as the server does, and a worker that does not look at it shares its pages.
    What requests leave behind is mostly freed without a search: one is made less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
