"""End-to-end tests of `tacit mpc psi`: psi_test.py BINARY [TEST...]. Both parties are processes, over TLS."""
import csv
import json
import os
import time
import unittest
from unittest import mock

from mpc_case import PartiesCase
from tacit_case import tacit

NORTH = "number,name,email\n1,Ada,Ada@Example.org\n2,\"Bo, Jr\",bo@b.org\n3,Cy,\n4,Di,di@d.org\n5,Ada again,ada@example.org\n"
SOUTH = "email,paid\nADA@example.ORG,12.50\ndi@d.org,7.25\nx@y.org,100\n"


class SetIntersection(PartiesCase):
    """Two companies with a CSV file each."""

    def pair(self, name, roles=None):
        """A roster of two, and their files."""
        roster = self.roster(("ana", "ben"), f"{name}.toml", roles)
        files = {}
        for party, text in (("ana", NORTH), ("ben", SOUTH)):
            files[party] = self.root / f"{name}-{party}.csv"
            files[party].write_text(text)
        return roster, files

    def both(self, roster, files, shared, ana=(), ben=()):
        common = ("--column", "email", "--spelling", "email", *shared)
        results = self.all_run("psi", roster, {"ana": ("--data", files["ana"], *common, *ana),
                                               "ben": ("--data", files["ben"], *common, *ben)})
        for name, (status, _, err) in results.items():
            self.assertEqual(status, 0, (name, err))
        return {name: out for name, (_, out, _) in results.items()}

    def test_common_rows_come_out_as_they_are_in_the_own_file(self):
        roster, files = self.pair("rows")
        out = {name: self.root / f"common-{name}.csv" for name in ("ana", "ben")}
        said = self.both(roster, files, (), ("--out", out["ana"]), ("--out", out["ben"], "--pad", 64))
        self.assertIn("2 are common; 3 rows", said["ana"])
        self.assertIn("64 there", said["ana"])
        with open(out["ana"], newline="") as file:
            self.assertEqual([row["name"] for row in csv.DictReader(file)], ["Ada", "Di", "Ada again"])
        self.assertEqual(out["ben"].read_text(), "".join(SOUTH.splitlines(keepends=True)[:3]))

    def test_the_protocol_for_large_lists_finds_the_same_rows(self):
        roster, files = self.pair("vole")
        out = {name: self.root / f"vole-{name}.csv" for name in ("ana", "ben")}
        options = {name: ("--out", out[name], "--protocol", "vole", "--json") for name in out}
        said = {name: json.loads(text) for name, text in self.both(roster, files, (), *options.values()).items()}
        self.assertEqual((said["ana"]["common"], said["ana"]["rows"]), (2, 3))
        self.assertEqual((said["ben"]["common"], said["ben"]["rows"]), (2, 2))
        with open(out["ana"], newline="") as file:
            self.assertEqual([row["name"] for row in csv.DictReader(file)], ["Ada", "Di", "Ada again"])
        self.assertEqual(out["ben"].read_text(), "".join(SOUTH.splitlines(keepends=True)[:3]))

    def test_one_party_alone_may_receive(self):
        roster, files = self.pair("one", roles={"ben": "compute,input"})
        said = self.both(roster, files, ("--reveal", "count"))
        self.assertIn("2 are common", said["ana"])
        self.assertIn("the result went to the other party", said["ben"])

    def test_sums_of_weights_and_a_minimum(self):
        roster, files = self.pair("sums")
        terms = ("--reveal", "sum", "--weights-of", "ben", "--digits", 2, "--json", "--runs", 2)
        for out in self.both(roster, files, terms, (), ("--weights", "paid")).values():
            result = json.loads(out)
            self.assertEqual((result["common"], result["sum"]), (2, "19.75"))
        for out in self.both(roster, files, (*terms, "--minimum", 3), (), ("--weights", "paid")).values():
            result = json.loads(out)
            self.assertFalse(result["minimum_reached"])
            self.assertNotIn("sum", result)
            self.assertNotIn("common", result)

    def test_a_second_run_on_the_same_file_is_refused(self):
        roster, files = self.pair("again")
        self.both(roster, files, ("--reveal", "count"))
        options = ("--column", "email", "--spelling", "email", "--reveal", "count", "--patience", 5)
        results = self.all_run("psi", roster, {name: ("--data", files[name], *options) for name in files})
        for status, out, err in results.values():
            self.assertEqual((status, out), (2, ""))
        self.assertTrue(any("1 runs with" in err and "allow more only if both agree" in err
                            for _, _, err in results.values()), results)

    def killed(self, name, ana, ben):
        """What both say when a run is killed in the middle, by its slowest kernels so that there is one, and started
        again by its fastest."""
        roster = self.roster(("ana", "ben"), f"{name}.toml")
        options = {}
        for party, step, more in (("ana", 1, ana), ("ben", 2, ben)):
            file = self.root / f"{name}-{party}.csv"
            rows = "".join(f"key-{step * i},{i % 100}\n" for i in range(10_000))
            file.write_text("key,paid\n" + rows)
            options[party] = ("--data", file, "--column", "key", "--json", *more)
        with mock.patch.dict(os.environ, {"TACIT_KERNELS": "portable"}):
            parties = {party: self.start("psi", roster, party, *more) for party, more in options.items()}
        end = time.monotonic() + 60
        while not any((self.root / "ben" / "stopped").glob("*/tags")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        parties["ben"].kill()
        for party, process in parties.items():
            self.assertNotEqual(self.end(process)[0], 0, party)
        results = []
        for status, out, err in self.all_run("psi", roster, options).values():
            self.assertEqual(status, 0, err)
            result = json.loads(out)
            self.assertTrue(result["went_on"])
            self.assertEqual(result["common"], 5000)
            results.append(result)
        self.assertFalse(any((self.root / "ben" / "stopped").glob("*/*")))
        return results

    def test_a_killed_run_goes_on_where_it_was_without_another_from_the_budget(self):
        self.killed("killed", ("--reveal", "count"), ("--reveal", "count"))

    def test_a_killed_sum_goes_on_where_it_was_without_another_from_the_budget(self):
        terms = ("--reveal", "sum", "--weights-of", "ben")
        for result in self.killed("killed-sum", terms, (*terms, "--weights", "paid")):
            self.assertEqual(result["sum"], str(sum(i % 100 for i in range(5000))))

    def test_refusals_name_line_column_and_remedy(self):
        roster, files = self.pair("refused")
        me = ("mpc", "psi", "--roster", roster, "--identity", self.root / "ana", "--data", files["ana"], "--patience", 1)
        self.assert_refused(tacit(*me, "--column", "mail", "--out", "x"), "has no column 'mail'", "'email'")
        self.assert_refused(tacit(*me, "--column", "name", "--spelling", "email", "--out", "x"), "line 2",
                            "column 'name'", "no e-mail address")
        self.assert_refused(tacit(*me, "--column", "email"), "--out")
        self.assert_refused(tacit(*me, "--column", "email", "--reveal", "sum", "--weights-of", "zoe"), "'zoe'", "'ben'")
        vole = (*me, "--column", "email", "--protocol", "vole")
        self.assert_refused(tacit(*vole, "--reveal", "count"), "cannot give counts", "take the ECDH protocol")
        self.assert_refused(tacit(*vole, "--out", "x", "--minimum", 5), "a minimum of 5 would hold nothing back")
        three = self.roster(("ana", "ben", "cleo"), "crowd.toml")
        self.assert_refused(tacit("mpc", "psi", "--roster", three, "--identity", self.root / "ana", "--data",
                                  files["ana"], "--column", "email", "--out", "x"), "3 parties compute", "it takes two")


if __name__ == "__main__":
    unittest.main(verbosity=2)
