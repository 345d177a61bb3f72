"""End-to-end tests of `tacit mpc predict`: predict_test.py BINARY [TEST...]. Client and server are processes, over TLS."""
import json
import re
import signal
import struct
import subprocess
import unittest
from collections import Counter
from pathlib import Path

from mpc_case import PartiesCase
from tacit_case import tacit

PROJECT = Path(__file__).parent.parent.parent
IRIS = PROJECT / "tests/data/iris.csv"
DEBIAN_PYTHON = "/usr/bin/python3"
HAS_SKLEARN = Path("/usr/lib/python3/dist-packages/sklearn").exists()
LEAF = {"feature": -2, "threshold": -2, "left": -1, "right": -1}


def tree(depth, value, first=0):
    """A whole tree whose nodes ask about changing features; leaves by value(number of the leaf)."""
    nodes = []

    def add(level, path):
        node = len(nodes)
        nodes.append({**LEAF, "value": [0.0]})
        if level == depth:
            nodes[node]["value"] = value(path)
            return node
        feature = (first + path + level) % 4
        nodes[node].update(feature=feature, threshold=(5.8, 3.0, 3.9, 1.2)[feature] + 0.1 * path)
        nodes[node]["left"] = add(level + 1, 2 * path)
        nodes[node]["right"] = add(level + 1, 2 * path + 1)
        return node

    add(0, 0)
    return {name: [node[name] for node in nodes] for name in ("feature", "threshold", "left", "right", "value")}


def walk(grown, row):
    node = 0
    while grown["left"][node] >= 0:
        value = struct.unpack("f", struct.pack("f", row[grown["feature"][node]]))[0]
        node = grown["left" if value <= grown["threshold"][node] else "right"][node]
    return grown["value"][node][0]


