"""End-to-end tests of the program `tacit`: tacit_test.py BINARY [TEST...]

Small recipes (2 minibatches of 16) keep every run below a second. A refusal must be one line on stderr that says what
and where, with exit status 2, and must leave nothing half-written.
"""
import json
import math
import os
import resource
import shutil
import signal
import struct
import subprocess
import unittest

from tacit_case import METHODS, SMALL, TACIT, TacitCase, said, tacit


class Pipeline(TacitCase):
    """What works: all commands in order, for every method."""

    def test_every_method_trains_the_model_of_its_clear_twin(self):
        for method in METHODS:
            with self.subTest(method):
                folder = self.job(method, "--method", method, *SMALL)
                private = folder / "private"
                hidden = folder / "elsewhere"
                private.rename(hidden)  # the service has no private folder
                self.done("train", "--upload", folder / "upload", "--result", folder / "result")
                hidden.rename(private)
                self.done("decrypt", "--private", private, "--result", folder / "result")
                report = self.done("evaluate", "--private", private, "--out", folder / "pictures")
                self.assertIn("trained on ciphertexts", report)
                self.check_evaluation(json.loads((private / "evaluation.json").read_text()), method)
                self.check_statistics(json.loads((folder / "result/statistics.json").read_text()), method)
                self.check_pictures(folder / "pictures", report, ("weights", "roc"))
        table = self.done("compare", *(self.root / m for m in METHODS), "--out", self.root / "pictures")
        for word in (*METHODS, "depth", "rotations", "peak memory", "accuracy, encrypted", "speed-up"):
            self.assertIn(word, table)
        self.check_pictures(self.root / "pictures", table, ("times",))

    def check_evaluation(self, evaluation, method):
        self.assertEqual(evaluation["method"], method)
        self.assertEqual(evaluation["held_out_rows"], 494)
        self.assertLessEqual(evaluation["relative_weight_error"], 1e-3)
        self.assertEqual(evaluation["encrypted"]["accuracy"], evaluation["clear"]["accuracy"])
        self.assertAlmostEqual(evaluation["encrypted"]["area_under_roc"], evaluation["clear"]["area_under_roc"], 4)

    def check_statistics(self, statistics, method):
        self.assertEqual(statistics["depth"], {"baseline": 6, "low-depth": 2, "mask-free": 2}[method])
        self.assertEqual(statistics["security_bits"], 128)
        for name, value in statistics.items():
            if name not in ("job", "inputs_fingerprint", "method", "kernels", "format", "constant_products", "conjugations", "state_file_bytes"):
                self.assertGreater(value, 0, name)

    def check_pictures(self, folder, report, names):
        if shutil.which("gnuplot") is None:
            self.assertIn("no pictures: gnuplot is not installed", report)
            return
        for name in names:
            self.assertEqual((folder / f"{name}.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            self.assertIn("<svg", (folder / f"{name}.svg").read_text())

    def test_no_gnuplot_is_a_note_and_no_failure(self):
        folder = self.job("plain", train=True)
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        report = self.done("evaluate", "--private", folder / "private", env={"PATH": str(folder)})
        self.assertIn("no pictures: gnuplot is not installed (Debian: gnuplot-nox)", report)

    def test_threads_do_not_change_the_result(self):
        folder = self.job("threads")
        for threads in ("1", "2"):
            self.done("train", "--upload", folder / "upload", "--result", folder / threads, "--threads", threads)
        self.assertEqual((folder / "1/weights.bin").read_bytes(), (folder / "2/weights.bin").read_bytes())

    def test_version_and_help_teach(self):
        self.assertRegex(self.done("--version"), r"^tacit \d+\.\d+\.\d+ \(\w+ kernels\)\n$")
        for command in ("keygen", "encrypt", "train", "refresh", "decrypt", "evaluate", "predict", "compare"):
            text = tacit(command, "--help").stdout
            self.assertIn(f"tacit {command} ", text.split("Example")[1])

    def test_secrets_are_for_their_owner(self):
        folder = self.job("modes", train=True)
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        self.assertEqual((folder / "private").stat().st_mode & 0o777, 0o700)
        for path in (folder / "private").iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)


class Refusals(TacitCase):
    """What does not work, and says why. Tests copy the folders of two finished jobs and spoil the copy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.job("good", train=True)
        cls.other = cls.job("other", "--minibatches", "3", "--minibatch-size", "16", train=True)  # other parameters

    def setUp(self):
        self.folder = self.root / self.id().rsplit(".", 1)[1]
        shutil.copytree(self.good, self.folder)
        self.private, self.upload, self.result = (self.folder / n for n in ("private", "upload", "result"))

    def train(self, **options):
        return tacit("train", "--upload", self.upload, "--result", self.folder / "new", "--quiet", **options)

    def decrypt(self):
        return tacit("decrypt", "--private", self.private, "--result", self.result)

    def assert_training_refused(self, *words):
        self.assert_refused(self.train(), *words)
        self.assert_nothing_left(self.folder / "new", "weights.bin", "statistics.json")

    def assert_decryption_refused(self, *words):
        self.assert_refused(self.decrypt(), *words)
        self.assert_nothing_left(self.private, "model.json")

    @staticmethod
    def flip(path, at):
        content = bytearray(path.read_bytes())
        content[at] ^= 0x10
        path.write_bytes(content)

    def test_secret_key_of_other_parameters(self):
        shutil.copy(self.other / "private/secret.key", self.private)
        self.assert_decryption_refused(self.private / "secret.key", "parameters")

    def test_secret_key_of_another_keygen(self):
        again = self.job("again", *SMALL)
        shutil.copy(again / "private/secret.key", self.private)
        self.assert_decryption_refused(self.result / "weights.bin", "no weight", "secret key")

    def test_corrupt_secret_key(self):
        self.flip(self.private / "secret.key", 500)
        self.assert_decryption_refused(self.private / "secret.key")

    def test_missing_secret_key(self):
        (self.private / "secret.key").unlink()
        self.assert_decryption_refused(self.private / "secret.key", "tacit keygen")

    def test_corrupt_evaluation_keys(self):
        self.flip(self.upload / "evaluation_keys.bin", -1000)
        self.assert_training_refused(self.upload / "evaluation_keys.bin")

    def test_truncated_evaluation_keys(self):
        os.truncate(self.upload / "evaluation_keys.bin", 100_000)
        self.assert_training_refused(self.upload / "evaluation_keys.bin")

    def test_missing_rotation_key(self):
        # The same parameters (depth 3), but the rotations of another circuit.
        low = self.job("low", "--method", "low-depth", *SMALL)
        shutil.copy(low / "upload/evaluation_keys.bin", self.upload)
        self.assert_training_refused("no key for rotations by", "tacit keygen", self.upload / "evaluation_keys.bin")

    def test_ciphertexts_of_other_parameters(self):
        shutil.copy(self.other / "upload/inputs.bin", self.upload)
        self.assert_training_refused(self.upload / "inputs.bin", "ciphertext 1", "parameters")

    def test_ciphertexts_of_other_levels(self):
        low = self.job("low-levels", "--method", "low-depth", *SMALL)
        shutil.copy(low / "upload/inputs.bin", self.upload)
        self.assert_training_refused(self.upload / "inputs.bin")

    def test_truncated_ciphertexts(self):
        size = (self.upload / "inputs.bin").stat().st_size
        os.truncate(self.upload / "inputs.bin", size - 100)
        self.assert_training_refused(self.upload / "inputs.bin", "file ends")

    def test_corrupt_parameters(self):
        self.flip(self.upload / "parameters.bin", 60)
        self.assert_training_refused(self.upload / "parameters.bin")

    def test_parameters_of_another_job(self):
        shutil.copy(self.other / "upload/parameters.bin", self.upload)
        self.assert_training_refused(self.upload / "parameters.bin", self.upload / "program.json")

    def test_altered_program(self):
        program = json.loads((self.upload / "program.json").read_text())
        program["recipe"]["minibatches"] = program["segments"][0]["steps"] = 3
        (self.upload / "program.json").write_text(json.dumps(program))
        self.assert_training_refused(self.upload / "program.json", "another circuit")

    def test_program_that_is_no_json(self):
        (self.upload / "program.json").write_text("{")
        self.assert_training_refused(self.upload / "program.json")

    def test_result_of_another_job(self):
        self.result = self.other / "result"
        self.assert_decryption_refused(self.result, "under other keys")

    def test_inputs_made_again_after_training(self):
        self.done("encrypt", "--private", self.private, "--upload", self.upload)
        self.assert_decryption_refused(self.result, "on other inputs")

    def test_corrupt_result(self):
        self.flip(self.result / "weights.bin", 5000)
        self.assert_decryption_refused(self.result / "weights.bin")

    def test_nothing_to_decrypt(self):
        shutil.rmtree(self.result)
        self.assert_decryption_refused(self.result, "tacit train")

    def test_model_with_a_weight_that_is_no_number(self):
        self.assertEqual(self.decrypt().returncode, 0)
        model = json.loads((self.private / "model.json").read_text())
        model["weights"][5] = math.nan
        (self.private / "model.json").write_text(json.dumps(model))
        self.assert_refused(tacit("evaluate", "--private", self.private), self.private / "model.json")
        self.assert_nothing_left(self.private, "evaluation.json")


class Choices(TacitCase):
    """Refused options and data."""

    def keygen(self, *choice):
        return tacit("keygen", "--private", self.root / "p", "--upload", self.root / "u", "--quiet", *choice)

    def assert_keygen_refused(self, choice, *words):
        self.assert_refused(self.keygen(*choice), *words)
        self.assertFalse((self.root / "p/secret.key").exists())

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.job("job")

    def idx_folder(self, name, labels):
        """Four images of 14x14 as training and held-out data, with these labels."""
        folder = self.root / name
        folder.mkdir()
        pixels = bytes((37 * i * i) % 251 for i in range(4 * 196))
        for part in ("train", "t10k"):
            (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4I", 0x803, 4, 14, 14) + pixels)
            (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 0x801, 4) + bytes(labels))
        return folder

    def test_unknown_option(self):
        self.assert_keygen_refused(("--nonsense",), "--nonsense", "tacit keygen --help")

    def test_no_command(self):
        self.assert_refused(tacit(), "--help")

    def test_unknown_method(self):
        self.assert_keygen_refused(("--method", "magic"), "magic")

    def test_learning_rate_that_is_no_number(self):
        self.assert_keygen_refused(("--learning-rate", "nan"), "learning_rate", "nan")

    def test_no_minibatches(self):
        self.assert_keygen_refused(("--minibatches", "0"), "minibatches")

    def test_minibatches_that_no_secure_ring_holds(self):
        self.assert_keygen_refused(("--minibatches", "40", "--minibatch-size", "16", "--segment-steps", "40"), "40 steps", "depth 78")

    def test_minibatch_size_that_is_no_power_of_two(self):
        self.assert_keygen_refused(("--minibatch-size", "100"), "100", "128")

    def test_unknown_security(self):
        self.assert_keygen_refused(("--security", "40"), "40", "128")

    def test_secret_key_is_not_replaced(self):
        before = (self.folder / "private/secret.key").read_bytes()
        result = tacit("keygen", "--private", self.folder / "private", "--upload", self.folder / "upload", *SMALL)
        self.assert_refused(result, self.folder / "private/secret.key", "--overwrite")
        self.assertEqual((self.folder / "private/secret.key").read_bytes(), before)

    def test_too_few_samples(self):
        self.assert_keygen_refused(("--minibatches", "2", "--minibatch-size", "1024"), "2048 rows", "1482")

    def test_label_outside_the_range(self):
        data = self.idx_folder("labels", (3, 8, 12, 3))
        self.assert_keygen_refused(("--data", data), data / "train-labels-idx1-ubyte", "12")

    def test_class_without_samples(self):
        data = self.idx_folder("classes", (3, 8, 8, 3))
        self.assert_keygen_refused(("--data", data, "--classes", "3,7"), "7")

    def test_few_samples_in_a_folder(self):
        data = self.idx_folder("few", (3, 8, 8, 3))
        self.assert_keygen_refused(("--data", data, *SMALL), "32 rows", "4")

    def test_classes_that_the_embedded_data_do_not_have(self):
        self.assert_keygen_refused(("--classes", "2,4"), "--data")

    def test_data_folder_that_does_not_exist(self):
        self.assert_keygen_refused(("--data", self.root / "nowhere"), self.root / "nowhere")

    def test_data_that_changed_after_keygen(self):
        data = self.idx_folder("changed", (3, 8, 8, 3))
        folder = self.job("changing", "--data", data, "--minibatches", "1", "--minibatch-size", "2")
        labels = bytearray((data / "train-labels-idx1-ubyte").read_bytes())
        labels[-1] = 8
        (data / "train-labels-idx1-ubyte").write_bytes(labels)
        (folder / "upload/inputs.bin").unlink()
        result = tacit("encrypt", "--private", folder / "private", "--upload", folder / "upload", "--quiet")
        self.assert_refused(result, data, "not those that the keys were made for", "keygen")
        self.assert_nothing_left(folder / "upload", "inputs.bin")

    def test_upload_folder_of_other_keys(self):
        other = self.job("other")
        result = tacit("encrypt", "--private", self.folder / "private", "--upload", other / "upload")
        self.assert_refused(result, other / "upload", "other keys")


class Disturbances(TacitCase):
    """A disk that is full, folders that cannot be written, signals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.job("job")
        cls.file = cls.root / "a-file"
        cls.file.write_text("not a folder")

    @staticmethod
    def small_files(limit):
        """Options that let a process write files of `limit` bytes at most, as on a full disk."""
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
                "restore_signals": False}  # Python ignores SIGXFSZ, and so will the program

    def train(self, result, **options):
        return tacit("train", "--upload", self.folder / "upload", "--result", result, "--quiet", **options)

    def test_unwritable_folders(self):
        self.assert_refused(self.train(self.file / "result"), self.file / "result")
        keygen = tacit("keygen", "--private", self.root / "p", "--upload", self.file / "u", "--quiet", *SMALL)
        self.assert_refused(keygen, self.file / "u")
        self.assertFalse((self.root / "p/secret.key").exists())

    def test_full_disk_in_training(self):
        result = self.root / "full"
        self.assert_refused(self.train(result, **self.small_files(20_000)), result / "weights.bin")
        self.assert_nothing_left(result, "weights.bin", "statistics.json")

    def test_full_disk_in_keygen(self):
        private, upload = self.root / "full-private", self.root / "full-upload"
        keygen = tacit("keygen", "--private", private, "--upload", upload, "--quiet", *SMALL,
                       **self.small_files(100_000))
        self.assert_refused(keygen, upload / "evaluation_keys.bin")
        self.assert_nothing_left(upload, "evaluation_keys.bin", "program.json")
        self.assert_nothing_left(private, "secret.key")

    def test_full_disk_in_encryption(self):
        (self.folder / "upload/inputs.bin").rename(self.root / "inputs.bin")
        encrypt = tacit("encrypt", "--private", self.folder / "private", "--upload", self.folder / "upload", "--quiet",
                        **self.small_files(100_000))
        self.assert_refused(encrypt, self.folder / "upload/inputs.bin")
        self.assert_nothing_left(self.folder / "upload", "inputs.bin")
        (self.root / "inputs.bin").rename(self.folder / "upload/inputs.bin")

    def interrupt(self, number, *arguments):
        """Runs the program and sends a signal at its first sign of progress."""
        process = subprocess.Popen([TACIT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = ""
        while process.poll() is None and not first:
            first = said(process.stderr.readline())
        process.send_signal(number)
        _, rest = process.communicate()
        return process.returncode, first, rest.splitlines()

    def test_interrupted_keygen(self):
        private, upload = self.root / "stopped-private", self.root / "stopped-upload"
        status, first, rest = self.interrupt(signal.SIGTERM, "keygen", "--private", private, "--upload", upload)
        self.assertRegex(first, "^Making keys: ")
        self.assertEqual(status, 2, rest)
        self.assertIn("tacit keygen: stopped by SIGTERM", rest[-1])
        self.assert_nothing_left(upload, "evaluation_keys.bin", "program.json")
        self.assert_nothing_left(private, "secret.key")

    def test_interrupted_training(self):
        folder = self.job("long", "--minibatches", "4", "--minibatch-size", "64")
        for attempt in range(5):  # a run may end before the signal comes
            result = folder / f"result{attempt}"
            status, first, rest = self.interrupt(signal.SIGINT, "train", "--upload", folder / "upload", "--result",
                                                 result, "--threads", "1")
            self.assertRegex(first, "^Training: ")
            if status != 0:
                break
        self.assertEqual(status, 2, rest)
        self.assertIn("tacit train: stopped by SIGINT", rest[-1])
        self.assert_nothing_left(result, "weights.bin", "statistics.json")


if __name__ == "__main__":
    unittest.main()
