"""End-to-end tests of `tacit mpc predict`: predict_test.py BINARY [TEST...]. Client and server are processes, over TLS."""
import json
import struct
import unittest
from pathlib import Path

from mpc_case import PartiesCase
from tacit_case import tacit

IRIS = Path(__file__).parent.parent / "data/iris.csv"
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


class Prediction(PartiesCase):
    """A bank has a model, a client has rows; the client asks."""

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
        cls.pair = cls.roster(("ana", "ben"), "pair.toml", {"ana": "compute,input", "ben": "compute,receive"})

    @classmethod
    def write(cls, name, **changes):
        path = cls.root / name
        path.write_text(json.dumps({"format": "tacit tree ensemble", "version": 1, "features": cls.names, "bias": [0.05],
                                    "trees": cls.trees, **changes}))
        return path

    def both(self, server, client):
        return self.all_run("predict", self.pair, {"ana": server, "ben": client})

    def answers(self, server, client, out):
        for name, (status, _, err) in self.both(server, (*client, "--out", out)).items():
            self.assertEqual(status, 0, (name, err))
        return [line.split(",", 1)[1] for line in out.read_text().splitlines()[1:]]

    def test_trees_give_the_classes_that_they_give_in_the_clear(self):
        found = self.answers(("--model", self.model), ("--offer", self.offer, "--data", self.data), self.root / "a.csv")
        expected = ["yes" if 0.05 + sum(walk(grown, row) for grown in self.trees) > 0 else "no" for row in self.rows]
        self.assertEqual(found, expected)
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
        self.assert_refused(alone("ana", "--model", self.model, roster=everybody), "'receive'", "the client")
        three = self.roster(("ana", "ben", "cleo"), "three.toml")
        self.assert_refused(alone("ana", "--model", self.model, roster=three), "3 parties compute", "it takes two")
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
