"""Disks and connections that fail: service_faults_test.py BINARY [TEST...]. TACIT_SOAK=1: every case, not a few.

TACIT_FULL_DISK names the library that makes the writes of a server fail (full_disk.cpp).
"""
import contextlib
import mmap
import os
import shutil
import sqlite3
import struct
import subprocess
import time
import unittest
from collections import Counter
from pathlib import Path

from service_harness import HarnessCase, Proxy, full, report, sample, seeded
from tacit_case import TACIT, tacit


class Disk:
    """What full_disk.cpp reads and writes: how many calls wrote to the folder, and from which one on they fail."""

    def __init__(self, folder):
        self.path = folder / "disk-control"
        self.path.write_bytes(bytes(16))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)

    def calls(self):
        return struct.unpack_from("<q", self.map, 0)[0]

    def full_from(self, call):
        struct.pack_into("<q", self.map, 8, call)


@unittest.skipIf("TACIT_FULL_DISK" not in os.environ or "TACIT_SANITIZED" in os.environ,
                 "needs TACIT_FULL_DISK, and sanitizers want to be the first library")
class FullDisk(HarnessCase):
    """Every write to the store fails from some call on, until there is space again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disk = Disk(cls.root)
        cls.server.stop()
        cls.server.environment = {"LD_PRELOAD": os.environ["TACIT_FULL_DISK"],
                                  "TACIT_DISK_CONTROL": str(cls.disk.path), "TACIT_DISK": str(cls.root / "store")}
        cls.server.start()

    def whole_job(self, folder):
        """The writes of a job from its first byte to its result."""
        begin = self.disk.calls()
        self.assert_result(folder, self.submit(folder))
        return self.disk.calls() - begin

    def test_a_full_disk_costs_time_and_nothing_else(self):
        draw = seeded()
        keys = self.job("keys", train=True)
        self.whole_job(keys)
        writes = self.whole_job(self.fresh_inputs(keys, "measured"))
        self.assertGreater(writes, 30)
        told = 0
        points = sample(range(1, writes + 1), 3, draw)
        for point in points:
            folder = self.fresh_inputs(keys, f"job{point}")
            self.disk.full_from(self.disk.calls() + point)
            client = subprocess.Popen([TACIT, "job", "submit", "--identity", self.root / "alice", "--upload",
                                       folder / "upload", "--quiet"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True)
            with contextlib.suppress(subprocess.TimeoutExpired):
                client.wait(1)
            time.sleep(0.2)
            self.assert_alive()
            self.disk.full_from(0)
            said = client.communicate(timeout=30)[1]
            self.assertIn(client.returncode, (0, 2), said)
            self.assertEqual(said.count("\n"), client.returncode // 2, said)
            told += client.returncode == 2
            self.assert_result(folder, self.submit(folder))
        self.assert_alive()
        self.assertRegex(self.server.log_path.read_text(), "No space left on device|database or disk is full")
        failures = sum(len(self.server.events(event)) for event in ("call_refused", "job_failed_here", "runner_failed"))
        self.assertGreater(failures, 0)
        report("full disk", writes_of_a_job=writes, full_from_write=len(points), customers_told=told,
               failures_logged=failures, identical_results=len(points), lost=0)


class Cuts(HarnessCase):
    """Connections that are reset in the middle of every message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.proxy = Proxy(cls.server.port)
        cls.add_customer("carol", cls.proxy.address)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.close()
        super().tearDownClass()

    def pieces(self, *command):
        """How many pieces go each way while nothing is cut."""
        self.proxy.arm(None, 0)
        result = tacit(*command)
        self.assertEqual(result.returncode, 0, result.stderr)
        return dict(self.proxy.passed)

    def cut_everywhere(self, draw, before, *command):
        """Outcomes of a command with its connection cut at every piece in both directions."""
        before()
        outcomes = Counter()
        cases = [(direction, piece) for direction, pieces in self.pieces(*command).items()
                 for piece in range(1, pieces + 1)]
        for direction, piece in sample(cases, 2, draw):
            before()
            self.proxy.arm(direction, piece)
            result = tacit(*command, timeout=90)
            self.assert_clean(result)
            outcomes["cut" if self.proxy.cuts else "not reached"] += 1
            outcomes["went on" if result.returncode == 0 else "said so"] += 1
            if result.returncode != 0:
                self.assertRegex(result.stderr, rf"trainer|{self.proxy.address}")
            self.assert_alive()
        self.proxy.arm(None, 0)
        return outcomes

    def test_a_cut_connection_loses_nothing(self):
        draw = seeded()
        folder = self.job("carols", train=True)
        me = ("--identity", self.root / "carol")
        job = self.submit(folder, "carol")
        self.assert_result(folder, job, "carol")
        on_job = (*me, "--job", job)

        def forget():
            tacit("job", "cancel", *on_job)
            tacit("job", "remove", *on_job)

        def have():
            self.proxy.arm(None, 0)
            self.submit(folder, "carol")
            self.done("job", "watch", *on_job, "--quiet")

        outcomes = {}
        commands = {"submit": (forget, "job", "submit", *me, "--upload", folder / "upload", "--quiet"),
                    "watch": (have, "job", "watch", *on_job, "--quiet"),
                    "fetch": (have, "job", "fetch", *on_job, "--result", self.root / "fetched"),
                    "status": (have, "job", "status", *on_job),
                    "list": (have, "job", "status", *me),
                    "cancel": (have, "job", "cancel", *on_job),
                    "clean": (have, "job", "clean", *me),
                    "doctor": (lambda: None, "doctor", *me)}
        for name, (before, *command) in commands.items():
            outcomes[name] = self.cut_everywhere(draw, before, *command)
            have()
            self.assert_result(folder, job, "carol")
        total = sum(outcomes.values(), Counter())
        self.assertGreater(total["cut"], 0)
        report("cut connections", **{name: dict(counts) for name, counts in outcomes.items()}, cuts=total["cut"],
               went_on=total["went on"], said_so=total["said so"], lost=0)


