"""End-to-end tests of `tacit` on tables: table_test.py BINARY [TEST...]; see tacit_test.py."""
import json
import unittest
from pathlib import Path

from tacit_case import SMALL, TacitCase, tacit


class Tables(TacitCase):
    """CSV files in place of images."""

    IRIS = Path(__file__).parent.parent / "data/iris.csv"

    def table(self, name, change=lambda rows: rows):
        """96 rows with numbers, categories and quotes, in which `change` may change lines; the label follows from the
        rest."""
        rows = ["id,age,town,note,ill"]
        for i in range(96):
            age, town = 20 + (i * 37) % 50, ("Oslo", "Rome", '"Paris, ""TX"""')[(i * 7) % 3]
            rows.append(f'P{i},{age},{town},{i % 2}.5,{"yes" if age + 10 * (town == "Rome") > 47 else "no"}')
        path = self.root / f"{name}.csv"
        path.write_text("\r\n".join(change(rows)) + "\r\n", newline="")
        return path

    PEOPLE = ("--label", "ill", "--positive", "yes", "--drop", "id", *SMALL)

    def trained(self, name, data, *choice):
        folder = self.job(name, "--data", data, *choice, train=True)
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        report = self.done("evaluate", "--private", folder / "private", "--no-pictures")
        return folder, report, json.loads((folder / "private/evaluation.json").read_text())

    def test_real_table_gives_the_model_of_the_clear_twin(self):
        folder, report, evaluation = self.trained("iris", self.IRIS, "--label", "species", "--positive", "setosa",
                                                  "--minibatches", "3", "--minibatch-size", "32")
        self.assertEqual((evaluation["training_rows"], evaluation["held_out_rows"]), (113, 37))
        self.assertLess(evaluation["relative_weight_error"], 1e-3)
        self.assertEqual(evaluation["encrypted"]["accuracy"], 1)
        self.assertIn("petal_length", report)
        prediction = self.done("predict", "--private", folder / "private", "--data", self.IRIS, "--out",
                               folder / "scores.csv")
        self.assertIn("150 rows: 100 'not setosa', 50 'setosa'", prediction)
        self.assertIn("accuracy 100.00 %", prediction)
        lines = (folder / "scores.csv").read_text().splitlines()
        self.assertEqual(lines[0], "line,score,probability,class")
        self.assertEqual(len(lines), 151)
        self.assertTrue(lines[1].startswith("2,") and lines[1].endswith(",setosa"), lines[1])

    def test_other_loops_give_the_model_of_the_clear_twin(self):
        _, _, evaluation = self.trained("loops", self.IRIS, "--label", "species", "--positive", "virginica",
                                        "--algorithm", "quadratic-gradient", "--full-batch", "--passes", "2", "--ridge",
                                        "0.01", "--fit-sigmoid", "3")
        self.assertLess(evaluation["relative_weight_error"], 1e-3)
        self.assertGreater(evaluation["encrypted"]["area_under_roc"], 0.9)
        program = json.loads((self.root / "loops/upload/program.json").read_text())["recipe"]
        self.assertEqual((program["minibatch_size"], program["zero_rows"], program["learning_rate"]), (128, 15, 1))
        self.assertNotEqual(program["sigmoid"][1], -0.15012)

    def test_categories_quotes_and_missing_cells(self):
        def with_gap(rows):
            return [row.replace(",20,", ",?,") for row in rows]
        folder, report, evaluation = self.trained("people", self.table("people", with_gap), *self.PEOPLE, "--missing",
                                                  "mean", "--unknown-level", "zeros")
        self.assertGreater(evaluation["encrypted"]["area_under_roc"], 0.9)
        self.assertEqual(evaluation["encrypted"]["accuracy"], evaluation["clear"]["accuracy"])
        self.assertIn('town=Paris, "TX"', report)
        new = self.root / "new.csv"
        new.write_text("town,note,age\nOslo,0.5,20\nRome,0.5,69\nBonn,1.5,\n")
        self.done("predict", "--private", folder / "private", "--data", new, "--out", folder / "scores.csv")
        classes = [line.rsplit(",", 1)[1] for line in (folder / "scores.csv").read_text().splitlines()[1:]]
        self.assertEqual(classes[:2], ["no", "yes"])
        self.assertEqual(len(classes), 3)
        new.write_text("town,note\nOslo,0.5\n")
        self.assert_refused(tacit("predict", "--private", folder / "private", "--data", new), new, "no column 'age'")

    def test_the_service_learns_no_name_or_category_of_a_table(self):
        folder = self.job("secret", "--data", self.table("secret"), *self.PEOPLE)
        self.assertIn('Paris, \\"TX\\"', (folder / "private/data.json").read_text())
        for path in (folder / "upload").iterdir():
            for word in (b"secret.csv", b'Paris, ', b"town=", b'"ill"', b'"Oslo"'):
                self.assertNotIn(word, path.read_bytes(), path)

    def assert_table_refused(self, name, change, choice, *words):
        folder = self.root / name
        result = tacit("keygen", "--private", folder / "p", "--upload", folder / "u", "--quiet", "--data",
                       self.table(name, change), *choice)
        self.assert_refused(result, *words)
        self.assertFalse((folder / "p/secret.key").exists())

    def test_refusals_name_line_column_and_remedy(self):
        def changed(line, old, new):
            return lambda rows: [r.replace(old, new) if i == line - 1 else r for i, r in enumerate(rows)]
        same = changed(1, "", "")
        self.assert_table_refused("no-label", same, SMALL, "no-label.csv", "--label")
        self.assert_table_refused("other-label", same, ("--label", "sick", *SMALL), "'sick'", "'ill'")
        self.assert_table_refused("positive", same, ("--label", "ill", "--drop", "id", *SMALL), "'no', 'yes'", "--positive")
        self.assert_table_refused("word", lambda rows: [r.replace("P7,", "P7,x") for r in rows], self.PEOPLE, "line 9",
                                  "column 'age'", "--categorical age")
        self.assert_table_refused("gap", lambda rows: [r.replace(",20,", ",,") for r in rows], self.PEOPLE,
                                  "column 'age'", "--missing")
        self.assert_table_refused("fields", changed(5, ",no", ",no,no"), self.PEOPLE, "line 5", "6 fields", "header of 5")
        self.assert_table_refused("quote", lambda rows: [*rows, '"P96,30'], self.PEOPLE, "line 98", "never closed")

    def test_model_of_images_predicts_no_table(self):
        folder = self.job("images", train=True)
        self.done("decrypt", "--private", folder / "private", "--result", folder / "result")
        self.assert_refused(tacit("predict", "--private", folder / "private", "--data", self.IRIS), "images")


if __name__ == "__main__":
    unittest.main()
