"""Where a request comes from, and which addresses are those of our own proxy."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

# What PROXY_AUTH_TRUSTED_IPS calls the other end of a Unix socket, which has no address.
SOCKET = "unix"
# Half of an IPv6 address is one subscriber's.
_ONE_SUBSCRIBER = 64


def is_trusted(address: str) -> bool:
    """Tell whether PROXY_AUTH_TRUSTED_IPS holds an address; "" is that of a Unix socket."""
    if not address:
        return SOCKET in settings.PROXY_AUTH_TRUSTED_IPS
    found = _parsed(address)
    return found is not None and any(
        found in ip_network(network)
        for network in settings.PROXY_AUTH_TRUSTED_IPS
        if network != SOCKET
    )


def address_of(request: HttpRequest) -> str:
    """Return whence a request comes, as far as it can be believed; "" if that is not known.

    What a trusted proxy says of it (X-Forwarded-For), read from the end: before the first
    address that is no proxy of ours, anybody may have written anything. An IPv6 address stands for
    its whole network, which one subscriber has.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while is_trusted(address) and said and said[-1].strip():
        address = said.pop().strip()
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _ONE_SUBSCRIBER), strict=False))
    return str(found or "")


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
