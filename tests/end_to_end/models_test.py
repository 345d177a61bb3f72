"""End-to-end tests of `tacit` with models of numbers and several classes, warm starts and encrypted scoring:
models_test.py BINARY [TEST...]; see tacit_test.py."""
import json
import unittest
from pathlib import Path

from tacit_case import TacitCase, tacit


class Models(TacitCase):
    """From a CSV file to predictions."""

    IRIS = Path(__file__).parent.parent / "data/iris.csv"
    SPECIES = ("--model", "multinomial", "--label", "species", "--minibatches", "2", "--minibatch-size", "32")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.trained("species", *cls.SPECIES)

    @classmethod
    def trained(cls, name, *choice):
        folder = cls.job(name, "--data", cls.IRIS, *choice, train=True)
        cls.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        return folder

    def evaluated(self, folder):
        report = self.done("evaluate", "--private", folder / "private", "--no-pictures")
        return report, json.loads((folder / "private/evaluation.json").read_text())

    def test_several_classes_have_a_confusion_matrix(self):
        report, evaluation = self.evaluated(self.folder)
        self.assertIn("rows by class (down)", report)
        self.assertEqual(sum(map(sum, evaluation["confusion"])), evaluation["held_out_rows"])
        self.assertEqual(set(evaluation["encrypted"]), {"accuracy"})
        self.assertGreater(evaluation["encrypted"]["accuracy"], 0.7)
        self.assertLess(evaluation["relative_weight_error"], 1e-3)

    def test_numbers_are_predicted_in_their_units(self):
        folder = self.trained("width", "--model", "linear", "--label", "petal_width", "--minibatches", "2",
                              "--minibatch-size", "32")
        report, evaluation = self.evaluated(folder)
        self.assertIn("least squares, all training rows", report)
        self.assertGreater(evaluation["encrypted"]["r_squared"], 0.7)
        out = folder / "scores.csv"
        self.assertIn("root mean square error 0.", self.done("predict", "--private", folder / "private", "--data",
                                                             self.IRIS, "--out", out))
        lines = out.read_text().splitlines()
        self.assertEqual((lines[0], len(lines)), ("line,prediction", 151))
        self.assertLess(abs(float(lines[1].split(",")[1]) - 0.2), 0.5)

    def test_a_warm_start_goes_on_from_a_model_of_the_same_columns(self):
        model = self.folder / "private/model.json"
        _, evaluation = self.evaluated(self.trained("warm", *self.SPECIES, "--seed", "4", "--start", model))
        self.assertLess(evaluation["relative_weight_error"], 1e-3)
        result = tacit("keygen", "--quiet", "--private", self.root / "no", "--upload", self.root / "no", "--data",
                       self.IRIS, *self.SPECIES, "--drop", "sepal_width", "--start", model)
        self.assert_refused(result, "the model to start from has a feature 'sepal_width', which the data lack")

    def test_a_training_goes_on_from_an_encrypted_result(self):
        first = self.job("first", "--data", self.IRIS, *self.SPECIES, train=True)
        folder = self.trained("second", *self.SPECIES, "--seed", "4", "--continue", first / "result",
                              "--continue-private", first / "private")
        self.assertFalse((first / "private/model.json").exists())
        self.assertEqual(json.loads((folder / "private/data.json").read_text())["start"], [])
        _, evaluation = self.evaluated(folder)
        self.assertLess(evaluation["relative_weight_error"], 1e-3)
        new = ("keygen", "--quiet", "--private", self.root / "no", "--upload", self.root / "no", "--data", self.IRIS,
               *self.SPECIES)
        self.assert_refused(tacit(*new, "--continue", first / "result", "--continue-private", folder / "private"),
                            "was trained under other keys than the private folder's")
        self.assert_refused(tacit(*new, "--continue", first / "result"), "--continue requires --continue-private")

    def test_scores_of_encrypted_rows_are_those_of_predict(self):
        model, rows = self.folder / "private/model.json", self.IRIS
        self.done("predict", "--private", self.folder / "private", "--data", rows, "--out", self.root / "expected.csv")
        offer = self.root / "offer.json"
        self.done("score", "offer", "--model", model, "--out", offer)
        self.assertNotIn("weights", offer.read_text())
        for name, keygen, run in (("clear", ("--offer", offer), ("--model", model)), ("hidden", ("--model", model), ())):
            mine, upload, result = (self.root / name / part for part in ("mine", "upload", "result"))
            self.done("score", "keygen", "--private", mine, "--upload", upload, *keygen)
            self.done("score", "encrypt", "--quiet", "--private", mine, "--upload", upload, "--data", rows)
            self.done("score", "run", "--quiet", "--upload", upload, "--result", result, *run)
            said = self.done("score", "decrypt", "--private", mine, "--result", result, "--out", self.root / "found.csv")
            self.assertIn("150 rows: ", said)
            for found, expected in zip(*((self.root / f"{n}.csv").read_text().splitlines() for n in ("found", "expected"))):
                (line, score, name_), (line_, score_, expected_name) = found.split(","), expected.split(",")
                self.assertEqual((line, name_), (line_, expected_name))
                if line != "line":
                    self.assertLess(abs(float(score) - float(score_)), 1e-4)
        self.assert_refused(tacit("score", "run", "--upload", self.root / "clear/upload", "--result", self.root / "r"),
                            "the customer wants rows scored by a model of the service; name its model.json")


if __name__ == "__main__":
    unittest.main()
