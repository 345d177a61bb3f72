"""End-to-end tests of the service: service_test.py BINARY [TEST...]

Server and customers are processes of their own that share a network connection and nothing else. TACIT_SOAK=1 kills the
server 200 times.
"""
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from service_case import ServiceCase, files_hold, memory_holds, state_of, stopped, wait_until
from service_harness import LARGER, full, report, seeded
from tacit_case import TACIT, TacitCase, tacit


class Identities(TacitCase):
    """Keys and pins at the command line."""

    def test_a_key_is_shown_and_pinned(self):
        me, other = self.root / "me", self.root / "other"
        made = self.done("identity", "create", "--identity", me, "--name", "alice")
        key = re.search(r"key ([0-9a-f]{64})", made).group(1)
        self.assertIn(key, self.done("identity", "show", "--identity", me))
        self.assertEqual((me / "identity.key").stat().st_mode & 0o777, 0o600)
        self.done("identity", "create", "--identity", other, "--name", "bob")
        self.done("identity", "pin", "--identity", other, "--name", "al", "--key", key, "--address", "localhost:1")
        self.assertIn(f"pin al {key} localhost:1", self.done("identity", "show", "--identity", other))
        again = tacit("identity", "pin", "--identity", other, "--name", "al2", "--certificate", me / "identity.crt")
        self.assert_refused(again, "pinned already, as 'al'")
        self.done("identity", "unpin", "--identity", other, "--name", "al")
        self.assertNotIn("pin al", self.done("identity", "show", "--identity", other))

    def test_refusals_say_what_to_do(self):
        self.assert_refused(tacit("identity", "show", "--identity", self.root / "none"), "tacit identity create")
        self.assert_refused(tacit("identity", "create", "--identity", self.root / "x", "--name", "a/b"), "no name")
        self.done("identity", "create", "--identity", self.root / "x", "--name", "x")
        again = tacit("identity", "create", "--identity", self.root / "x", "--name", "x")
        self.assert_refused(again, "--overwrite")
        self.assert_refused(tacit("identity", "pin", "--identity", self.root / "x", "--name", "y"), "--help")
        self.assert_refused(tacit("job", "status", "--identity", self.root / "x"), "--server")

    def test_help_teaches(self):
        for command in ("identity", "serve", "job", "doctor"):
            self.assertIn(f"tacit {command} ", tacit(command, "--help").stdout.split("Example")[1])
        self.assertIn("What it could do to a customer", tacit("serve", "--help").stdout)
        self.assertNotIn("worker", tacit("--help").stdout)


