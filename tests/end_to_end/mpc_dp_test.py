"""End-to-end tests of `tacit mpc dp`: mpc_dp_test.py BINARY [TEST...]. Every party is a process."""
import json
import unittest

from mpc_case import PartiesCase
from tacit_case import tacit


class JointAnswers(PartiesCase):
    """Private answers that three and four parties compute together, over TLS on this machine."""

    PEOPLE = ("north", "east", "south", "west")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rosters = {count: cls.roster(cls.PEOPLE[:count], f"{count}.toml") for count in (3, 4)}

    def ledgers(self, name, *epsilons):
        """A ledger for each party; its options."""
        made = {}
        for party, epsilon in zip(self.PEOPLE, epsilons):
            made[party] = self.root / f"{name}-{party}.ledger"
            self.done("dp", "create", "--ledger", made[party], "--data-set", "wages", "--change-one", "--epsilon",
                      epsilon)
        return made

    def give(self, count, folder, contributions, *options):
        for name, words in contributions.items():
            self.done("mpc", "dp", "give", "--roster", self.rosters[count], "--name", name, *words, *options, "--out",
                      self.root / folder)

    def answers(self, question, folder, ledgers, *options):
        """How each party's process ends."""
        words = {party: ("--contributions", self.root / folder / party, "--ledger", ledger, *options)
                 for party, ledger in ledgers.items()}
        return self.all_run(f"dp {question}", self.rosters[len(ledgers)], words)

    def all_answer(self, *asked):
        """What all parties print as JSON, the same answer."""
        printed = []
        for party, (status, out, err) in self.answers(*asked, "--json").items():
            self.assertEqual((status, err), (0, ""), party)
            printed.append(json.loads(out))
        for one in printed:
            self.assertEqual(one["answer"], printed[0]["answer"])
        return printed

    def spent(self, ledgers):
        return [json.loads(self.done("dp", "ledger", "--ledger", ledger, "--json"))["spent"]["epsilon"]
                for ledger in ledgers.values()]

    def test_sum_and_count_of_clamped_values(self):
        for count in (3, 4):
            folder = f"wages{count}"
            self.give(count, folder, {f"p{i}": ("--value", f"{100 + i}.25") for i in range(5)} |
                      {"liar": ("--value", "99999999999.99")}, "--digits", "2")
            ledgers = self.ledgers(folder, *["200"] * count)
            bounds = ("--low", "0", "--high", "1000", "--digits", "2", "--epsilon", "100")
            for one in self.all_answer("sum", folder, ledgers, *bounds):
                self.assertAlmostEqual(one["answer"]["value"], 511.25 + 1000, delta=300)
                self.assertLess(one["answer"]["low"], one["answer"]["value"])
                self.assertEqual((one["loss"]["epsilon"], one["spent"]["epsilon"], one["contributors"]),
                                 ("100", "100", 6))
                self.assertIn("computational differential privacy", one["adversary"])
                self.assertIn("sum of values, each clamped to 0.00 to 1000.00 on shares", one["steps"])
            for one in self.all_answer("count", folder, ledgers, "--low", "101", "--high", "104", "--digits", "2",
                                       "--epsilon", "100"):
                self.assertEqual(one["answer"]["value"], 3)
            self.assertEqual(self.spent(ledgers), ["200"] * count)

    def test_histogram_and_selection_of_keys(self):
        keys = ("--keys", "tea,coffee,water")
        for count in (3, 4):
            folder, approved = f"drinks{count}", f"approved{count}"
            self.give(count, folder, {"ada": ("--choose", "tea"), "bob": ("--choose", "water"),
                                      "eve": ("--choose", "tea")}, *keys)
            self.give(count, approved, {"ada": ("--approve", "tea,coffee"), "bob": ("--approve", "coffee"),
                                        "eve": ("--approve", "coffee")}, *keys)
            ledgers = self.ledgers(folder, *["200"] * count)
            for one in self.all_answer("histogram", folder, ledgers, *keys, "--epsilon", "100"):
                self.assertEqual([one["answer"][key]["value"] for key in ("tea", "coffee", "water")], [2, 0, 1])
            for one in self.all_answer("select", approved, ledgers, *keys, "--epsilon", "100"):
                self.assertEqual(one["answer"], "coffee")
                self.assertIn("geometric", one["noise"][0]["noise"])

    def test_receivers_alone_learn_the_answer(self):
        self.done("identity", "create", "--identity", self.root / "zoe", "--name", "zoe")
        for count in (3, 4):
            roles = {party: "compute,input" for party in self.PEOPLE[:count]} | {"zoe": "receive"}
            roles["east"] = "compute,receive"
            roster = self.roster((*self.PEOPLE[:count], "zoe"), f"receivers{count}.toml", roles)
            folder = self.root / f"told{count}"
            for i in range(5):
                self.done("mpc", "dp", "give", "--roster", roster, "--name", f"p{i}", "--value", 70000 + i, "--out",
                          folder)
            ledgers = self.ledgers(folder.name, *["200"] * count)
            words = {party: ("--contributions", folder / party, "--ledger", ledger, "--low", 70001, "--high", 70003,
                             "--epsilon", 100, "--json", "--out", folder / "to") for party, ledger in ledgers.items()}
            for party, (status, out, err) in self.all_run("dp count", roster, words).items():
                self.assertEqual((status, err), (0, ""), party)
                printed = json.loads(out)
                self.assertEqual(printed["received"], party == "east")
                self.assertEqual(printed.get("answer", {}).get("value"), 3 if party == "east" else None)
            files = [folder / "to" / f"zoe.{party}.result" for party in self.PEOPLE[:count]]
            text = self.done("mpc", "reveal", "--identity", self.root / "zoe", *files)
            self.assertRegex(text, "reveal +3 \\(95 %: 3 to 3\\)")
            self.assertIn("5 contributors; that they took part is not protected", text)
            self.assertIn("cost epsilon 100", text)
            self.assert_refused(tacit("mpc", "reveal", "--identity", self.root / "east", *files), "does not open")
            self.assert_refused(tacit("mpc", "reveal", "--identity", self.root / "zoe", *files[1:]),
                                f"give one from each of the {count} parties")

    def test_an_exhausted_ledger_of_one_party_stops_all_and_nobody_spends(self):
        self.give(4, "poor", {name: ("--value", "1") for name in ("ada", "bob", "eve")})
        ledgers = self.ledgers("poor", "1", "1", "0.5", "1")
        ended = self.answers("count", "poor", ledgers, "--low", "1", "--high", "2", "--epsilon", "3/4")
        for party, (status, out, err) in ended.items():
            self.assertEqual((status, out), (2, ""), party)
            self.assertIn("which has epsilon 0.5 left" if party == "south" else "ledger of south has less left", err)
        self.assertEqual(self.spent(ledgers), ["0"] * 4)

    def test_plans_that_differ_are_refused_before_anybody_spends(self):
        self.give(3, "differ", {name: ("--value", "1") for name in ("ada", "bob", "eve")})
        ledgers = self.ledgers("differ", "1", "1", "1")
        words = {party: ("--contributions", self.root / "differ" / party, "--ledger", ledger, "--epsilon", 1, "--low",
                         1, "--high", 3 if party == "south" else 2) for party, ledger in ledgers.items()}
        for party, (status, out, err) in self.all_run("dp count", self.rosters[3], words).items():
            self.assertEqual((status, out), (2, ""), party)
            self.assertIn("north" if party == "south" else "south", err)
        self.assertEqual(self.spent(ledgers), ["0"] * 3)

    def test_refusals_say_what_to_do(self):
        self.give(3, "few", {"ada": ("--value", "1"), "bob": ("--value", "2")})
        ledgers = self.ledgers("few", "1", "1", "1")

        def refused(question, *options, ledger=ledgers["north"], words=()):
            self.assert_refused(tacit("mpc", "dp", question, "--roster", self.rosters[3], "--identity",
                                      self.root / "north", "--contributions", self.root / "few" / "north", "--ledger",
                                      ledger, *options), *words)
        bounds = ("--low", "0", "--high", "10")
        refused("sum", *bounds, "--epsilon", "1/2", words=("2 of 3 contributors whom --minimum asks for",))
        refused("sum", *bounds, "--epsilon", "half", "--minimum", "2", words=("half",))
        refused("sum", *bounds, "--epsilon", "0.1e", "--minimum", "2", words=("0.1e",))
        refused("sum", "--low", "10", "--high", "0", "--epsilon", "1", "--minimum", "2", words=("bounds 10 to 0",))
        refused("histogram", "--keys", "a,b", "--epsilon", "1", "--minimum", "2",
                words=("ada.share", "a share of kind 'value, 0 digits' where 'one of 2 keys"))
        plain = self.root / "plain.ledger"
        self.done("dp", "create", "--ledger", plain, "--data-set", "wages", "--epsilon", "1")
        refused("sum", *bounds, "--epsilon", "1", "--minimum", "2", ledger=plain, words=("that add or remove",))
        give = ("mpc", "dp", "give", "--roster", self.rosters[3], "--name", "x", "--out", self.root / "bad")
        self.assert_refused(tacit(*give, "--keys", "a,b", "--choose", "c"), "'c' is none of the keys a, b")
        self.assert_refused(tacit(*give, "--value", "1.5"), "more digits behind the point")
        self.assertEqual(self.spent(ledgers), ["0"] * 3)


if __name__ == "__main__":
    unittest.main()
