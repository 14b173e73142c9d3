"""A simulator with one GetConnector, a client that logs its calls, and a certificate for loopback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.afas.helpers import bookings, opened, turnover
from tests.simulator import Simulator
from workers.afas.calls import Call
from workers.afas.client import Client


@pytest.fixture
def afas() -> Iterator[Simulator]:
    with Simulator(connectors=[turnover(bookings([3, 2]))]) as simulator:
        yield simulator


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def client(afas: Simulator, calls: list[Call]) -> Iterator[Client]:
    with opened(afas.url, calls.append) as client:
        yield client


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"
