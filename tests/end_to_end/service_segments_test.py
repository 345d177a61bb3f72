"""Trainings of several segments, and long runs that are killed: service_segments_test.py BINARY [TEST...]."""
import json
import re
import shutil
import struct
import subprocess
import time
import unittest

from service_case import files_hold, memory_holds, wait_until
from service_harness import SOAK, HarnessCase, full, report, seeded
from service_hostile_test import hash_of
from tacit_case import TACIT, tacit
from wire_client import WireClient, messages

SEGMENTED = ("--minibatches", "4", "--minibatch-size", "16", "--segment-steps", "2")


class Refreshes(HarnessCase):
    """The customer's part between two segments."""

    def waiting(self, job, segment):
        return wait_until(lambda: f"waiting for a refresh at the end of segment {segment}"
                          in self.on_job("status", job).stdout, "the end of a segment", pause=0.1)

    def trained_here(self, folder):
        """The weights of the same training without a service; refreshes are random, so the last bits differ."""
        local = self.root / "local"
        shutil.rmtree(local, ignore_errors=True)
        shutil.copytree(folder / "upload", local / "upload")
        while tacit("train", "--upload", local / "upload", "--result", local / "result", "--quiet").returncode == 3:
            self.done("refresh", "--private", folder / "private", "--result", local / "result", "--upload",
                      local / "upload")
        return self.weights(folder, local / "result")

    def weights(self, folder, result):
        self.done("decrypt", "--private", folder / "private", "--result", result)
        return json.loads((folder / "private/model.json").read_text())["weights"]

    def patterns(self, folder):
        key = (folder / "private/secret.key").read_bytes()[48:-32]
        patterns = {f"secret key at {at}": key[at:at + 32] for at in range(0, len(key) - 32, len(key) // 8)}
        public = {"the parameters' fingerprint": (folder / "upload/inputs.bin").read_bytes()[16:48]}
        return patterns, public

    def test_a_watching_customer_refreshes_what_waits(self):
        folder = self.job("watched", *SEGMENTED)
        job = self.submit(folder)
        said = self.done("job", "watch", "--identity", self.root / "alice", "--job", job, "--private",
                         folder / "private", "--quiet")
        self.assertEqual(len(re.findall("the state after segment 1 has new levels", said)), 1)
        self.assertIn("done", said)
        self.assertEqual(self.woken(job), 1)
        self.assertFalse((folder / "private/refresh").exists())
        self.done("job", "fetch", "--identity", self.root / "alice", "--job", job, "--result", folder / "result")
        here = self.trained_here(folder)
        for weight, expected in zip(self.weights(folder, folder / "result"), here):
            self.assertAlmostEqual(weight, expected, delta=1e-3)
        self.assert_refused(self.on_job("refresh", job, "--private", folder / "private"), "is done and waits for no")
        used = self.on_job("remove", job).stdout
        self.assertRegex(used, "MB freed")

    def woken(self, job):
        """How often a worker of the job went on with its keys in memory."""
        events = [json.loads(line) for line in self.server.log_path.read_text().splitlines()]
        return sum(e["event"] == "worker_goes_on" and e["job"] == job for e in events)

    def test_another_customers_training_ends_the_worker_that_rests(self):
        folder = self.job("interrupted", *SEGMENTED)
        job = self.submit(folder)
        self.waiting(job, 1)
        other = self.job("in-between", "--minibatches", "1", "--minibatch-size", "16")
        self.finished(self.submit(other, "bob"), other / "result", "bob")
        self.assertEqual(self.on_job("refresh", job, "--private", folder / "private").returncode, 0)
        self.finished(job, folder / "result")
        self.assertEqual(self.woken(job), 0)
        self.weights(folder, folder / "result")

    def test_a_waiting_job_outlives_a_kill_and_holds_no_secret(self):
        folder = self.job("killed", *SEGMENTED)
        patterns, public = self.patterns(folder)
        job = self.submit(folder)
        watcher = subprocess.Popen([TACIT, "job", "watch", "--identity", self.root / "alice", "--job", job, "--quiet"],
                                   stdout=subprocess.PIPE, text=True)
        self.assertIn("waiting for a refresh at the end of segment 1", watcher.stdout.readline())
        self.server.kill()
        self.server.start()
        self.waiting(job, 1)
        self.assertEqual(memory_holds(self.server.process.pid, patterns), set())
        self.assertEqual(files_hold(self.root / "store", {**patterns, **public}), public.keys())
        self.assertIn(job, self.on_job("refresh", job, "--private", folder / "private").stdout)
        self.assertEqual(watcher.wait(60), 0)
        watcher.stdout.close()
        self.finished(job, folder / "result")
        patterns |= {f"weight {j}": data for j, data in enumerate(self.weight_bytes(folder))}
        self.assertEqual(memory_holds(self.server.process.pid, patterns), set())
        self.assertEqual(files_hold(self.root / "store", {**patterns, **public}), public.keys())
        self.assertEqual([name for name, pattern in patterns.items() if pattern in self.server.log_path.read_bytes()], [])

    def weight_bytes(self, folder):
        weights = self.weights(folder, folder / "result")
        return [struct.pack("<d", weight) for weight in weights[::8] if weight != 0]

    def test_a_spoiled_refresh_is_refused_and_the_job_waits_on(self):
        draw = seeded()
        folder = self.job("spoiled", *SEGMENTED)
        job = self.submit(folder)
        self.waiting(job, 1)
        wire = WireClient(self.root / "alice", self.root / "identity/identity.crt", self.server.address)
        found = messages.Job.FromString(wire.call("FindJob", messages.JobName(id=bytes.fromhex(job))
                                                  .SerializeToString())[1])
        state = wire.call("FetchObject", messages.FetchRequest(hash=found.state_hash).SerializeToString())[1]
        state = messages.Piece.FromString(state).data
        (folder / "result").mkdir()
        (folder / "result/state-0.bin").write_bytes(state)
        self.done("refresh", "--private", folder / "private", "--result", folder / "result", "--upload",
                  folder / "upload")
        good = (folder / "upload/refreshed-0.bin").read_bytes()
        flips = full(2, 40)
        for _ in range(flips):
            changed = bytearray(good)
            changed[draw.randrange(len(good))] ^= 1 << draw.randrange(8)
            self.hand_in(wire, job, bytes(changed))
            said = wait_until(lambda: "waiting" in (text := self.on_job("status", job).stdout) and text, "the check")
            self.assertIn("'upload/refreshed-0.bin'", said)
            self.hand_in(wire, job, good[:draw.randrange(1, len(good))])
            wait_until(lambda: "waiting" in self.on_job("status", job).stdout, "the check")
        self.hand_in(wire, job, state)  # not refreshed at all
        wait_until(lambda: "'upload/refreshed-0.bin'" in self.on_job("status", job).stdout, "the check")
        watched = self.on_job("watch", job, "--private", folder / "private", "--quiet")
        self.assert_refused(watched, "waiting", "refreshed-0.bin")
        self.assertEqual(self.on_job("refresh", job, "--private", folder / "private").returncode, 0)
        self.finished(job, folder / "final")
        wire.close()
        report("hostile refreshes", flipped=flips, truncated=flips, stale=1, crashes=0)

    def hand_in(self, wire, job, data):
        pieces = [messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(data), bytes=len(data)))]
        pieces += [messages.UploadPiece(data=data[at:at + (1 << 20)]) for at in range(0, len(data), 1 << 20)]
        status, text = wire.call("SendObject", *(piece.SerializeToString() for piece in pieces))
        self.assertEqual(status.name, "OK", text)
        state = messages.RefreshedState(job=bytes.fromhex(job), segment=0, hash=hash_of(data))
        status, text = wire.call("HandIn", state.SerializeToString())
        self.assertEqual(status.name, "OK", text)


@unittest.skipUnless(SOAK, "takes minutes; Servers.KeepTheCheckpointOfARunThatWasStopped is its small sister")
class Checkpoints(HarnessCase):
    """Runs that are killed in the middle of a segment."""

    OPTIONS = ("--checkpoint-seconds", "0.2")

    def checkpoint(self):
        return list((self.root / "store/work").glob("*/result/checkpoint.bin"))

    def test_a_killed_run_goes_on_from_its_checkpoint(self):
        draw = seeded()
        folder = self.job("long", "--minibatches", "8", "--minibatch-size", "128", train=True)
        job = self.submit(folder)
        wait_until(self.checkpoint, "a checkpoint", pause=0.001)
        kept, kills = 0, 20
        for _ in range(kills):
            self.server.kill()
            kept += bool(self.checkpoint())
            self.server.start()
            time.sleep(draw.uniform(0, 8))
        self.assertGreater(kept, 0)
        self.assert_result(folder, job)
        self.assertEqual(list((self.root / "store/work").iterdir()), [])
        report("kills in a run", kills=kills, with_a_checkpoint=kept, identical_results=1)


if __name__ == "__main__":
    unittest.main()
