"""What the end-to-end tests of the service share: a server that may be killed, its customers, and looking into memory."""
import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from tacit_case import TACIT, TacitCase, free_port, tacit


def wait_until(condition, what, seconds=60, pause=0.01):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := condition():
            return result
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s for {what}")


class Server:
    """`tacit serve` as a process, always at the same port; its log is a file."""

    def __init__(self, folder, *options):
        self.folder, self.options = folder, options
        self.port, self.metrics_port = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.log_path = folder / "log"
        self.log_path.touch()
        self.environment = {}  # more than the tests' own
        self.process = None

    def events(self, name):
        lines = self.log_path.read_text().splitlines()
        return [e for e in map(json.loads, (line for line in lines if line.endswith("}"))) if e["event"] == name]

    def start(self):
        before = len(self.events("started"))
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [TACIT, "serve", "--identity", self.folder / "identity", "--store", self.folder / "store", "--listen",
                 self.address, "--metrics", f"127.0.0.1:{self.metrics_port}", "--threads", "1",
                 *map(str, self.options)], stdout=subprocess.DEVNULL, stderr=log,
                env={**os.environ, **self.environment})
        wait_until(lambda: len(self.events("started")) > before or self.process.poll() is not None, "the server")
        assert self.process.poll() is None, self.log_path.read_text()[-2000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def metric(self, name):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        text = opener.open(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10).read().decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    def workers(self):
        """Process ids of workers that run now; not of copies of the server that are about to become one."""
        children = set()
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                children |= {int(child) for child in (task / "children").read_text().split()
                             if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes()}
            except (FileNotFoundError, ProcessLookupError):
                pass
        return children

    def partial_bytes(self):
        """Of uploads that are going on."""
        total = 0
        for path in (self.folder / "store/uploads").rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:
                pass
        return total


class ServiceCase(TacitCase):
    """A server with the customers alice and bob."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server(cls.root, *cls.OPTIONS)
        cls.done("identity", "create", "--identity", cls.root / "identity", "--name", "trainer")
        for customer in ("alice", "bob"):
            cls.done("identity", "create", "--identity", cls.root / customer, "--name", customer)
            cls.done("identity", "pin", "--identity", cls.root / customer, "--name", "trainer", "--certificate",
                     cls.root / "identity/identity.crt", "--address", cls.server.address)
            cls.done("identity", "pin", "--identity", cls.root / "identity", "--name", customer, "--certificate",
                     cls.root / customer / "identity.crt")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    @classmethod
    def submit(cls, folder, customer="alice"):
        """Sends a job's folder; the job's name."""
        said = cls.done("job", "submit", "--identity", cls.root / customer, "--upload", folder / "upload", "--quiet")
        return re.search(r"\b[0-9a-f]{32}\b", said).group()

    @classmethod
    def on_job(cls, command, job, *arguments, customer="alice"):
        return tacit("job", command, "--identity", cls.root / customer, "--job", job, *arguments)

    @classmethod
    def finished(cls, job, result, customer="alice"):
        """Waits for a job and fetches its result."""
        cls.done("job", "watch", "--identity", cls.root / customer, "--job", job, "--quiet")
        cls.done("job", "fetch", "--identity", cls.root / customer, "--job", job, "--result", result)


def memory_holds(process, patterns):
    """Which of the patterns, {name: bytes}, lie in the memory of a process."""
    found = set()
    longest = max(map(len, patterns.values()))
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            bounds, modes = line.split()[:2]
            begin, end = (int(x, 16) for x in bounds.split("-"))
            if "r" not in modes or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            rest = b""
            for at in range(begin, end, 1 << 24):
                try:
                    memory.seek(at)
                    piece = rest + memory.read(min(1 << 24, end - at))
                except OSError:
                    break
                found |= {name for name, pattern in patterns.items() if pattern in piece}
                rest = piece[-longest:]
    return found


def files_hold(folder, patterns):
    """Which of the patterns lie in the files of a folder."""
    return {name for path in folder.rglob("*") if path.is_file() for name, pattern in patterns.items()
            if pattern in path.read_bytes()}


def state_of(process):
    """Its letter in /proc; X if there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "X"


@contextlib.contextmanager
def stopped(process):
    """While it is open, the process stands still; gives whether it lives."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield wait_until(lambda: state_of(process) in "TtXZ", "SIGSTOP") and state_of(process) in "Tt"
    finally:
        os.kill(process, signal.SIGCONT)
