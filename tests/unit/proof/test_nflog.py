"""Packets as the kernel's log hands them over."""

import socket
import struct

from egress.proof.network.nflog import _attribute, _decode


def packet(protocol: int) -> bytes:
    header = struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0, 64, protocol, 0)
    addresses = socket.inet_aton("10.1.0.2") + socket.inet_aton("198.18.0.1")
    return header + addresses + struct.pack(">HH", 50000, 443) + b"\0" * 16


def test_a_logged_packet_has_its_rule_addresses_and_ports() -> None:
    found = _decode(_attribute(10, b"firewall global-deny-egress-all\0") + _attribute(9, packet(6)))

    assert found is not None
    assert (found.rule, found.protocol) == ("firewall global-deny-egress-all", "tcp")
    assert (found.source, found.source_port) == ("10.1.0.2", 50000)
    assert (found.destination, found.destination_port) == ("198.18.0.1", 443)


def test_a_packet_without_ports_still_has_its_addresses() -> None:
    found = _decode(_attribute(10, b"r\0") + _attribute(9, packet(1)))

    assert found is not None
    assert (found.protocol, found.source_port, found.destination) == ("icmp", 0, "198.18.0.1")


def test_a_message_without_a_packet_is_passed_over() -> None:
    assert _decode(_attribute(10, b"r\0")) is None