class PredictionCase(PartiesCase):
    """A bank has a model, clients have rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.header, *lines = IRIS.read_text().splitlines()
        cls.names = cls.header.split(",")[:4]
        cls.rows = [[float(cell) for cell in line.split(",")[:4]] for line in lines]
        cls.data = cls.root / "rows.csv"
        cls.data.write_text("\n".join([",".join(cls.names), *(",".join(map(str, row)) for row in cls.rows)]) + "\n")
        cls.trees = [tree(3, lambda path, t=t: [((path * 5 + t) % 8 - 3.4) / 10], t) for t in range(12)]
        cls.model = cls.write("trees.json", classes=["no", "yes"])
        cls.offer = cls.root / "trees-offer.json"
        cls.done("mpc", "offer", "--model", cls.model, "--out", cls.offer)
        cls.expected = ["yes" if 0.05 + sum(walk(grown, row) for grown in cls.trees) > 0 else "no" for row in cls.rows]
        cls.pair = cls.roster(("ana", "ben"), "pair.toml", {"ana": "compute,input", "ben": "compute,receive"})

    @classmethod
    def write(cls, name, **changes):
        path = cls.root / name
        path.write_text(json.dumps({"format": "tacit tree ensemble", "version": 1, "features": cls.names, "bias": [0.05],
                                    "trees": cls.trees, **changes}))
        return path


class Prediction(PredictionCase):
    """One client asks once."""

    def both(self, server, client):
        return self.all_run("predict", self.pair, {"ana": ("--once", *server), "ben": client})

    def answers(self, server, client, out):
        for name, (status, _, err) in self.both(server, (*client, "--out", out)).items():
            self.assertEqual(status, 0, (name, err))
        return [line.split(",", 1)[1] for line in out.read_text().splitlines()[1:]]

    def test_trees_give_the_classes_that_they_give_in_the_clear(self):
        found = self.answers(("--model", self.model), ("--offer", self.offer, "--data", self.data), self.root / "a.csv")
        self.assertEqual(found, self.expected)
        self.assertGreater(len(set(found)), 1)
        offer = self.offer.read_text()
        self.assertNotIn("5.8", offer)
        self.assertNotIn("threshold", offer)

    def test_a_number_is_told_only_if_both_say_so(self):
        model = self.write("number.json", classes=[])
        offer = self.root / "number-offer.json"
        self.done("mpc", "offer", "--model", model, "--out", offer)
        asks = ("--offer", offer, "--data", self.data)
        for _, (status, _, err) in self.both(("--model", model), (*asks, "--out", self.root / "none.csv")).items():
            self.assertEqual(status, 2)
            self.assertIn("predicts a number, not a class", err)
        found = self.answers(("--model", model, "--reveal", "score"), (*asks, "--reveal", "score"), self.root / "n.csv")
        for text, row in zip(found, self.rows, strict=True):
            self.assertAlmostEqual(float(text), 0.05 + sum(walk(grown, row) for grown in self.trees), places=7)

    def test_a_model_trained_under_encryption_is_asked_and_says_what_tacit_predict_says(self):
        folder = self.job("iris", "--data", IRIS, "--label", "species", "--positive", "setosa", "--minibatches", "3",
                          "--minibatch-size", "32", train=True)
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        model = folder / "private/model.json"
        offer = self.root / "linear-offer.json"
        self.done("mpc", "offer", "--model", model, "--out", offer)
        clear = self.root / "clear.csv"
        self.done("predict", "--private", folder / "private", "--data", self.data, "--out", clear)
        found = self.answers(("--model", model), ("--offer", offer, "--data", self.data), self.root / "l.csv")
        self.assertEqual(found, [line.rsplit(",", 1)[1] for line in clear.read_text().splitlines()[1:]])

    def test_the_budget_of_rows_outlives_the_process(self):
        model = self.write("budget.json", classes=["in", "out"])
        offer = self.root / "budget-offer.json"
        self.done("mpc", "offer", "--model", model, "--out", offer)
        asks = ("--offer", offer, "--data", self.data, "--patience", 10)
        self.answers(("--model", model, "--queries", 200), asks, self.root / "b.csv")
        results = self.both(("--model", model, "--queries", 200), (*asks, "--out", self.root / "c.csv"))
        self.assertIn("'ben' asks for 150 rows, had 150 and may have 200", results["ana"][2])
        self.assertEqual([status for status, _, _ in results.values()], [2, 2])
        self.assertFalse((self.root / "c.csv").exists())

    def test_another_offer_than_the_models_is_refused_before_anything_is_asked(self):
        other = self.write("other.json", classes=["yes", "no"])
        results = self.both(("--model", other, "--patience", 10),
                            ("--offer", self.offer, "--data", self.data, "--out", self.root / "d.csv", "--patience", 10))
        for status, _, err in results.values():
            self.assertEqual(status, 2)
            self.assertIn("has another parameters than this party", err)

    def test_refusals_name_the_flaw_and_the_remedy(self):
        def alone(party, *options, roster=self.pair):
            return tacit("mpc", "predict", "--roster", roster, "--identity", self.root / party, "--patience", 1, *options)
        self.assert_refused(alone("ben", "--model", self.model), "you are the client", "--offer")
        self.assert_refused(alone("ana", "--offer", self.offer), "you are the server", "--model")
        self.assert_refused(alone("ben", "--offer", self.offer), "--offer, --data and --out")
        everybody = self.roster(("ana", "ben"), "all.toml")
        self.assert_refused(alone("ana", "--model", self.model, roster=everybody), "0 of the 2", "'receive'", "clients")
        self.assert_refused(alone("ana", "--model", self.model, "--once"), "no client came to 127.0.0.1:", "within 1 s",
                            "tacit mpc doctor")
        rows = self.root / "bad.csv"
        asks = ("--offer", self.offer, "--data", rows, "--out", self.root / "e.csv")
        rows.write_text(",".join(self.names) + "\n1,2,x,4\n")
        self.assert_refused(alone("ben", *asks), "line 2", f"'{self.names[2]}'", "'x' is no number")
        rows.write_text(",".join(self.names[:3]) + "\n1,2,3\n")
        self.assert_refused(alone("ben", *asks), f"'{self.names[3]}'")
        broken = self.root / "broken.json"
        broken.write_text(self.model.read_text().replace('"left": [1', '"left": [0', 1))
        self.assert_refused(alone("ana", "--model", broken), "broken.json", "node 0 has a child")
        self.assert_refused(tacit("mpc", "offer", "--model", broken, "--out", self.root / "o.json"), "node 0")

    @unittest.skipUnless(HAS_SKLEARN, "no scikit-learn: `apt-get install python3-sklearn` enables this test")
    def test_the_documents_script_writes_what_scikit_learn_trained(self):
        script = re.search("```python\n(.*?)```", (PROJECT / "docs/predict.md").read_text(), re.DOTALL).group(1)
        model, offer = self.root / "forest.json", self.root / "forest-offer.json"
        train = f"""
