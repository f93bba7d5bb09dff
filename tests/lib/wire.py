"""Just enough of the Kafka protocol to send what no client would."""

import socket
import struct

PRODUCE, METADATA, API_VERSIONS = 0, 3, 18
UNSUPPORTED_VERSION, CORRUPT_MESSAGE = 35, 2


class Connection:
    def __init__(self, bootstrap, limit_s=10):
        host, port = bootstrap.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), limit_s)

    def send(self, data):
        self.socket.sendall(data)

    def send_frame(self, payload):
        self.send(struct.pack(">i", len(payload)) + payload)

    def read_frame(self):
        return self._read(struct.unpack(">i", self._read(4))[0])

    def is_closed(self):
        """Waits for the other side to close; fails when it does not within the limit."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def close(self):
        self.socket.close()

    def _read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise ConnectionError("closed by the broker")
            data += more
        return data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request(api, version, body=b"", correlation=7):
    """A request with header v1 (no tagged fields)."""
    client = b"hostile"
    return struct.pack(">hhih", api, version, correlation, len(client)) + client + body


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def one_record_batch(value=b"hello", damage=False):
    """A RecordBatch v2 with one record."""
    record = b"\x00" + b"\x00" + b"\x00" + b"\x01" + varint(len(value)) + value + b"\x00"
    records = varint(len(record)) + record
    body = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + records
    crc = crc32c(body)
    if damage:
        body = body[:-3] + bytes([body[-3] ^ 1]) + body[-2:]
    return struct.pack(">qiibI", 0, 4 + 1 + 4 + len(body), 0, 2, crc) + body


def produce(topic, batch, acks=-1):
    """Produce v3 for partition 0."""
    return request(PRODUCE, 3, struct.pack(">hhi", -1, acks, 5000) + struct.pack(">i", 1) +
                   text(topic) + struct.pack(">iii", 1, 0, len(batch)) + batch)


def produce_error(reply):
    """The error code of partition 0 in a Produce v3 answer."""
    at = 4 + 4
    at += 2 + struct.unpack_from(">h", reply, at)[0]
    return struct.unpack_from(">h", reply, at + 4 + 4)[0]


def varint(number):
    number = (number << 1) ^ (number >> 31)
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
