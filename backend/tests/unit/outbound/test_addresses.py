"""Which addresses and URLs are reached for a stranger."""

from ipaddress import ip_address

import pytest

from velora.platform.outbound.addresses import is_loopback, may_reach, read
from velora.platform.outbound.target import Rules, TargetRefused, target_of

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]
NOT_PUBLIC = {
    "0.0.0.0": "this host",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "shared",
    "100.100.100.200": "a cloud's metadata",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "a cloud's own services",
    "169.254.169.254": "metadata",
    "169.254.170.2": "credentials of containers",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "a cloud's metadata",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible",
    "::ffff:127.0.0.1": "IPv4-mapped",
    "::ffff:8.8.8.8": "IPv4-mapped, even of a public address",
    "::ffff:0:127.0.0.1": "IPv4-translated",
    "64:ff9b::7f00:1": "NAT64 of loopback",
    "64:ff9b::808:808": "NAT64, even of a public address",
    "64:ff9b:1::a00:1": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:0:7f00:1::": "Teredo",
    "2001:2::1": "benchmarking",
    "2001:10::1": "ORCHID",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4 of loopback",
    "2002:a00:1::": "6to4 of a private address",
    "3fff::1": "documentation",
    "fc00::1": "unique local",
    "fd00:ec2::254": "metadata",
    "fe80::1": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_is_reached(address: str):
    assert may_reach(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_or_carries_another_address_is_not(address: str):
    assert not may_reach(ip_address(address))


@pytest.mark.parametrize(("address", "expected"), [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False)])
def test_loopback_is_known_however_it_is_spelled(address: str, expected: bool):
    assert is_loopback(ip_address(address)) is expected


def test_the_zone_of_a_link_local_address_is_left_out():
    assert not may_reach(read("fe80::1%eth0"))


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://shop.example.com/velora?x=1", "shop.example.com", 443),
        ("https://shop.example.com:8443/", "shop.example.com", 8443),
        ("HTTPS://Shop.Example.com", "shop.example.com", 443),
        ("https://[2606:4700::1111]/x", "2606:4700::1111", 443),
    ],
)
def test_a_url_is_read_as_it_is_sent(url: str, host: str, port: int):
    found = target_of(url, Rules())
    assert (found.host, found.port, found.is_tls) == (host, port, True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example.com/", "https"),
        ("ftp://shop.example.com/", "https"),
        ("file:///etc/passwd", "https"),
        ("//shop.example.com/", "https"),
        ("shop.example.com", "https"),
        ("", "https"),
        ("https:///x", "no host"),
        ("https://user:pass@shop.example.com/", "password"),
        ("https://shop.example.com\\@10.0.0.1/", "password"),
        ("https://shop.example.com\\.other.example/", "no host"),
        ("https://shop%2eexample.com/", "no host"),
        ("https://[fe80::1%25eth0]/", "no host"),
        ("https://shop.example.com/#part", "#"),
        ("https://shop.example.com:22/", "Port 22"),
        ("https://shop.example.com:80/", "Port 80"),
        ("https://shop.example.com:99999/", "no URL"),
        ("https://[::1/", "no URL"),
        ("https://shop.example.com/\r\nhost: other", "plain characters"),
        ("https://shop.example.com/ x", "plain characters"),
        ("https://sh\u00f6p.example.com/", "plain characters"),
        ("https://shop.example.com/" + "x" * 500, "500"),
    ],
)
def test_other_urls_are_refused_with_what_to_do(url: str, why: str):
    with pytest.raises(TargetRefused, match=why):
        target_of(url, Rules())


def test_in_development_plain_http_and_any_port_are_taken_but_nothing_private():
    assert target_of("http://localhost:9000/x", Rules(development=True)).port == 9000
    assert not Rules(development=True).allow(ip_address("127.0.0.1"))
    assert Rules(development=True, loopback=True).allow(ip_address("127.0.0.1"))
    assert not Rules(development=True, loopback=True).allow(ip_address("10.0.0.1"))
