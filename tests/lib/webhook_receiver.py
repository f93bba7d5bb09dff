"""A webhook's receiver that can be as bad as real ones are."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@dataclass
class Attempt:
    at: float      # when it came, monotonic
    path: str
    id: str
    body: bytes
    genuine: bool  # the signature is right and of now
    status: int


@dataclass
class Answer:
    status: int = 200
    headers: tuple = ()
    delay_s: float = 0


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a detector that was killed


class Receiver:
    """Listens while started, always on the same port. `answer(n, id)` says what the n-th attempt
    (from 0) for an id is told."""

    def __init__(self, answer=lambda n, id: Answer()):
        self.answer = answer
        self.attempts = []
        self.lock = threading.Lock()
        self.server = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/alerts"

    def start(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver._on_post(self)

            do_GET = do_POST  # where a redirect would lead

            def log_message(self, *_):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def _on_post(self, request):
        at = time.monotonic()
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        id = request.headers.get("webhook-id", "")
        with self.lock:
            n = sum(1 for attempt in self.attempts if attempt.id == id)
            answer = self.answer(n, id)
            self.attempts.append(Attempt(at, request.path, id, body,
                                         genuine(request.headers, body), answer.status))
        time.sleep(answer.delay_s)
        try:
            request.send_response(answer.status)
            for name, value in (*answer.headers, ("Content-Length", "0")):
                request.send_header(name, value)
            request.end_headers()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def of(self, id):
        with self.lock:
            return [attempt for attempt in self.attempts if attempt.id == id]

    def delivered(self):
        """[id] of what it has accepted, one for each time."""
        with self.lock:
            return [attempt.id for attempt in self.attempts if attempt.status == 200]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def genuine(headers, body):
    """As standardwebhooks.com says: HMAC-SHA256 over "<id>.<timestamp>.<body>"."""
    id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    content = f"{id}.{sent}.".encode() + body
    signature = "v1," + base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    given = headers.get("webhook-signature", "").split(" ")
    return signature in given and sent.isdigit() and abs(int(sent) - time.time()) < 60


def alert_id(body):
    return json.loads(body)["data"]["id"]
