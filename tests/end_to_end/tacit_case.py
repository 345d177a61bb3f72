"""What the end-to-end tests share: running the program `tacit`, making jobs, and what a refusal looks like."""
import re
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

# The program, the first argument of whichever script imports this.
TACIT = str(Path(sys.argv.pop(1)).resolve())
METHODS = ("baseline", "low-depth", "mask-free")
SMALL = ("--minibatches", "2", "--minibatch-size", "16")


def said(stderr):
    """What the program wrote to stderr, without what ThreadSanitizer's symbolizer says of libraries without symbols."""
    return re.sub(r"^LLVMSymbolizer: .*\n", "", stderr, flags=re.MULTILINE)


def tacit(*arguments, **options):
    """Runs the program to its end."""
    result = subprocess.run([TACIT, *map(str, arguments)], capture_output=True, text=True, **options)
    result.stderr = said(result.stderr)
    return result


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TacitCase(unittest.TestCase):
    """A folder per class, and what every test asserts about commands."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="tacit-end-to-end-")
        cls.root = Path(cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def done(cls, *arguments, **options):
        result = tacit(*arguments, "--quiet", **options) if arguments[0] in ("keygen", "encrypt", "train") \
            else tacit(*arguments, **options)
        if result.returncode != 0:
            raise AssertionError(f"tacit {' '.join(map(str, arguments))}: status {result.returncode}: {result.stderr}")
        return result.stdout

    @classmethod
    def job(cls, name, *choice, train=False):
        """Keys, inputs and perhaps the encrypted result of one job; its folder."""
        folder = cls.root / name
        cls.done("keygen", "--private", folder / "private", "--upload", folder / "upload", *(choice or SMALL))
        cls.done("encrypt", "--private", folder / "private", "--upload", folder / "upload")
        if train:
            cls.done("train", "--upload", folder / "upload", "--result", folder / "result")
        return folder

    def assert_refused(self, result, *words):
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertRegex(result.stderr, r"^tacit( [a-z]+)*: ")
        for word in words:
            self.assertIn(str(word), result.stderr)

    def assert_nothing_left(self, folder, *names):
        """None of the names, and no temporary file, is in the folder."""
        present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        self.assertEqual(present & set(names), set())
        self.assertEqual([name for name in present if name.endswith(".tmp")], [])
