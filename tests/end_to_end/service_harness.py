"""What the reliability tests of the service share: sizes, counts, customers with jobs, a proxy that cuts connections."""
import contextlib
import json
import os
import random
import re
import shutil
import socket
import struct
import sys
import threading
from pathlib import Path

from service_case import ServiceCase
from tacit_case import tacit

LARGER = ("--minibatches", "4", "--minibatch-size", "64")
SOAK = "TACIT_SOAK" in os.environ  # `make soak`: every case instead of a few


def full(small, large):
    return large if SOAK else small


def sample(cases, small, draw):
    """All cases in a soak run, otherwise a few of them in their order."""
    cases = list(cases)
    return cases if SOAK or len(cases) <= small else [cases[i] for i in sorted(draw.sample(range(len(cases)), small))]


def seeded():
    """A generator whose seed is printed."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}", file=sys.stderr)
    return random.Random(seed)


def report(name, **counts):
    """One line of JSON: what was tried and what came out."""
    print(json.dumps({"harness": name, **counts}), file=sys.stderr, flush=True)


class HarnessCase(ServiceCase):
    """Customers, jobs that are compared with `tacit train`, and what must hold whatever happened."""

    @classmethod
    def add_customer(cls, name, address=None):
        """A customer whom the server knows; another address is that of a proxy."""
        cls.done("identity", "create", "--identity", cls.root / name, "--name", name)
        cls.done("identity", "pin", "--identity", cls.root / name, "--name", "trainer", "--certificate",
                 cls.root / "identity/identity.crt", "--address", address or cls.server.address)
        cls.done("identity", "pin", "--identity", cls.root / "identity", "--name", name, "--certificate",
                 cls.root / name / "identity.crt")

    @classmethod
    def fresh_inputs(cls, keys, name):
        """A job with the keys of another and inputs of its own, and what `tacit train` makes of it."""
        folder = cls.root / name
        shutil.copytree(keys / "upload", folder / "upload", copy_function=os.link)
        (folder / "upload/inputs.bin").unlink()
        cls.done("encrypt", "--private", keys / "private", "--upload", folder / "upload")
        cls.done("train", "--upload", folder / "upload", "--result", folder / "result")
        return folder

    def try_submit(self, folder, customer="alice", **options):
        return tacit("job", "submit", "--identity", self.root / customer, "--upload", folder / "upload", "--quiet",
                     **options)

    def assert_clean(self, result):
        """A command worked or says in one line why not."""
        if result.returncode != 0:
            self.assertEqual(result.returncode, 2, result.stderr)
            self.assertRegex(result.stderr, r"^tacit[^\n]*\n$")

    def assert_result(self, folder, job, customer="alice", reference=None):
        """The job comes to its end with the very bytes that `tacit train` gives."""
        fetched = folder / f"fetched-{customer}"
        shutil.rmtree(fetched, ignore_errors=True)
        self.finished(job, fetched, customer)
        self.assertEqual((fetched / "weights.bin").read_bytes(),
                         ((reference or folder) / "result/weights.bin").read_bytes(), job)

    def assert_alive(self):
        self.assertIsNone(self.server.process.poll(), self.server.log_path.read_text()[-2000:])

    def peak_bytes(self):
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


class Proxy:
    """Passes connections on, and cuts one of them, once: after so many pieces in one direction, or none if 0."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        self.arm(None, 0)
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def arm(self, direction, pieces):
        with self.lock:
            self.direction, self.left, self.cuts, self.passed = direction, pieces, 0, {"up": 0, "down": 0}

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for source, sink, direction in ((client, server, "up"), (server, client, "down")):
                threading.Thread(target=self.pump, args=(source, sink, direction), daemon=True).start()

    def is_cut(self, direction):
        with self.lock:
            self.passed[direction] += 1
            if direction != self.direction or self.left == 0:
                return False
            self.left -= 1
            self.cuts += self.left == 0
            return self.left == 0

    def pump(self, source, sink, direction):
        try:
            while piece := source.recv(1 << 18):
                if self.is_cut(direction):
                    sink.sendall(piece[:len(piece) // 2])  # in the middle of a message
                    break
                sink.sendall(piece)
        except OSError:
            pass
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()
