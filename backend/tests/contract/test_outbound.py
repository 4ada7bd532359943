"""Requests to strangers' addresses: the name is looked up once, every address is checked, and the checked one is reached."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.builders.receivers import a_receiver, answers
from velora.platform.outbound import Answer, Outbound, Rules, TargetRefused, Unreached

BESIDE_US = Rules(development=True, loopback=True)


class Names:
    """A name server that gives each of these lists in turn, and the last one ever after."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing():
    """Rebinding: one look-up for one request, so there is no second answer to be believed."""
    async with a_receiver(answers(200)) as receiver:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        sent = await Outbound(names).post(f"http://shop.example.com:{receiver.port}/x", b"{}", {}, BESIDE_US)
    assert isinstance(sent, Answer), sent
    assert names.asked == [("shop.example.com", receiver.port)]
    assert (receiver.heard[0].line, receiver.heard[0].headers["host"]) == ("POST /x HTTP/1.1", f"shop.example.com:{receiver.port}")


async def test_a_name_is_checked_anew_at_each_request():
    async with a_receiver(answers(200)) as receiver:
        outbound = Outbound(Names(["127.0.0.1"], ["192.168.0.1"]))
        url = f"http://shop.example.com:{receiver.port}/x"
        assert isinstance(await outbound.post(url, b"{}", {}, BESIDE_US), Answer)
        refused = await outbound.post(url, b"{}", {}, BESIDE_US)
    assert isinstance(refused, Unreached)
    assert "not on the public internet" in refused.why
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["fe80::1%eth0"], [], ["cake"]]
)
async def test_one_address_that_may_not_be_reached_refuses_the_name(addresses: list[str]):
    async with a_receiver(answers(200)) as receiver:
        outbound = Outbound(Names(addresses))
        with pytest.raises(TargetRefused):
            await outbound.check(f"http://shop.example.com:{receiver.port}/x", Rules(development=True))
        sent = await outbound.post(f"http://shop.example.com:{receiver.port}/x", b"{}", {}, Rules(development=True))
    assert isinstance(sent, Unreached)
    assert receiver.heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_reached_however_it_is_spelled(host: str):
    async with a_receiver(answers(200)) as receiver:
        sent = await Outbound().post(f"http://{host}:{receiver.port}/", b"{}", {}, Rules(development=True))
    assert isinstance(sent, Unreached)
    assert receiver.heard == []


async def test_the_next_address_is_tried_where_one_does_not_listen():
    async with a_receiver(answers(200)) as receiver:
        sent = await Outbound(Names(["::1", "127.0.0.1"])).post(f"http://a.example:{receiver.port}/", b"{}", {}, BESIDE_US)
    assert isinstance(sent, Answer), sent


async def test_what_the_environment_says_of_proxies_is_not_followed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with a_receiver(answers(200)) as receiver:
        sent = await Outbound().post(receiver.url, b"{}", {}, BESIDE_US)
    assert isinstance(sent, Answer), sent


def a_certificate(folder: Path, *names: x509.GeneralName) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for these names that signs itself: what a server shows, and what trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "server.pem"
    pem = made.public_bytes(Encoding.PEM)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_tls_is_verified_for_the_name_and_not_for_the_address(tmp_path: Path):
    server, trusting = a_certificate(tmp_path, x509.DNSName("shop.example.com"))
    async with a_receiver(answers(200), trusted=server) as receiver:
        outbound = Outbound(Names(["127.0.0.1"]), trusting)
        sent = await outbound.post(f"https://shop.example.com:{receiver.port}/", b"{}", {}, BESIDE_US)
        assert isinstance(sent, Answer), sent
        other = await outbound.post(f"https://other.example.com:{receiver.port}/", b"{}", {}, BESIDE_US)
        assert isinstance(other, Unreached)
        assert "TLS failed" in other.why
    assert len(receiver.heard) == 1


async def test_a_certificate_that_nobody_trusts_is_not_believed(tmp_path: Path):
    server, _ = a_certificate(tmp_path, x509.IPAddress(ip_address("127.0.0.1")))
    async with a_receiver(answers(200), trusted=server) as receiver:
        sent = await Outbound().post(f"https://127.0.0.1:{receiver.port}/", b"{}", {}, BESIDE_US)
    assert isinstance(sent, Unreached)
    assert "TLS failed" in sent.why
    assert receiver.heard == []