class Service(ServiceCase):
    """What works, and what each side can find out."""

    def test_a_job_gives_what_train_gives(self):
        folder = self.job("whole", train=True)
        job = self.submit(folder)
        self.finished(job, folder / "fetched")
        self.assertEqual((folder / "fetched/weights.bin").read_bytes(), (folder / "result/weights.bin").read_bytes())
        self.done("decrypt", "--private", folder / "private", "--result", folder / "fetched")
        self.assertIn("trained on ciphertexts", self.done("evaluate", "--private", folder / "private", "--no-pictures"))
        self.assertIn(f"{job}  done", self.done("job", "status", "--identity", self.root / "alice"))

    def test_nothing_is_sent_twice(self):
        folder = self.job("twice")
        first = self.submit(folder)
        received = self.server.metric("tacit_received_bytes_total")
        self.assertEqual(self.submit(folder), first)
        self.assertEqual(self.server.metric("tacit_received_bytes_total"), received)
        self.done("encrypt", "--private", folder / "private", "--upload", folder / "upload")
        self.assertNotEqual(self.submit(folder), first)
        self.assertEqual(self.server.metric("tacit_received_bytes_total") - received,
                         (folder / "upload/inputs.bin").stat().st_size)

    def test_one_customer_cannot_name_anothers_job(self):
        job = self.submit(self.job("mine"))
        for command, more in (("status", ()), ("fetch", ("--result", self.root / "stolen")), ("cancel", ()),
                              ("remove", ()), ("watch", ("--quiet",))):
            self.assert_refused(self.on_job(command, job, *more, customer="bob"), "no job", job)
        self.assertNotIn(job, self.done("job", "status", "--identity", self.root / "bob"))

    def test_a_program_of_another_circuit_is_refused_before_it_travels(self):
        folder = self.job("altered")
        program = json.loads((folder / "upload/program.json").read_text())
        program["recipe"]["minibatches"] = program["segments"][0]["steps"] = 3
        (folder / "upload/program.json").write_text(json.dumps(program))
        result = tacit("job", "submit", "--identity", self.root / "alice", "--upload", folder / "upload", "--quiet")
        self.assert_refused(result, folder / "upload/program.json", "another circuit")

    def test_spoiled_objects_fail_at_the_service_with_the_reason(self):
        folder = self.job("spoiled")
        content = bytearray((folder / "upload/inputs.bin").read_bytes())
        content[5000] ^= 1
        (folder / "upload/inputs.bin").write_bytes(content)
        result = tacit("job", "submit", "--identity", self.root / "alice", "--upload", folder / "upload", "--quiet")
        self.assert_refused(result, "failed", "'upload/inputs.bin'", "ciphertext 1")
        self.assertNotIn(str(self.root), result.stderr)
        checks = [e for e in self.server.events("job_ended") if e["outcome"] == "failed"]
        self.assertEqual({e["kind"] for e in checks}, {"check"})  # it never took the place of a training

    def test_a_running_job_is_cancelled_and_removed(self):
        job = self.submit(self.job("long", *LARGER))
        cancelled = self.on_job("cancel", job)
        self.assertIn("cancelled", cancelled.stdout)
        wait_until(lambda: not self.server.workers(), "the worker's end")
        self.assert_refused(self.on_job("fetch", job, "--result", self.root / "none"), "no result")
        self.assertIn("freed", self.on_job("remove", job).stdout)
        self.assert_refused(self.on_job("status", job), "no job")

    def test_tls_1_2_and_connections_without_a_certificate_are_refused(self):
        for options in (("-tls1_2",), ("-tls1_3",)):
            client = subprocess.run(["openssl", "s_client", "-connect", self.server.address, *options, "-alpn", "h2"],
                                    input=b"", capture_output=True, timeout=20)
            name = options[0]
            established = b"Cipher is TLS_" in client.stdout
            self.assertEqual(established, name == "-tls1_3", client.stdout)
        texts = " ".join(e["text"] for e in self.server.events("grpc"))
        self.assertIn("no shared cipher", texts)
        self.assertIn("peer did not return a certificate", texts)

    def test_doctor_says_which_side_is_wrong(self):
        said = self.done("doctor", "--identity", self.root / "alice")
        self.assertEqual(re.findall(r"(\w+) +(?:good|mind|wrong) ", said),
                         ["name", "port", "TLS", "pin", "customer", "version", "clock"])
        self.done("identity", "create", "--identity", self.root / "eve", "--name", "eve")
        self.done("identity", "pin", "--identity", self.root / "eve", "--name", "trainer", "--certificate",
                  self.root / "identity/identity.crt", "--address", self.server.address)
        stranger = tacit("doctor", "--identity", self.root / "eve")
        self.assertEqual(stranger.returncode, 2)
        self.assertIn("customer: it ends the connection once it sees your key", stranger.stderr)
        self.doctor_finds("port", self.closed_port())
        with socket.create_server(("127.0.0.1", 0)) as mute:
            def answer():
                with mute.accept()[0] as connection:
                    connection.sendall(b"HTTP/1.1 400\r\n\r\n")
            thread = threading.Thread(target=answer)
            thread.start()
            self.doctor_finds("TLS", f"127.0.0.1:{mute.getsockname()[1]}")
            thread.join()
        self.doctor_finds("name", "no-such-host.invalid:1")
        self.doctor_finds("pin", self.server.address, certificate=self.root / "bob/identity.crt")

    @staticmethod
    def closed_port():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return f"127.0.0.1:{s.getsockname()[1]}"

    def doctor_finds(self, what, address, certificate=None):
        folder = self.root / f"doctor-{what}"
        self.done("identity", "create", "--identity", folder, "--name", "x")
        self.done("identity", "pin", "--identity", folder, "--name", "server", "--address", address, "--certificate",
                  certificate or self.root / "identity/identity.crt")
        result = tacit("doctor", "--identity", folder)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, rf"^tacit doctor: {what}: ")

    def test_second_server_on_the_same_store_is_refused(self):
        result = tacit("serve", "--identity", self.root / "identity", "--store", self.root / "store", "--listen",
                       "127.0.0.1:0", timeout=20)
        self.assertEqual(result.returncode, 2)
        self.assertIn("another server has this store open", result.stderr)


