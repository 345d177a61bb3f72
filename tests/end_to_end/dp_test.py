"""End-to-end tests of `tacit dp`: dp_test.py BINARY [TEST...]; see tacit_test.py."""
import json
import unittest

from tacit_case import TacitCase, tacit


class PrivateAnswers(TacitCase):
    """`tacit dp`: budgets, answers with their statements, and what is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.root / "wages.csv"
        rows = "".join(f"{400 + i % 200},{'female' if i % 2 else 'male'},north;east\n" for i in range(2000))
        cls.data.write_text("wage,sex,regions\n" + rows + "unknown,female,north\n,male,west\n")

    def ledger(self, name, epsilon="10", *more):
        path = self.root / name
        self.done("dp", "create", "--ledger", path, "--data-set", "wages", "--epsilon", epsilon, *more)
        return path

    def ask(self, ledger, *question, epsilon="1"):
        return json.loads(self.done("dp", *question, "--ledger", ledger, "--data", self.data, "--epsilon", epsilon, "--json"))

    def test_every_question_is_answered_near_the_truth(self):
        ledger = self.ledger("all", "100")
        bounds = ("--column", "wage", "--low", "0", "--high", "1000")
        self.assertAlmostEqual(self.ask(ledger, "count")["answer"]["value"], 2002, delta=40)
        self.assertAlmostEqual(self.ask(ledger, "count", "--where", "sex=female")["answer"]["value"], 1001, delta=40)
        self.assertAlmostEqual(self.ask(ledger, "sum", *bounds)["answer"]["value"], 999000, delta=40000)
        self.assertAlmostEqual(self.ask(ledger, "mean", *bounds)["answer"]["value"], 499.5, delta=40)
        self.assertAlmostEqual(self.ask(ledger, "variance", *bounds, epsilon="50")["answer"]["value"], 3333, delta=800)
        self.assertAlmostEqual(self.ask(ledger, "quantile", *bounds, "--q", "0.9")["answer"], 580, delta=20)
        counts = self.ask(ledger, "histogram", "--column", "sex", "--keys", "female,male,other")["answer"]
        self.assertAlmostEqual(counts["female"]["value"], 1001, delta=40)
        self.assertAlmostEqual(counts["other"]["value"], 0, delta=40)
        winner = self.ask(ledger, "select", "--column", "regions", "--candidates", "west,north,south")
        self.assertEqual(winner["answer"], "north")

    def test_an_answer_says_what_it_cost_and_to_whom_it_holds(self):
        ledger = self.ledger("statement", "2", "--rows-per-unit", "4", "--unit", "household")
        answer = self.ask(ledger, "sum", "--column", "wage", "--low", "0", "--high", "1000", epsilon="1/2")
        self.assertEqual(answer["loss"]["epsilon"], "0.5")
        self.assertEqual(answer["budget"]["epsilon"], "2")
        self.assertEqual(answer["unit"], "household, with at most 4 rows")
        self.assertIn("there or not", answer["neighbours"])
        self.assertIn("holds against everybody", answer["adversary"])
        self.assertTrue(any("clamped to 0 to 1000" in step for step in answer["steps"]), answer["steps"])
        self.assertEqual(answer["noise"][0]["noise"], "discrete Laplace of scale 8000")  # 1000 rows' worth, times 4 / 0.5
        shown = json.loads(self.done("dp", "ledger", "--ledger", ledger, "--json"))
        self.assertEqual(shown["spent"]["epsilon"], "0.5")
        self.assertEqual(shown["head"], answer["ledger_head"])

    def test_a_zcdp_budget_takes_gaussian_noise_and_converted_questions(self):
        ledger = self.root / "zcdp"
        self.done("dp", "create", "--ledger", ledger, "--data-set", "wages", "--rho", "1")
        text = self.done("dp", "count", "--ledger", ledger, "--data", self.data, "--rho", "0.5")
        self.assertIn("discrete Gaussian of variance 1;", text)
        self.assertIn("implies epsilon", text)
        mean = self.ask(ledger, "mean", "--column", "wage", "--low", "0", "--high", "1000", epsilon="0.5")
        self.assertEqual(mean["loss"]["rho"], "0.125")
        self.assert_refused(tacit("dp", "create", "--ledger", ledger, "--data-set", "w", "--rho", "1", "--epsilon", "1"))
        pure = self.ledger("pure", "1")
        refused = tacit("dp", "count", "--ledger", pure, "--data", self.data, "--rho", "0.5")
        self.assert_refused(refused, "counts pure loss")

    def test_a_quote_spends_nothing_and_reads_nothing(self):
        ledger = self.ledger("quote", "1")
        before = ledger.read_bytes()
        text = self.done("dp", "quote", "count", "--ledger", ledger, "--epsilon", "0.5")
        self.assertIn("would cost epsilon 0.5; epsilon 1 is left, so it fits", text)
        self.assertIn("off by at most", text)
        self.assertEqual(ledger.read_bytes(), before)

    def test_a_budget_ends(self):
        ledger = self.ledger("ends", "1")
        self.ask(ledger, "count", epsilon="0.6")
        refused = tacit("dp", "count", "--ledger", ledger, "--data", self.data, "--epsilon", "0.6")
        self.assert_refused(refused, "a release of epsilon 0.6 does not fit: epsilon 0.4 is left of epsilon 1")

    def test_refusals_spend_nothing(self):
        ledger = self.ledger("refusals", "1")
        before = ledger.read_bytes()
        base = ("--ledger", ledger, "--data", self.data)
        for words, arguments in (
                ("has no column", ("mean", "--column", "salary", "--low", "0", "--high", "9", "--epsilon", "1")),
                ("not finite and in order", ("sum", "--column", "wage", "--low", "9", "--high", "0", "--epsilon", "1")),
                ("is not a cost", ("count", "--epsilon=-1")),
                ("epsilon is 0", ("count", "--epsilon", "0")),
                ("is no condition", ("count", "--where", "sex", "--epsilon", "1")),
                ("stands twice", ("histogram", "--column", "sex", "--keys", "a,a", "--epsilon", "1"))):
            with self.subTest(words):
                self.assert_refused(tacit("dp", *arguments, *base), words)
        self.assert_refused(tacit("dp", "create", "--ledger", ledger, "--data-set", "x", "--epsilon", "1"), "exists")
        self.assert_refused(tacit("dp", "intersect", "a.csv", "b.csv"), "multi-party computation")
        self.assertEqual(ledger.read_bytes(), before)

    def plan_file(self, name, questions, delta="1e-6"):
        path = self.root / name
        path.write_text(json.dumps({"delta": delta, "questions": questions}))
        return path

    def test_a_plan_is_quoted_paid_once_and_answered(self):
        plan = self.plan_file("plan.json", [
            {"ask": "count", "where": {"sex": "female"}, "epsilon": "1/2"},
            {"ask": "sum", "column": "wage", "low": 0, "high": 1000, "rho": "0.02"},
            {"ask": "quantile", "column": "wage", "low": 0, "high": 1000, "q": "0.5", "epsilon": "0.5"},
            {"ask": "mean", "column": "wage", "low": 0, "high": 1000, "epsilon": "0.5"},
            {"ask": "histogram", "column": "sex", "keys": ["female", "male"], "epsilon": "0.5"}])
        ledger = self.ledger("planned", "3", "--delta", "1e-5")
        quote = json.loads(self.done("dp", "quote", "plan", "--plan", plan, "--ledger", ledger, "--json"))
        self.assertTrue(quote["fits"])
        self.assertEqual(json.loads(self.done("dp", "ledger", "--ledger", ledger, "--json"))["entries"], [])
        answers = json.loads(self.done("dp", "plan", "--plan", plan, "--ledger", ledger, "--data", self.data, "--json"))
        self.assertEqual(answers["loss"], quote["loss"])
        told = {one["ask"]: one["answer"] for one in answers["questions"]}
        self.assertAlmostEqual(told["count"]["value"], 1001, delta=40)
        self.assertAlmostEqual(told["sum"]["value"], 999000, delta=40000)
        self.assertAlmostEqual(told["histogram"]["male"]["value"], 1001, delta=40)
        self.assertAlmostEqual(told["mean"]["value"], 499.5, delta=40)
        for field in ("neighbours", "adversary", "ledger_head", "spent", "budget"):
            self.assertTrue(answers[field], field)
        self.assertTrue(all(one["unit"] == "person, with one row" for one in answers["questions"]))
        shown = json.loads(self.done("dp", "ledger", "--ledger", ledger, "--json"))
        self.assertEqual(len(shown["entries"]), 1)
        self.assertIn("5 questions would cost epsilon", self.done("dp", "quote", "plan", "--plan", plan, "--ledger", ledger))
        self.assert_refused(tacit("dp", "plan", "--plan", plan, "--ledger", ledger, "--data", self.data), "does not fit")
        self.assert_refused(tacit("dp", "plan", "--plan", plan, "--ledger", self.ledger("unplanned"), "--data", self.data), "make one with --epsilon and --delta")

    def test_a_plan_asks_about_units_and_groups(self):
        data = self.root / "visits.csv"
        data.write_text("person,region,pay,vote\n" + "".join(
            f"p{i % 500},{'ns'[i % 2]},{i % 100},{'a;b' if i % 3 else 'b'}\n" for i in range(2000)))
        unit = {"unit": "person", "rows_of_unit": 2}
        plan = self.plan_file("units.json", [
            {"ask": "count", "unit": "person", "epsilon": "0.5"},
            {"ask": "sum", "column": "pay", "low": 0, "high": 100, "rho": "0.1", "unit": "person"},
            {"ask": "mean", "column": "pay", "low": 0, "high": 100, "epsilon": "1", "by": "region", "groups": ["n", "s"],
             "groups_of_unit": 1, **unit},
            {"ask": "count", "by": "region", "groups": ["n", "s"], "epsilon": "1"},
            {"ask": "exponential", "column": "vote", "keys": ["a", "b"], "epsilon": "0.5", **unit},
            {"ask": "select", "column": "vote", "keys": ["a", "b"], "epsilon": "0.5", **unit}])
        ledger = self.ledger("by-unit", "9", "--delta", "1e-5")
        answers = json.loads(self.done("dp", "plan", "--plan", plan, "--ledger", ledger, "--data", data, "--json"))
        told = [one["answer"] for one in answers["questions"]]
        self.assertAlmostEqual(told[0]["value"], 500, delta=40)
        self.assertAlmostEqual(told[1]["value"], 25000, delta=9000)
        self.assertAlmostEqual(told[2]["s"]["value"], 50, delta=20)
        self.assertAlmostEqual(told[3]["n"]["value"], 1000, delta=40)
        self.assertEqual([told[4], told[5]], ["b", "b"])
        self.assertEqual(answers["questions"][0]["unit"], "person, with all rows of one 'person'")
        self.assertEqual(answers["questions"][3]["unit"], "person, with one row")

    def test_a_plan_that_says_something_else_is_refused_in_words(self):
        ledger = self.ledger("misplanned", "3", "--delta", "1e-5")
        for words, question in (
                ("'salary' is not a field", {"ask": "count", "epsilon": "1", "salary": 1}),
                ("'epsilon' must be a text", {"ask": "count", "epsilon": 0.1}),
                ("'ask' must be count", {"ask": "guess", "epsilon": "1"}),
                ("'low' must be a number", {"ask": "sum", "column": "wage", "epsilon": "1"}),
                ("'rows_of_unit' needs 'unit'", {"ask": "count", "epsilon": "1", "rows_of_unit": 2}),
                ("'rows_of_unit' must be a whole number", {"ask": "count", "epsilon": "1", "unit": "sex", "rows_of_unit": 0}),
                ("'groups' needs 'by'", {"ask": "count", "epsilon": "1", "groups": ["a"]}),
                ("'groups' must be a list", {"ask": "count", "epsilon": "1", "by": "sex"}),
                ("is no JSON object", "count"),
                ("'where' must map", {"ask": "count", "epsilon": "1", "where": {"sex": 1}})):
            with self.subTest(words):
                plan = self.plan_file("bad.json", [question])
                self.assert_refused(tacit("dp", "plan", "--plan", plan, "--ledger", ledger, "--data", self.data), words)
        for text in ("", "[]", '{"delta": "1e-6", "questions": []}', '{"delta": 1, "questions": [1]}'):
            plan.write_text(text)
            self.assert_refused(tacit("dp", "plan", "--plan", plan, "--ledger", ledger, "--data", self.data), "is no plan")

    def test_under_change_one_the_number_of_rows_is_public(self):
        ledger = self.ledger("changed", "3", "--delta", "1e-5", "--change-one")
        mean = self.plan_file("mean.json", [{"ask": "mean", "column": "wage", "low": 0, "high": 1000, "epsilon": "0.5"}])
        answer = json.loads(self.done("dp", "plan", "--plan", mean, "--ledger", ledger, "--data", self.data, "--json"))
        self.assertIn("hold something else; their number is public", answer["neighbours"])
        count = self.plan_file("count.json", [{"ask": "count", "epsilon": "0.5"}])
        self.assert_refused(tacit("dp", "plan", "--plan", count, "--ledger", ledger, "--data", self.data), "the number of rows is public")
        by_unit = self.plan_file("by_unit.json", [{"ask": "count", "unit": "sex", "epsilon": "0.5"}])
        self.assert_refused(tacit("dp", "plan", "--plan", by_unit, "--ledger", ledger, "--data", self.data), "'unit' is not for a ledger")

    def test_a_ledger_that_was_put_back_is_refused(self):
        ledger, witness = self.ledger("witnessed"), self.root / "witness"
        self.ask(ledger, "count", "--witness", witness)
        head = self.done("dp", "ledger", "--ledger", ledger, "--head").strip()
        self.assertEqual(witness.read_text().strip(), head)
        old = ledger.read_bytes()
        new = self.ask(ledger, "count", "--witness", witness)["ledger_head"]
        self.done("dp", "ledger", "--ledger", ledger, "--holds", head)
        ledger.write_bytes(old)
        self.assert_refused(tacit("dp", "ledger", "--ledger", ledger, "--holds", new), "was put back")
        self.assert_refused(tacit("dp", "count", "--ledger", ledger, "--data", self.data, "--epsilon", "1", "--witness", witness), "older copy")
        self.assert_refused(tacit("dp", "ledger", "--ledger", ledger, "--holds", "12"), "is no head of a ledger")

    def test_a_model_is_trained_for_publication(self):
        data = self.root / "patients.csv"
        rows = "".join(f"{i % 100},{'f' if i % 7 < 3 else 'm'},{'yes' if i % 100 > 50 + 10 * (i % 3 - 1) else 'no'}\n" for i in range(3000))
        data.write_text("age,sex,ill\n" + rows + "none,x,\n")
        ledger = self.root / "trained"
        self.done("dp", "create", "--ledger", ledger, "--data-set", "patients", "--zcdp", "--epsilon", "2", "--delta", "1e-6")
        question = ("train", "--ledger", ledger, "--number", "age:0:100", "--category", "sex=f,m", "--label", "ill", "--positive", "yes", "--rho", "0.05", "--json")
        self.assertTrue(json.loads(self.done("dp", "quote", *question))["fits"])
        model = json.loads(self.done("dp", *question, "--data", data))
        weights = model["weights"]
        self.assertEqual(list(weights), sorted(["intercept", "age", "sex=f", "sex=m"]))
        self.assertGreater(weights["intercept"] + 90 * weights["age"], 0)
        self.assertLess(weights["intercept"] + 10 * weights["age"], 0)
        self.assert_refused(tacit("dp", *question, "--number", "age:0", "--data", data), "says no feature; write --number COLUMN:LOW:HIGH")

    def test_a_poll_from_answers_to_estimate(self):
        said = [self.done("dp", "poll", "--answers", "yes,no", "--say", "yes").strip() for _ in range(40)]
        self.assertEqual(set(said) - {"yes", "no"}, set())
        self.assertGreater(said.count("yes"), 15)  # 30 expected
        answers = self.root / "answers.csv"
        answers.write_text("answer\n" + "yes\n" * 420 + "no\n" * 580)
        poll = json.loads(self.done("dp", "poll", "--answers", "yes,no", "--data", answers, "--column", "answer", "--json"))
        self.assertAlmostEqual(poll["answer"]["yes"]["value"], 0.34)
        self.assert_refused(tacit("dp", "poll", "--answers", "yes", "--say", "yes"), "above 1/1")
        self.assert_refused(tacit("dp", "poll", "--answers", "a,b", "--data", answers, "--column", "answer"), "is none of")

    def test_what_each_unit_adds_is_bounded(self):
        data = self.root / "jobs.csv"
        rows = "".join(f"p{i % 500},{('north', 'south')[i % 3 == 0]},{300 + i % 100}\n" for i in range(3000))
        data.write_text("person,region,wage\n" + rows + "p0,island,1\n")
        ledger = self.root / "units"
        self.done("dp", "create", "--ledger", ledger, "--data-set", "jobs", "--epsilon", "100", "--delta", "1e-5")

        def ask(*question):
            return json.loads(self.done("dp", *question, "--ledger", ledger, "--data", data, "--epsilon", "5",
                                        "--unit", "person", "--json"))
        count = ask("count", "--rows-of-unit", "2")
        self.assertAlmostEqual(count["answer"]["value"], 1000, delta=10)
        self.assertEqual(count["unit"], "person, with all rows of one 'person'")
        self.assertEqual(count["noise"][0]["noise"], "discrete Laplace of scale 0.4")
        groups = ("--by", "region", "--groups", "north,south", "--groups-of-unit", "2")
        means = ask("mean", "--column", "wage", "--low", "0", "--high", "1000", *groups)
        self.assertEqual(set(means["answer"]), {"north", "south"})
        self.assertAlmostEqual(means["answer"]["north"]["value"], 350, delta=60)
        self.assertEqual(means["loss"]["epsilon"], "5")
        found = ask("histogram", "--column", "region", "--delta", "1e-6", "--groups-of-unit", "2")
        self.assertEqual(set(found["answer"]), {"north", "south"})
        self.assertEqual(found["loss"]["delta"], "0.000001")
        three = ask("quantile", "--column", "wage", "--low", "0", "--high", "1000", "--q", "0.9,0.1,0.5")
        high, low, middle = three["answer"]
        self.assertLess(low, middle)
        self.assertLess(middle, high)
        refused = tacit("dp", "count", "--ledger", ledger, "--data", data, "--epsilon", "1", "--by", "region")
        self.assert_refused(refused, "--groups")

    def test_polls_with_many_answers(self):
        answers = ",".join(f"a{i}" for i in range(20))
        own = self.root / "own.csv"
        own.write_text("answer\n" + "".join(f"a{i % 4}\n" for i in range(2000)))
        for mechanism in ("response", "symmetric", "unary", "hashing", "hadamard"):
            options = ("dp", "poll", "--answers", answers, "--mechanism", mechanism, "--epsilon", "4")
            said = self.root / f"{mechanism}.csv"
            said.write_text("report\n" + "".join(self.done(*options, "--say", "a7") for _ in range(20)))
            collected = json.loads(self.done(*options, "--data", said, "--column", "report", "--json"))
            self.assertGreater(collected["answer"]["a7"]["value"], 0.4, mechanism)
            trial = json.loads(self.done(*options, "--data", own, "--column", "answer", "--simulate", "--json"))
            self.assertAlmostEqual(trial["exact"]["a3"], 0.25)
            self.assertAlmostEqual(trial["answer"]["a3"]["value"], 0.25, delta=0.12)
            broken = self.root / "broken.csv"
            broken.write_text("report\nnonsense\n")
            self.assert_refused(tacit(*options, "--data", broken, "--column", "report"), "none of the reports")
        compared = json.loads(self.done("dp", "poll", "--answers", answers, "--people", "1000", "--json"))
        self.assertEqual(len(compared), 5)


if __name__ == "__main__":
    unittest.main()
