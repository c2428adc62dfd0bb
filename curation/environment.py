"""Typed reading of the process environment, for `settings.py` alone.

A wrong value stops the start with a sentence that names the variable; an absent or empty one is
the default. A secret may stand in a file named by `NAME_FILE` (Docker and systemd secrets).
"""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
SHORTEST_KEY = 32
# Of the tokens of OpenID Connect, with keys that only the provider has; HS… would share ours.
SIGN_ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class Environment:
    """A mapping of variables, read by type."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks."""
        return self._variables.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a yes/no value; raise ImproperlyConfigured for anything but 1, 0, true, false…"""
        value = self.text(name).lower()
        if not value:
            return default
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{value}”.")

    def seconds(self, name: str, default: float) -> float:
        """Return a positive number of seconds."""
        value = self.text(name)
        if not value:
            return default
        try:
            seconds = float(value)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise ImproperlyConfigured(f"{name} must be a number of seconds, not “{value}”.")
        return seconds

    def header(self, name: str) -> str:
        """Return the name of a header, or nothing. None with `_`: servers drop those."""
        value = self.text(name)
        if value and not re.fullmatch(r"[A-Za-z0-9-]+", value):
            raise ImproperlyConfigured(
                f"{name} must be the name of a header such as X-Forwarded-User, not “{value}”."
            )
        return value

    def color(self, name: str) -> str:
        """Return a colour such as #0b5c2e, or nothing."""
        value = self.text(name).lower()
        if value and not re.fullmatch(r"#[0-9a-f]{6}", value):
            raise ImproperlyConfigured(f"{name} must be a colour such as #0b5c2e, not “{value}”.")
        return value

    def peers(self, name: str) -> list[str]:
        """Return addresses and networks (10.0.0.0/8), and `unix` for the end of a Unix socket."""
        peers = self.words(name)
        for peer in peers:
            try:
                ip_network(peer)
            except ValueError:
                if peer != "unix":
                    raise ImproperlyConfigured(
                        f"{name} must hold addresses or networks such as 10.0.0.0/8, not “{peer}”."
                    ) from None
        return peers

    def limits(self, name: str) -> dict[str, int]:
        """Return `datasets=9,reuses=8` as numbers from 1 by name."""
        limits = {}
        for word in self.words(name):
            key, _, number = (part.strip() for part in word.partition("="))
            if not key or not re.fullmatch(r"0*[1-9]\d{0,5}", number, re.ASCII):
                raise ImproperlyConfigured(
                    f"{name} must read like datasets=9,reuses=8, not “{word}”."
                )
            limits[key] = int(number)
        return limits

    def words(self, name: str) -> list[str]:
        """Return the comma-separated values, blanks and empty ones dropped."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def secret(self, name: str, default: str = "") -> str:
        """Return the value of NAME, or the content of the file that NAME_FILE names."""
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name, default)
        if self.text(name):
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        try:
            return Path(path).read_text(encoding="utf-8").strip() or default
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE: “{path}” cannot be read.") from error

    def keys(self, name: str) -> list[str]:
        """Return the secrets of NAME, separated by blanks or commas, each too long to guess."""
        keys = self.secret(name).replace(",", " ").split()
        if any(len(key) < SHORTEST_KEY for key in keys):
            raise ImproperlyConfigured(f"{name}: a key has at least {SHORTEST_KEY} characters.")
        return keys

    def key(self, name: str) -> str:
        """Return a secret that is too long to guess, or nothing."""
        keys = self.keys(name)
        if len(keys) > 1:
            raise ImproperlyConfigured(f"{name} must be one key, without blanks or commas.")
        return keys[0] if keys else ""

    def choice(self, name: str, default: str, allowed: Mapping[str, str] | list[str]) -> str:
        """Return one of the allowed values."""
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}.")
        return value

    def portal(self, name: str, default: str) -> str:
        """Return `sandbox:` or an http(s) address without its final slash or `/api/1`."""
        value = self.text(name, default)
        if value == "sandbox:":
            return value
        if not _is_site(value):
            raise ImproperlyConfigured(
                f"{name} must be an address such as https://www.data.gouv.fr, or sandbox:."
            )
        return value.rstrip("/").removesuffix("/api/1")

    def issuer(self, name: str) -> str:
        """Return an https address to the letter, as a provider calls itself, or nothing."""
        value = self.text(name)
        if not value:
            return value
        parts = urlsplit(value) if _is_site(value) else None
        if not parts or not (parts.scheme == "https" or parts.hostname in _THIS_MACHINE):
            raise ImproperlyConfigured(
                f"{name} must be the address by which the provider calls itself, such as "
                "https://login.example.org/realms/staff (https, except on this machine)."
            )
        return value


def _is_site(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and re.fullmatch(r"[\w.-]+|[0-9a-f:.]+", parts.hostname or "") is not None
        and port != 0
        and parts.username is None
        and not parts.query
        and not parts.fragment
    )
