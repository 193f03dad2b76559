"""A real HTTP server on this computer that answers what a test tells it to."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN = "0123456789abcdef0123456789abcdef01234567"
ID = "330041000d47353136383631"


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, list[str]]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the server's `answer`, which may do with the socket what it likes."""

    protocol_version = "HTTP/1.1"
    server: "Server"  # pyright: ignore[reportIncompatibleVariableOverride]

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        form = parse_qs(body.decode())
        self.server.requests.append(Request(self.command, self.path, headers, form))
        self.close_connection = True
        self.server.answer(self)

    do_GET = do_POST = do_CONNECT = serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def reply(
        self, status: int, body: bytes, *, promised: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        """Cut the connection the way a crashed peer does."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Answer = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Request] = []
        self.answer = answer
        self.done = threading.Event()
        """Set when the test is over; an answer that stalls waits for it."""
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what several tests want."""


@contextmanager
def serving(answer: Answer, context: ssl.SSLContext | None = None) -> Generator[Server]:
    server = Server(answer, context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


def says(status: int, value: object) -> Answer:
    """Answer every request with a JSON value."""
    return lambda handler: handler.reply(status, json.dumps(value).encode())
