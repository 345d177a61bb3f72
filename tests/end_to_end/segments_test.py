"""End-to-end tests of trainings of several segments: segments_test.py BINARY [TEST...]

Six minibatches of 16 in segments of two: three runs of `tacit train` and two refreshes.
"""
import json
import shutil
import signal
import subprocess
import unittest

from tacit_case import TACIT, TacitCase, said, tacit

SEGMENTS = ("--minibatches", "6", "--minibatch-size", "16", "--learning-rate", "4", "--segment-steps", "2")


class Segments(TacitCase):
    """One job, copied for every test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.root / "made"
        options = ("--private", cls.made / "private", "--upload", cls.made / "upload")
        cls.keygen_report = cls.done("keygen", *options, *SEGMENTS)
        cls.encrypt_report = cls.done("encrypt", *options)

    def setUp(self):
        self.folder = self.root / self.id().rsplit(".", 1)[1]
        shutil.copytree(self.made, self.folder)
        self.private, self.upload, self.result = (self.folder / n for n in ("private", "upload", "result"))

    def train(self, *more):
        return tacit("train", "--upload", self.upload, "--result", self.result, "--quiet", *more)

    def refresh(self):
        return tacit("refresh", "--private", self.private, "--result", self.result, "--upload", self.upload)

    def step(self):
        """A segment and its refresh; whether the training waits for another."""
        result = self.train()
        self.assertIn(result.returncode, (0, 3), result.stderr)
        if result.returncode == 3:
            self.assertEqual(self.refresh().returncode, 0)
        return result.returncode == 3

    def finish(self):
        while self.step():
            pass
        self.done("decrypt", "--private", self.private, "--result", self.result)
        self.done("evaluate", "--private", self.private, "--no-pictures")
        evaluation = json.loads((self.private / "evaluation.json").read_text())
        self.assertLessEqual(evaluation["relative_weight_error"], 1e-3)
        self.assertEqual(evaluation["encrypted"]["accuracy"], evaluation["clear"]["accuracy"])

    def test_a_script_trains_to_the_end(self):
        self.assertRegex(self.keygen_report, r"3 segments of up to 2 steps, so 2 refreshes, each .* to and fro")
        self.assertIn("and 2 more, one for each segment", self.encrypt_report)
        first = self.train()
        self.assertEqual(first.returncode, 3)
        self.assertIn("segment 1 of 3 is done", first.stdout)
        self.assertIn("tacit refresh", first.stdout)
        again = self.train()  # nothing to do, and it says the same
        self.assertEqual((again.returncode, again.stdout), (3, first.stdout))
        self.assertIn("state after segment 1 of 3, 2 of 6 steps", self.refresh().stdout)
        self.finish()
        statistics = json.loads((self.result / "statistics.json").read_text())
        self.assertEqual(statistics["segments"], 3)
        self.assertGreater(statistics["state_file_bytes"], 0)

    def test_both_sides_wait_for_each_other(self):
        customer = subprocess.Popen([TACIT, "refresh", "--private", str(self.private), "--result", str(self.result),
                                     "--upload", str(self.upload), "--wait", "60"], stdout=subprocess.PIPE, text=True)
        service = self.train("--wait", "60")
        self.assertEqual(service.returncode, 0, service.stderr)
        self.assertEqual(service.stdout.count("waiting for `tacit refresh`"), 2)
        output, _ = customer.communicate(timeout=60)
        self.assertEqual(customer.returncode, 0)
        self.assertIn("state after segment 2 of 3", output)
        self.assertIn("the model is trained", output)
        self.finish()

    def test_who_waits_in_vain_says_for_what(self):
        self.assertEqual(self.train("--wait", "1").returncode, 3)
        self.assertEqual(self.refresh().returncode, 0)
        vain = tacit("refresh", "--private", self.private, "--result", self.result, "--upload", self.upload, "--wait", "1")
        self.assert_refused(vain, "no state came", "tacit train")

    def test_progress_counts_minibatches_of_the_whole_training(self):
        self.step()
        result = tacit("train", "--upload", self.upload, "--result", self.result)
        self.assertRegex(result.stderr, r"Training: [45]\d % .*, minibatch 3 of 6, \d of \d levels, noise budget \d+ bits")
        self.assertNotIn("minibatch 5", result.stderr)

    def test_a_training_that_was_killed_resumes(self):
        self.step()
        before = {p.name: p.stat().st_mtime_ns for p in self.result.iterdir()}
        process = subprocess.Popen([TACIT, "train", "--upload", str(self.upload), "--result", str(self.result)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said(process.stderr.readline())  # it computes
        process.send_signal(signal.SIGKILL)
        process.communicate()
        after = {p.name: p.stat().st_mtime_ns for p in self.result.iterdir() if not p.name.endswith(".tmp")}
        if process.returncode == -signal.SIGKILL:  # a run may end before the signal comes
            self.assertEqual({name: time for name, time in after.items() if name in before}, before)
        self.finish()

    def test_states_of_any_number_of_threads_are_equal(self):
        self.train("--threads", "1")
        state = self.result / "state-0.bin"
        kept = state.read_bytes().split(b"\n", 1)[1][:-32]  # the head has times
        state.unlink()
        self.train("--threads", "2")
        self.assertEqual(state.read_bytes().split(b"\n", 1)[1][:-32], kept)

    def test_nothing_to_refresh(self):
        self.assert_refused(self.refresh(), self.result, "tacit train")
        self.finish()
        self.assert_refused(self.refresh(), "nothing is left to refresh", "tacit decrypt")

    def test_missing_inputs_of_a_segment(self):
        self.step()
        (self.upload / "inputs-1.bin").unlink()
        self.assert_refused(self.train(), self.upload / "inputs-1.bin", "tacit encrypt")
        self.assert_nothing_left(self.result, "state-1.bin", "weights.bin")

    def test_damaged_refreshed_state(self):
        self.step()
        path = self.upload / "refreshed-0.bin"
        content = bytearray(path.read_bytes())
        content[-1000] ^= 4
        path.write_bytes(content)
        self.assert_refused(self.train(), path, "damaged", "copy the file again")

    def test_folders_of_another_keygen(self):
        self.train()
        other = self.root / "another"
        self.done("keygen", "--private", other / "private", "--upload", other / "upload", *SEGMENTS)
        result = tacit("refresh", "--private", self.private, "--result", self.result, "--upload", other / "upload")
        self.assert_refused(result, other / "upload", "other keys")
        shutil.copy(other / "private/secret.key", self.private)
        self.assert_refused(self.refresh(), self.result / "state-0.bin", "no weight", "secret key")
        self.assert_nothing_left(self.upload, "refreshed-0.bin")

    def test_a_sigmoid_of_degree_five(self):
        folder = self.job("degree", "--minibatches", "3", "--minibatch-size", "16", "--fit-sigmoid", "5")
        self.assertEqual(len(json.loads((folder / "upload/program.json").read_text())["recipe"]["sigmoid"]), 6)
        self.private, self.upload, self.result = (folder / n for n in ("private", "upload", "result"))
        self.finish()

    def test_a_training_that_diverges(self):
        result = tacit("keygen", "--private", self.root / "p", "--upload", self.root / "u", "--quiet",
                       "--minibatches", "60", "--minibatch-size", "16", "--learning-rate", "64")
        self.assert_refused(result, "training diverges", "smaller learning rate")
        self.assertFalse((self.root / "p/secret.key").exists())


if __name__ == "__main__":
    unittest.main()