class Damage(HarnessCase):
    """Files of the store that the disk spoiled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alices, cls.bobs = cls.job("alices", train=True), cls.job("bobs", train=True)
        cls.pending = cls.fresh_inputs(cls.alices, "pending")
        cls.names = {}
        for name, folder, customer in (("alices", cls.alices, "alice"), ("bobs", cls.bobs, "bob"),
                                       ("pending", cls.pending, "alice")):
            cls.names[name] = cls.submit(folder, customer)
            cls.done("job", "watch", "--identity", cls.root / customer, "--job", cls.names[name], "--quiet")
        cls.server.kill()
        cls.template = cls.root / "template"
        (cls.root / "store").rename(cls.template)
        cls.requeue(cls.names["pending"])

    @classmethod
    def requeue(cls, job):
        """In the template the job has not run yet."""
        with sqlite3.connect(cls.template / "store.sqlite") as database:
            for query in ("DELETE FROM files WHERE job = ? AND name GLOB 'result/*'",
                          "UPDATE jobs SET state = 0 WHERE id = ?"):
                database.execute(query, (bytes.fromhex(job),))
        database.close()

    def files(self):
        """Alice's files by what they are, and the database."""
        with sqlite3.connect(self.template / "store.sqlite") as database:
            rows = database.execute("SELECT name, customer, lower(hex(hash)) FROM files WHERE job = ?",
                                    (bytes.fromhex(self.names["alices"]),)).fetchall()
        database.close()
        files = {name: Path("objects", str(customer), hash) for name, customer, hash in rows}
        return files | {name: Path(name) for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "lock")
                        if (self.template / name).exists()}

    @staticmethod
    def spoil(path, how, draw):
        if how == "deleted":
            path.unlink()
        elif how == "cut short":
            os.truncate(path, draw.randrange(max(1, path.stat().st_size)))
        else:
            content = bytearray(path.read_bytes())
            if content:
                content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            path.unlink()  # it may be a link
            path.write_bytes(content)

    def server_starts(self):
        """Whether it does; otherwise it said why."""
        try:
            self.server.start()
            return True
        except AssertionError:
            self.assertEqual(self.server.process.wait(10), 2)
            self.assertIn("the store's database", self.server.log_path.read_text()[-2000:])
            return False

    def fetch_now(self, name, customer):
        """'identical', 'refused' or, which must not be, 'wrong'."""
        folder = self.root / name
        result = tacit("job", "fetch", "--identity", self.root / customer, "--job", self.names[name], "--result",
                       self.root / "now")
        self.assert_clean(result)
        if result.returncode != 0:
            return "refused"
        same = (self.root / "now/weights.bin").read_bytes() == (folder / "result/weights.bin").read_bytes()
        return "identical" if same else "wrong"

    def one_case(self, kind, path, how, draw):
        store = self.root / "store"
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(self.template, store)
        self.spoil(store / path, how, draw)
        noticed = len(self.server.events("object_damaged"))
        if not self.server_starts():
            return "the server refused the store"
        of_a_database = not kind.startswith(("upload", "result"))
        now = self.fetch_now("alices", "alice")
        self.assertNotEqual(now, "wrong")
        self.assertEqual(of_a_database or self.fetch_now("bobs", "bob") == "identical", True)
        tacit("job", "watch", "--identity", self.root / "alice", "--job", self.names["pending"], "--quiet")
        noticed = len(self.server.events("object_damaged")) - noticed
        lost = self.server.events("started")[-1]["objects_lost"]
        shared = kind.startswith("upload") and kind != "upload/inputs.bin"
        if not of_a_database and (shared or kind.startswith("result")):
            self.assertGreater(noticed + lost, 0, f"{kind} {how}")
        for name in ("alices", "pending"):
            folder = self.root / name
            self.assert_result(folder, self.submit(folder))
        self.assert_alive()
        self.server.kill()
        return "noticed and mended" if noticed + lost else "nothing to notice"

    def test_a_spoiled_file_is_noticed_and_never_gives_a_wrong_result(self):
        draw = seeded()
        cases = [(kind, path, how) for kind, path in self.files().items()
                 for how in ("flipped", "cut short", "deleted")
                 for _ in range(full(1, 12 if how != "deleted" else 1))]
        outcomes = Counter()
        for kind, path, how in sample(cases, 3, draw):
            with self.subTest(kind=kind, how=how):
                outcomes[self.one_case(kind, path, how, draw)] += 1
        report("damaged store", cases=sum(outcomes.values()), **outcomes, wrong_results=0)


if __name__ == "__main__":
    unittest.main()
