"""Where a request comes from, as far as it can be believed."""

import pytest

from curation.accounts.addresses import address_of, is_trusted

PROXIES = ["10.0.3.7", "10.1.0.0/16", "fd00::/8"]


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.0.3.7", True),
        ("10.1.255.1", True),
        ("::ffff:10.0.3.7", True),
        ("fd00::1", True),
        ("10.0.3.8", False),
        ("fe80::1", False),
        ("", False),
        ("unix", False),
        ("localhost", False),
        ("10.0.3.7, 10.0.3.7", False),
    ],
)
def test_only_named_addresses_are_trusted(settings, address, trusted):
    settings.PROXY_AUTH_TRUSTED_IPS = PROXIES

    assert is_trusted(address) is trusted


@pytest.mark.parametrize("peers", [[], ["unix"], ["unix", "10.0.3.7"]])
def test_socket_is_trusted_only_if_named(settings, peers):
    settings.PROXY_AUTH_TRUSTED_IPS = peers

    assert is_trusted("") is ("unix" in peers)


def test_nobody_is_trusted_unless_named():
    assert not is_trusted("127.0.0.1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("10.0.3.7", "198.51.100.9", "198.51.100.9"),
        ("10.0.3.7", "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        ("10.0.3.7", "203.0.113.5, 198.51.100.9, 10.1.2.3", "198.51.100.9"),
        ("10.0.3.7", "10.1.2.3", "10.1.2.3"),
        ("10.0.3.7", "", "10.0.3.7"),
        ("10.0.3.7", "203.0.113.5, , 10.1.2.3", "10.1.2.3"),
        ("10.0.3.7", "203.0.113.5, nonsense", ""),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("", "198.51.100.9", ""),
    ],
)
def test_address_is_the_first_before_our_proxies(settings, rf, peer, forwarded, address):
    settings.PROXY_AUTH_TRUSTED_IPS = PROXIES
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert address_of(rf.get("/", REMOTE_ADDR=peer, headers=headers)) == address
