"""End-to-end tests of sealed bids and ballots: mpc_ballots_test.py BINARY [TEST...]. Every party is a process."""
import json
import re
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

    def all_print(self, count, command, kind, folder, *options, roster=None):
        """What every party prints; all write results to one folder."""
        words = {party: (kind, self.root / folder / party,
                         *(self.root / folder / "to" if word == "OUT" else word for word in options))
                 for party in self.PEOPLE[:count]}
        printed = {}
        for party, (status, out, err) in self.all_run(command, roster or self.rosters[count], words).items():
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
        self.bids(3, "told", {"ada": "7", "blaise": "9", "seller": "6.50"})
        keys = self.root / "told"
        self.assertEqual((keys / "ada.key").stat().st_mode & 0o777, 0o600)
        for out in self.all_print(3, "auction", "--bids", "told", "--digits", 2, "--told", "nobody").values():
            self.assertIn("sold at 7.00; nobody learns to whom", out)
            self.assertNotIn("blaise", out)
        self.bids(3, "told", {"ada": "7.00"})  # once more, with the key that is there
        for told in ("bidders", "seller"):
            for out in self.all_print(3, "auction", "--bids", "told", "--digits", 2, "--seller", "seller",
                                      "--told", told, "--out", "OUT").values():
                self.assertIn("sold at 7.00", out)
                self.assertNotIn("blaise", out)

        def files(name):
            return [self.root / "told" / "to" / f"{name}.{party}.result" for party in ("south", "north", "east")]
        for name, text in (("blaise", "you have won"), ("ada", "you have not won"), ("seller", "blaise")):
            self.assertIn(text, self.done("mpc", "reveal", "--key", keys / f"{name}.key", *files(name)))
        read = ("mpc", "reveal", "--key", keys / "ada.key")
        self.assert_refused(tacit(*read, *files("blaise")), "does not open")
        self.assert_refused(tacit(*read, *files("ada")[:2]), "give one from each of the 3 parties")
        self.assert_refused(tacit(*read, files("ada")[0], *files("blaise")[1:]), "does not open")

    def test_who_only_computes_learns_nothing_and_receivers_outside_read_sealed_results(self):
        for name in ("zoe", "yuri"):
            self.done("identity", "create", "--identity", self.root / name, "--name", name)
        roster = self.roster((*self.PEOPLE[:3], "zoe", "yuri"), "receivers.toml", {
            "north": "compute,receive", "east": "compute", "south": "compute", "zoe": "receive", "yuri": "receive"})
        self.rosters["receivers"] = roster
        self.bids("receivers", "sealed", {"ada": "120.25", "blaise": "155.50", "carl": "98"})
        self.assert_refused(tacit("mpc", "auction", "--roster", roster, "--identity", self.root / "east", "--bids",
                                  self.root / "sealed" / "east", "--digits", 2), "give --out")
        self.bids("receivers", "namesake", {"zoe": "1"})
        self.assert_refused(tacit("mpc", "auction", "--roster", roster, "--identity", self.root / "east", "--bids",
                                  self.root / "namesake" / "east", "--digits", 2, "--told", "bidders", "--out", self.root),
                            "'zoe' is told as a bidder and receives by the roster")
        printed = self.all_print(3, "auction", "--bids", "sealed", "--digits", 2, "--out", "OUT", roster=roster)
        self.assertIn("blaise for 120.25", printed["north"])
        for party in ("east", "south"):
            self.assertIn("the result went to those who receive", printed[party])
            self.assertNotRegex(printed[party], "blaise|120")

        def read(folder, name):
            files = [self.root / folder / "to" / f"{name}.{party}.result" for party in self.PEOPLE[:3]]
            return self.done("mpc", "reveal", "--identity", self.root / name, *files)
        for name in ("zoe", "yuri"):
            self.assertIn("blaise for 120.25", read("sealed", name))
        for folder, options, text in (("yes", ("--decision",), "YES: carried"), ("counts", (), "choice 1: 2")):
            self.ballots("receivers", folder, {"ada": 1, "bob": 1, "eve": 2})
            printed = self.all_print(3, "vote", "--ballots", folder, *options, "--out", "OUT", roster=roster)
            self.assertIn(text, printed["north"])
            self.assertNotRegex(printed["south"], "YES|NO|choice")
            self.assertIn(text, read(folder, "zoe"))

    def test_files_open_for_their_party_task_name_and_roster_alone(self):
        roster = self.rosters[3]
        folder = self.root / "places"
        make = ("mpc", "bid", "--roster", roster, "--bidder", "ada", "--amount", "155", "--out", folder)
        self.done(*make, "--task", "lot 7")
        file = folder / "north" / "ada.share"
        self.assertNotIn((155).to_bytes(8, "little"), file.read_bytes())

        def refused(*words, given=folder / "north", identity="north", task="lot 7", with_roster=roster, digits=0):
            self.assert_refused(tacit("mpc", "auction", "--roster", with_roster, "--identity", self.root / identity,
                                      "--bids", given, "--task", task, "--digits", digits, "--patience", 1), *words)
        refused("not all parties came", "'east'")  # the file is good
        refused("ada.share", "for the task 'lot 7' where 'lot 8' is due", task="lot 8")
        refused("ada.share", "a share for party 1 of 3 where that for 0 of 3 is due", given=folder / "east")
        refused("a share of kind 'bid, 0 digits' where 'bid, 2 digits' is due", digits=2)
        other = self.root / "other.toml"
        other.write_text(roster.read_text().replace('name = "raises"', 'name = "wages"'))
        refused("ada.share", "a share for roster", "compare `tacit mpc roster show`", with_roster=other)
        good = file.read_bytes()
        renamed = folder / "renamed"
        renamed.mkdir()
        (renamed / "eve.share").write_bytes(good)
        refused("eve.share", "a share of 'ada' where 'eve' is due", given=renamed)
        (renamed / "eve.share").write_bytes(good.replace(b"\x03\0\0\0ada", b"\x03\0\0\0eve"))
        refused("eve.share", "does not open", given=renamed)
        (renamed / "eve.share").write_bytes(b"TBS1" + good[4:])
        refused("eve.share", "in the clear, of a version that did not seal; make it anew", given=renamed)
        (renamed / "eve.share").write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        refused("a share of 'ada' where 'eve' is due", given=renamed)
        file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        refused("ada.share", "does not open")

    def test_a_roster_with_another_sealing_key_of_a_party_is_noticed_by_it(self):
        keys = re.findall('sealing = "([0-9a-f]+)"', self.rosters[4].read_text())
        roster = self.root / "swapped.toml"
        roster.write_text(self.rosters[3].read_text().replace(keys[0], keys[3]))
        self.rosters["swapped"] = roster
        self.bids("swapped", "swapped", {"ada": "7"})
        run = ("mpc", "auction", "--roster", roster, "--identity", self.root / "north", "--bids", self.root / "swapped")
        self.assert_refused(tacit(*run), f"the sealing key of 'north' is {keys[3]}", "went to somebody else")
        without = self.root / "without.toml"
        without.write_text(re.sub('sealing = ".*"\n', "", self.rosters[3].read_text()))
        self.assert_refused(tacit("mpc", "bid", "--roster", without, "--bidder", "ada", "--amount", 7, "--out",
                                  self.root / "none"), "the roster has no sealing key of 'north'")

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
        self.assert_refused(tacit(*run, self.root / "north", "--bids", self.root / "bad" / "north", "--told", "seller"),
                            "--told seller needs --seller NAME")
        self.assert_refused(tacit("mpc", "ballot", "--roster", roster, "--voter", "x", "--choice", 3, "--out",
                                  self.root / "bad"), "choice 3 of 2")


if __name__ == "__main__":
    unittest.main()