import csv, sklearn.ensemble
rows = list(csv.DictReader(open({str(IRIS)!r})))
x, y = [[float(row[name]) for name in {self.names}] for row in rows], [row["species"] for row in rows]
forest = sklearn.ensemble.RandomForestClassifier(8, max_depth=4, random_state=1).fit(x, y)
write_trees(forest, {self.names}, list(forest.classes_), {str(model)!r})
print("\\n".join(forest.predict(x)))"""
        expected = subprocess.run([DEBIAN_PYTHON, "-c", script + train], capture_output=True, text=True, check=True).stdout
        self.done("mpc", "offer", "--model", model, "--out", offer)
        found = self.answers(("--model", model), ("--offer", offer, "--data", self.data), self.root / "forest.csv")
        self.assertEqual(found, expected.split())


class Serving(PredictionCase):
    """A bank that stays, and three clients."""

    CLIENTS = ("ben", "cleo", "dan")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all = cls.roster(("ana", *cls.CLIENTS), "all.toml",
                             {"ana": "compute,input", **dict.fromkeys(cls.CLIENTS, "compute,receive")})
        text = cls.all.read_text()  # clients listen nowhere
        first, *others = text.split("[[party]]")[1:]
        others = ["\n".join(line for line in one.splitlines() if "address" not in line) + "\n" for one in others]
        cls.all.write_text("[[party]]".join(['name = "loans"\n', first, *others]))

    def setUp(self):
        (self.root / "ana" / "queries").unlink(missing_ok=True)

    def serve(self, *options):
        server = self.start("predict", self.all, "ana", "--model", self.model, "--patience", 60, "--json", *options)
        self.addCleanup(server.kill)
        return server

    def ask(self, client, name, offer=None, environment=None):
        return self.start("predict", self.all, client, "--offer", offer or self.offer, "--data", self.data, "--patience", 30,
                          "--out", self.root / f"{name}.csv", environment=environment)

    def assert_answered(self, name, process):
        self.assertEqual(self.end(process)[::2], (0, ""), name)
        found = [line.split(",", 1)[1] for line in (self.root / f"{name}.csv").read_text().splitlines()[1:]]
        self.assertEqual(found, self.expected)

    def stop(self, server):
        """What it said of each client, after Ctrl-C."""
        server.send_signal(signal.SIGINT)
        status, out, err = self.end(server)
        self.assertEqual((status, err), (0, ""))
        return [json.loads(line) for line in out.splitlines()]

    def test_clients_one_after_another_and_at_the_same_time(self):
        server = self.serve()
        for client in (*self.CLIENTS, "ben"):
            self.assert_answered("one", self.ask(client, "one"))
        at_once = {f"{client}{i}": self.ask(client, f"{client}{i}") for client in self.CLIENTS for i in range(2)}
        for name, process in at_once.items():
            self.assert_answered(name, process)
        said = self.stop(server)
        self.assertEqual(Counter(line["client"] for line in said), {"ben": 4, "cleo": 3, "dan": 3})
        rows = len(self.rows)
        self.assertEqual(sorted(line["left"] for line in said if line["client"] == "cleo"),
                         [1000 - 3 * rows, 1000 - 2 * rows, 1000 - rows])
        again = self.serve("--queries", 4 * rows)  # what was spent is on the disk
        status, _, err = self.end(self.ask("ben", "more"))
        self.assertEqual(status, 2)
        self.assertIn("ana ended the run", err)
        self.assert_answered("dan", self.ask("dan", "dan"))
        failed, answered = self.stop(again)
        self.assertIn("'ben' asks for 150 rows, had 600 and may have 600", failed["error"])
        self.assertEqual((answered["client"], answered["left"]), ("dan", 0))

    def test_a_client_that_fails_ends_its_own_session_alone(self):
        other = self.write("other.json", classes=["yes", "no"])
        wrong = self.root / "other-offer.json"
        self.done("mpc", "offer", "--model", other, "--out", wrong)
        server = self.serve("--queries", 100_000)
        self.assertIn("another parameters than this party", self.end(self.ask("dan", "x", wrong))[2])
        strangers = self.root / "strangers.toml"
        self.done("identity", "create", "--identity", self.root / "eve", "--name", "eve")
        eve = self.done("mpc", "roster", "entry", "--identity", self.root / "eve").split('"')[3]
        ben = self.done("mpc", "roster", "entry", "--identity", self.root / "ben").split('"')[3]
        strangers.write_text(self.all.read_text().replace(ben, eve))
        stranger = self.start("predict", strangers, "eve", "--offer", self.offer, "--data", self.data, "--out",
                              self.root / "eve.csv", "--patience", 2)
        self.assertIn("ana ended the run", self.end(stranger)[2])
        self.assert_answered("ben", self.ask("ben", "ben"))
        said = self.stop(server)
        self.assertEqual([line["client"] for line in said], ["dan", "ben"])
        self.assertIn("'dan' has another parameters", said[0]["error"])

    @unittest.skipUnless(PartiesCase.CAN_STOP, "needs TACIT_STOP_AT and no sanitizer")
    def test_killed_and_stalled_clients_hold_nobody_up(self):
        server = self.serve("--queries", 100_000)
        stops = ((3, signal.SIGKILL), (4, signal.SIGSTOP), (6, signal.SIGKILL), (7, signal.SIGSTOP))
        stopped = [self.ask("dan", f"dan{i}", environment=self.stopping(self.root / f"{i}.control", moment, sign))
                   for i, (moment, sign) in enumerate(stops)]
        for name in ("ben", "cleo", "ben", "cleo"):
            self.assert_answered(name, self.ask(name, name))  # long before a stalled session is given up
        for process in stopped:
            process.kill()
            self.end(process)
        self.assert_answered("dan", self.ask("dan", "dan"))
        said = self.stop(server)
        self.assertEqual([line["client"] for line in said if "error" not in line].count("dan"), 1)
        for line in said:
            if "error" in line:
                self.assertEqual(line["client"], "dan")
                self.assertRegex(line["error"], "^dan ended the run")


if __name__ == "__main__":
    unittest.main(verbosity=2)
