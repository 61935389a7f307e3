"""The guards of tests/conftest.py themselves."""

import socket

import pytest


def test_a_test_cannot_reach_another_machine():
    with pytest.raises(AssertionError, match="this machine alone"), socket.socket() as there:
        there.connect(("192.0.2.1", 80))  # an address kept for documentation


def test_a_test_cannot_look_up_a_name():
    with pytest.raises(AssertionError, match="this machine alone"):
        socket.getaddrinfo("example.org", 443)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address, timeout=2) as client:
            assert client.getpeername() == address
