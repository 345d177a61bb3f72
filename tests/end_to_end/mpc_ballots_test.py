"""End-to-end tests of sealed bids and ballots: mpc_ballots_test.py BINARY [TEST...]. Every party is a process."""
import json
import unittest

from mpc_case import PartiesCase
from tacit_case import tacit


class Ballots(PartiesCase):
    """Auctions and votes among three and four parties, over TLS on this machine."""

    PEOPLE = ("north", "east", "south", "west")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rosters = {count: cls.roster(cls.PEOPLE[:count], f"{count}.toml") for count in (3, 4)}

    def bids(self, count, folder, amounts):
        for bidder, amount in amounts.items():
            self.done("mpc", "bid", "--roster", self.rosters[count], "--bidder", bidder, "--amount", amount,
                      "--digits", 2, "--out", self.root / folder)

    def ballots(self, count, folder, votes, *options):
        for voter, choice in votes.items():
            chosen = ("--choice", choice) if choice else ()
            self.done("mpc", "ballot", "--roster", self.rosters[count], "--voter", voter, *chosen, *options,
                      "--out", self.root / folder)

    def all_print(self, count, command, kind, folder, *options):
        """What every party prints; `--out` becomes a folder of its own."""
        words = {party: (kind, self.root / folder / party,
                         *(self.root / folder / "to" / party if word == "OUT" else word for word in options))
                 for party in self.PEOPLE[:count]}
        printed = {}
        for party, (status, out, err) in self.all_run(command, self.rosters[count], words).items():
            self.assertEqual((status, err), (0, ""), party)
            printed[party] = out
        return printed

    def test_second_and_first_price(self):
        for count in (3, 4):
            folder = f"auction{count}"
            self.bids(count, folder, {"ada": "120.00", "blaise": "155.50", "carl": "98", "seller": "100"})
            for out in self.all_print(count, "auction", "--bids", folder, "--digits", 2, "--seller", "seller",
                                    "--json").values():
                result = json.loads(out)
                self.assertEqual((result["sold"], result["winners"], result["price"]), (True, ["blaise"], "120.00"))
            for out in self.all_print(count, "auction", "--bids", folder, "--digits", 2, "--first-price", "--lottery",
                                    "--reserve", "155.51").values():
                self.assertIn("nothing sold among 4 bidders", out)

    def test_winners_are_told_to_themselves_or_to_the_seller(self):
        self.bids(3, "told", {"ada": "7", "blaise": "9"})
        for told in ("bidders", "seller"):
            for out in self.all_print(3, "auction", "--bids", "told", "--digits", 2, "--told", told, "--out",
                                    "OUT").values():
                self.assertIn("sold at 7.00", out)
                self.assertNotIn("blaise", out)

        def revealed(name, *more):
            shares = [word for party in self.PEOPLE[:3]
                      for word in ("--share", self.root / "told" / "to" / party / f"{name}.share")]
            return self.done("mpc", "reveal", *shares, *more)
        self.assertIn("you have won", revealed("blaise"))
        self.assertIn("you have not won", revealed("ada"))
        self.assertIn("blaise", revealed("seller", "--names", self.root / "told" / "to" / "north" / "bidders.txt"))

    def test_decision_and_counts(self):
        votes = {f"voter{i}": choice for i, choice in enumerate((1, 1, 2, 0, 1))}
        self.ballots(4, "board", votes)
        for out in self.all_print(4, "vote", "--ballots", "board", "--decision", "--majority", "3/4", "--at-least",
                                "--quorum", 4).values():
            self.assertIn("YES: carried", out)
        for out in self.all_print(4, "vote", "--ballots", "board", "--decision", "--quorum", 5).values():
            self.assertIn("NO: not carried", out)
        for out in self.all_print(4, "vote", "--ballots", "board", "--json").values():
            self.assertEqual(json.loads(out)["counts"], [3, 1])

    def test_unanimous_counts_come_with_a_warning(self):
        self.ballots(3, "alike", {"ada": 2, "carl": 2}, "--choices", 3)
        for out in self.all_print(3, "vote", "--ballots", "alike", "--choices", 3).values():
            self.assertIn("choice 2: 2", out)
            self.assertIn("show how everybody voted", out)

    def test_refusals_say_what_to_do(self):
        roster = self.rosters[3]
        make = ("mpc", "bid", "--roster", roster, "--out", self.root / "bad", "--bidder")
        self.assert_refused(tacit(*make, "ada", "--amount", "-1"), "amounts are from 0")
        self.assert_refused(tacit(*make, "a/b", "--amount", "1"), "cannot be the name of a file")
        self.done(*make, "ada", "--amount", "1")
        run = ("mpc", "auction", "--roster", roster, "--identity")
        self.assert_refused(tacit(*run, self.root / "west", "--bids", self.root / "bad"), "none of the roster's parties")
        self.assert_refused(tacit(*run, self.root / "north", "--bids", self.root / "bad" / "east"),
                            "a share for party 1 of 3 where that for 0 of 3 is due", "ada.share")
        self.assert_refused(tacit("mpc", "ballot", "--roster", roster, "--voter", "x", "--choice", 3, "--out",
                                  self.root / "bad"), "choice 3 of 2")


if __name__ == "__main__":
    unittest.main()
