"""The provider of oidc-provider-mock on a port of its own, until the standard input ends.

In a process of its own: its libraries warn of themselves, and our tests take warnings for errors.
"""

import sys

from oidc_provider_mock import run_server_in_thread

if __name__ == "__main__":
    with run_server_in_thread() as server:
        print(f"READY http://localhost:{server.server_port}", flush=True)  # noqa: T201
        sys.stdin.read()
