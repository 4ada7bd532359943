"""Which network addresses may be reached for a stranger: those of the public internet, and nothing that merely leads elsewhere."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

# Besides what the library knows not to be global: what it knows only since a later version, and public addresses that are a cloud's own.
_NEVER: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers; a cloud's metadata among them
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own services, seen from its machines
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# The one part of IPv6 that is given out, without what carries an IPv4 address in it or stands for nothing.
_GIVEN_OUT: Final = IPv6Network("2000::/3")
_NOT_GIVEN_OUT: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols: Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)


def may_reach(address: Address) -> bool:
    """Whether the address is one of the public internet. What carries an IPv4 address within it (mapped, NAT64, 6to4) is none."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NEVER)
    return address in _GIVEN_OUT and address.is_global and not any(address in network for network in _NOT_GIVEN_OUT)


def is_loopback(address: Address) -> bool:
    """Whether the address is this machine, however it is spelled."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def read(text: str) -> Address:
    """The address, without the zone that a resolver may add. Raises ValueError."""
    return ip_address(text.partition("%")[0])