class Kills(ServiceCase):
    """The server is killed at any moment; customers notice nothing but time."""

    def test_a_cut_upload_goes_on_where_it_was_cut(self):
        folder = self.job("large", "--minibatches", "8", "--minibatch-size", "128")
        size = (folder / "upload/evaluation_keys.bin").stat().st_size
        self.assertGreater(size, 30_000_000)
        client = subprocess.Popen([TACIT, "job", "submit", "--identity", self.root / "alice", "--upload",
                                   folder / "upload"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: self.server.partial_bytes() > size // 4, "a part of the keys", pause=0.001)
        self.server.kill()
        here = self.server.partial_bytes()
        self.assertLess(here, size)
        time.sleep(1)
        self.server.start()
        said, complaints = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 0, complaints)
        total = sum(path.stat().st_size for path in (folder / "upload").iterdir())
        self.assertLessEqual(self.server.metric("tacit_received_bytes_total"), total - here)
        self.on_job("cancel", re.search(r"\b[0-9a-f]{32}\b", said).group())

    def customer(self, name, stop, failures, results):
        """Sends job after job, waits for each and compares the result with that of `train`."""
        try:
            folder = self.job(name)
            reference = self.root / name / "reference"
            for _ in range(1000):
                self.done("encrypt", "--private", folder / "private", "--upload", folder / "upload")
                shutil.rmtree(reference, ignore_errors=True)
                self.done("train", "--upload", folder / "upload", "--result", reference)
                job = self.submit(folder, name)
                self.finished(job, folder / "result", name)
                same = (folder / "result/weights.bin").read_bytes() == (reference / "weights.bin").read_bytes()
                results.append((name, job))
                if not same:
                    failures.append(f"{name}: job {job} has another result than `tacit train`")
                if stop.is_set():
                    return
        except Exception as error:  # noqa: BLE001: the main thread tells
            failures.append(f"{name}: {error}")

    def test_no_accepted_upload_and_no_result_is_lost(self):
        draw = seeded()
        stop, failures, results = threading.Event(), [], []
        customers = [threading.Thread(target=self.customer, args=(name, stop, failures, results))
                     for name in ("alice", "bob")]
        for thread in customers:
            thread.start()
        wait_until(lambda: self.server.partial_bytes() > 0 or results or failures, "the first upload")
        for _ in range(full(6, 200)):
            time.sleep(draw.uniform(0.02, draw.choice((0.5, 4))))
            self.server.kill()
            self.server.start()
        stop.set()
        for thread in customers:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual({e["objects_lost"] for e in self.server.events("started")}, {0})
        for name, job in results:
            self.assertIn("done", self.on_job("status", job, customer=name).stdout)
        report("kills", kills=len(self.server.events("started")) - 1, jobs=len(results),
               identical_results=len(results), lost=0)

    def test_the_worker_ends_with_the_server(self):
        job = self.submit(self.job("orphan", *LARGER))
        worker = wait_until(lambda: self.server.workers(), "a worker").pop()
        self.server.kill()
        wait_until(lambda: state_of(worker) in "XZ", "the worker's end", 10)
        self.server.start()
        self.finished(job, self.root / "orphan/result")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()


class Secrets(ServiceCase):
    """What the service never has: the memory and the disk of server and worker are searched for it."""

    def images(self):
        """A folder of random images, 14x14, and their pixels."""
        folder = self.root / "images"
        folder.mkdir()
        draw = random.Random(7)
        pixels = [bytes(draw.randrange(256) for _ in range(196)) for _ in range(320)]
        for part in ("train", "t10k"):
            (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, 320, 14, 14) + b"".join(pixels))
            (folder / f"{part}-labels-idx1-ubyte").write_bytes(
                struct.pack(">2I", 0x801, 320) + bytes(3 if i % 2 else 8 for i in range(320)))
        return folder, pixels

    def secrets(self, private, pixels):
        """The secret key as it is packed and as numbers, images in three forms."""
        key = (private / "secret.key").read_bytes()[48:-32]
        signs = [(0, 1, 0, -1)[(byte >> shift) & 3] for byte in key[:64] for shift in (0, 2, 4, 6)]
        record = json.loads((private / "preprocessing.json").read_text())
        patterns = {f"secret key at {at}": key[at:at + 32] for at in range(0, len(key) - 32, len(key) // 8)}
        patterns["secret key as doubles"] = struct.pack("<32d", *signs[:32])
        patterns["secret key as bytes"] = struct.pack("<64b", *signs[:64])
        for number in range(0, 320, 16):
            image = pixels[number]
            patterns[f"image {number}"] = image[:32]
            patterns[f"image {number}, scaled"] = struct.pack("<4d", *(byte / 255 for byte in image[:4]))
            patterns[f"image {number}, standardised"] = struct.pack(
                "<2d", *((image[j] / 255 - record["means"][j]) * record["factors"][j] for j in range(2)))
        return patterns

    def test_neither_server_nor_worker_ever_holds_a_secret(self):
        data, pixels = self.images()
        folder = self.root / "job"
        self.done("keygen", "--private", folder / "private", "--upload", folder / "upload", "--data", data, *LARGER)
        self.done("encrypt", "--private", folder / "private", "--upload", folder / "upload")
        patterns = self.secrets(folder / "private", pixels)
        public = {"the parameters' fingerprint": (folder / "upload/inputs.bin").read_bytes()[16:48]}
        job = self.submit(folder)
        worker = wait_until(self.server.workers, "a worker", pause=0.001).pop()
        searched = 0
        while searched < 3:  # loading, computing
            try:
                with stopped(worker) as lives:
                    found = memory_holds(worker, {**patterns, **public}) if lives else set()
                    status = Path(f"/proc/{worker}/status").read_text() if lives else ""
            except ProcessLookupError:
                break
            if not lives:
                break
            if public.keys() <= found:
                searched += 1
                self.assertIn("NoNewPrivs:\t1", status)
            self.assertEqual(found - public.keys(), set())
            time.sleep(0.1)
        self.assertGreater(searched, 0, "no search met a worker that had loaded the parameters")
        self.finished(job, folder / "result")
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        weights = json.loads((folder / "private/model.json").read_text())["weights"]
        patterns |= {f"weight {j}": struct.pack("<d", weights[j]) for j in range(0, len(weights), 8)}
        server = {"its certificate": (self.root / "identity/identity.crt").read_bytes().strip()}
        self.assertEqual(memory_holds(self.server.process.pid, {**patterns, **server}), server.keys())
        self.assertEqual(files_hold(self.root / "store", {**patterns, **public}), public.keys())
        log = (self.root / "log").read_bytes()
        self.assertIn(b"job_ended", log)
        self.assertEqual([name for name, pattern in patterns.items() if pattern in log], [])

    def test_the_search_finds_what_is_there(self):
        secret = os.urandom(32)
        child = subprocess.Popen([sys.executable, "-c", "import sys; b = bytes.fromhex(sys.stdin.readline());"
                                  "print(1, flush=True); sys.stdin.readline()"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        child.stdin.write(secret.hex() + "\n")
        child.stdin.flush()
        child.stdout.readline()
        self.assertEqual(memory_holds(child.pid, {"it": secret, "not": os.urandom(32)}), {"it"})
        child.communicate("\n")


class Limits(ServiceCase):
    """Quotas and memory."""

    OPTIONS = ("--quota-bytes", "100MB", "--memory", "60MB")

    @unittest.skipIf("TACIT_SANITIZED" in os.environ, "sanitizers reserve terabytes, so their builds have no limit")
    def test_a_job_that_needs_more_memory_fails_with_the_remedy(self):
        folder = self.job("hungry", *LARGER)
        result = tacit("job", "submit", "--identity", self.root / "alice", "--upload", folder / "upload", "--quiet")
        self.assert_refused(result, "more memory than the 60 MB", "fewer or smaller minibatches")

    def test_more_bytes_than_the_quota_are_refused(self):
        folder = self.job("large", "--minibatches", "6", "--minibatch-size", "128")
        result = tacit("job", "submit", "--identity", self.root / "bob", "--upload", folder / "upload", "--quiet")
        self.assert_refused(result, "of your 100000000 are in use", "tacit job remove")
        self.assertRegex(self.done("job", "clean", "--identity", self.root / "bob"), r"clean +[1-9]\d* bytes freed")
        self.assertRegex(self.done("job", "clean", "--identity", self.root / "bob"), r"clean +0 bytes freed")


if __name__ == "__main__":
    unittest.main()
