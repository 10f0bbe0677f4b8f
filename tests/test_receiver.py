"""The receiver of the tests and drills accepts complete requests only."""

import socket
from urllib.parse import urlsplit

import requests

from tests.receiver import receiver

HEAD = b"POST /hook HTTP/1.1\r\nHost: crm\r\nContent-Length: 20\r\n\r\n"


def test_request_of_a_client_that_ended_is_not_accepted() -> None:
    with receiver() as crm:
        address = urlsplit(crm.url)
        for sent in (HEAD, HEAD + b"half"):
            with socket.create_connection(("127.0.0.1", address.port or 80)) as client:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
                assert client.recv(100) == b""
        assert requests.post(crm.url, data=b"complete", timeout=5).status_code == 200
    assert [(got.body, got.is_accepted) for got in crm.got] == [("complete", True)]
