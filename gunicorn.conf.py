"""How gunicorn serves the product: it reads this file wherever it starts beside manage.py."""

import os
from collections.abc import Mapping
from typing import Any

from gunicorn.glogging import Logger


class AccessLog(Logger):
    """An access log of paths as they were sent, without their query.

    Decoded, a path may hold line breaks and so forge a line of the log.
    """

    def atoms(
        self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any
    ) -> dict[str, Any]:
        """Return what the format may name."""
        path = environ["RAW_URI"].partition("?")[0]
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": path}


# Requests wait for the portal far more than they compute.
worker_class = "gthread"
threads = 8
# A publication under way may wait for the portal several times over.
graceful_timeout = 60
# The heartbeat is a file: on a disk it could stall a worker until it is taken for dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# Nobody steers a running server through a socket in its home directory.
control_socket_disable = True

# No query (what people search for, codes of the sign-in), no cookie, no referrer, no address.
logger_class = AccessLog
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
