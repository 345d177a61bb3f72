"""Parties that are killed or stall: mpc_faults_test.py BINARY [TEST...]. TACIT_SOAK=1: all moments, not a few.

TACIT_STOP_AT names the library that stops a process at a given moment (stop_at.cpp).
"""
import json
import os
import random
import signal
import sys
import time
import unittest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from mpc_case import PartiesCase
from predict_test import tree
from study_test import ALL, StudyCase, free_port, table_of

SOAK = "TACIT_SOAK" in os.environ
PATIENCE = 2  # seconds; more than any party needs to start
A_LITTLE = 15  # on a busy machine; nobody may hang
SERVERS = StudyCase.PEOPLE
TWO = SERVERS[:2]
ENDLESS = 1_000_000  # a budget that these tests do not exhaust
GONE = (r"ended the run, or the connection to it broke|ended the run because it missed \w+|"
        r"sent nothing for \d+ s|took nothing for \d+ s|not all parties came within \d+ s: '\w+' \(.+\)|no client came to ")


class Application:
    """A command, what each party gives it, and what each says when all went well."""

    def __init__(self, command, options, right, outputs=(), roles=None):
        self.command, self.options, self.right, self.outputs, self.roles = command, options, right, outputs, roles
        self.parties = tuple(options)


@unittest.skipUnless(PartiesCase.CAN_STOP, "needs TACIT_STOP_AT and no sanitizer")
class Faults(StudyCase):
    """In every application one party is killed, or stalls, right before a message or a flush to the disk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seed = random.randrange(1 << 32)
        print(f"seed {cls.seed}", file=sys.stderr)
        cls.counts = Counter()
        cls.sessions = set()

    def run_with(self, application, roster, victim, moment=0, sign=signal.SIGKILL):
        """How all end if the victim gets the signal before its moment of that number (0: never)."""
        control = roster.with_suffix(".control")
        environment = {victim: self.stopping(control, moment, sign)}
        began = time.monotonic()
        started = {party: self.start(application.command, roster, party, "--patience", PATIENCE if moment else 20,
                                     *application.options[party], environment=environment.get(party))
                   for party in application.parties}
        ended = {party: self.end(process) for party, process in started.items() if party != victim}
        if moment:
            self.assertLess(time.monotonic() - began, 2 * PATIENCE + A_LITTLE, (application.command, victim, moment))
        while started[victim].poll() is None:  # perhaps it stalls only now
            started[victim].send_signal(signal.SIGCONT)
            time.sleep(0.02)
        ended[victim] = self.end(started[victim])
        return ended

    def assert_whole(self, application, ended, place):
        """Everybody has the right result, of a run with an identifier that none had before."""
        for party, (status, out, err) in ended.items():
            self.assertEqual((status, err), (0, ""), (place, party))
            self.assertTrue(application.right(party, out), (place, party, out))
        named = {json.loads(out)["session"] for _, out, _ in ended.values() if out.startswith("{") and "session" in out}
        self.assertLessEqual(len(named), 1, place)
        self.assertEqual(named & self.sessions, set(), place)
        self.sessions.update(named)

    def check(self, application, roster, victim, moment, sign):
        """Who had everything may be done. All others say who is gone, leave nothing behind, and can do it again."""
        for path in application.outputs:
            path.unlink(missing_ok=True)
        place = f"{application.command}: {victim}, moment {moment}, {sign.name}"
        for party, (status, out, err) in self.run_with(application, roster, victim, moment, sign).items():
            if party == victim and sign == signal.SIGKILL:
                self.assertIn(status, (0, -signal.SIGKILL), place)
            elif status == 0:
                self.assertTrue(application.right(party, out), (place, party, out))
                self.counts["done"] += 1
            else:
                self.assertEqual((status, out, err.count("\n")), (2, "", 1), (place, party, err))
                self.assertRegex(err, GONE, (place, party))
                self.assertRegex(err, "|".join({*application.parties, "no client"} - {party}), (place, party))
                self.assertFalse([path for path in application.outputs if path.stem.endswith(party) and path.exists()])
                self.counts["told"] += 1
        self.counts[sign.name] += 1
        self.assert_whole(application, self.run_with(application, roster, victim), place + ", again")

    def try_moments(self, name, application):
        draw = random.Random(f"{self.seed} {name}")
        roster = self.roster(application.parties, f"{name}.toml", application.roles)
        moments = {}
        for victim in application.parties if SOAK else draw.sample(application.parties, 1):
            self.assert_whole(application, self.run_with(application, roster, victim), f"{name}, nobody stopped")
            moments[victim] = self.moments(roster.with_suffix(".control"))
            self.assertGreater(moments[victim], 5, name)
        for victim, last in moments.items():
            for sign in (signal.SIGKILL, signal.SIGSTOP):
                for moment in range(1, last + 1) if SOAK else sorted({1, draw.randint(2, last), last}):
                    self.check(application, roster, victim, moment, sign)

    def test_every_application(self):
        applications = {"sum": self.sum_of_values(), "auction": self.auction(), "vote": self.vote(),
                        "dp": self.private_answer(), "ecdh": self.intersection("ecdh"), "vole":
                        self.intersection("vole"), "predict": self.prediction(), "study": self.study()}
        with ThreadPoolExecutor(len(applications)) as pool:
            for ended in [pool.submit(self.try_moments, *one) for one in applications.items()]:
                ended.result()
        print(json.dumps({"harness": "mpc faults", **self.counts}), file=sys.stderr, flush=True)

    # The applications.

    def give(self, command, folder, *contributions):
        """Shares of contributions for the servers; where each finds its own."""
        for words in contributions:
            self.done("mpc", *command.split(), "--roster", self.rosters, *words, "--out", self.root / folder)
        return {party: self.root / folder / party for party in SERVERS}

    def sum_of_values(self):
        options = {party: ("--value", 5, "--high", 10, "--json", "--out", self.root / f"sum-{party}.txt")
                   for party in SERVERS}
        return Application("sum", options, lambda _, out: json.loads(out)["sum"] == ["15"], [one[-1] for one in options.values()])

    def auction(self):
        bids = self.give("bid", "bids", ("--bidder", "x", "--amount", 7), ("--bidder", "y", "--amount", 9))
        options = {party: ("--bids", folder, "--json") for party, folder in bids.items()}
        return Application("auction", options, lambda _, out: json.loads(out)["winners"] == ["y"])

    def vote(self):
        ballots = self.give("ballot", "ballots", *(("--voter", f"v{i}", "--choice", 1 + i // 2) for i in range(3)))
        options = {party: ("--ballots", folder) for party, folder in ballots.items()}
        return Application("vote", options, lambda _, out: "choice 1: 2" in out)

    def private_answer(self):
        given = self.give("dp give", "given", *(("--name", f"c{i}", "--value", 1) for i in range(3)))
        options = {}
        for party in SERVERS:
            ledger = self.root / f"{party}.ledger"
            self.done("dp", "create", "--ledger", ledger, "--data-set", "d", "--change-one", "--epsilon", ENDLESS)
            options[party] = ("--contributions", given[party], "--ledger", ledger, "--low", 1, "--high", 2,
                              "--epsilon", 100, "--json")
        return Application("dp count", options, lambda _, out: json.loads(out)["answer"]["value"] == 3)

    def intersection(self, protocol):
        options, rows = {}, {}
        for party, mine, common in zip(TWO, ("a\nb\nc\n", "c\nb\nx\ny\n"), ("b\nc\n", "c\nb\n")):
            data, out = self.root / f"{protocol}-{party}.csv", self.root / f"{protocol}-out-{party}.csv"
            data.write_text("key\n" + mine)
            rows[party] = (out, "key\n" + common)
            options[party] = ("--data", data, "--column", "key", "--protocol", protocol, "--runs", ENDLESS, "--out", out)

        def right(party, out):
            return "2 are common" in out and rows[party][0].read_text() == rows[party][1]
        return Application("psi", options, right, [out for out, _ in rows.values()])

    def prediction(self):
        model, offer, data = (self.root / name for name in ("trees.json", "offer.json", "rows.csv"))
        model.write_text(json.dumps({"format": "tacit tree ensemble", "version": 1, "features": list("abcd"), "bias":
                                     [0], "trees": [tree(2, lambda path: [path - 1.5])], "classes": ["no", "yes"]}))
        self.done("mpc", "offer", "--model", model, "--out", offer)
        data.write_text("a,b,c,d\n5,3,4,1\n6,2,3,2\n")
        server, client = TWO
        out = self.root / f"classes-{client}.csv"
        options = {server: ("--model", model, "--queries", ENDLESS, "--once"),
                   client: ("--offer", offer, "--data", data, "--out", out)}
        return Application("predict", options, lambda party, said: "2 rows answered" in said and (
            party == server or len(out.read_text().splitlines()) == 3), [out],
            {server: "compute,input", client: "compute,receive"})

    def study(self):
        port = free_port()
        links = self.invite(3, f"http://127.0.0.1:{port}")
        self.serve("--plain-on-loopback", "--port", port)
        for i, link in enumerate(links):
            self.hand_in(link, table_of(i, ALL))
        bundles = self.close_study(self.root / "bundles")
        outputs = {party: self.root / f"result-{party}" for party in SERVERS}
        options = {party: ("--study", self.description, "--key", self.root / f"{party}.key", "--bundle",
                           bundles / f"{party}.bundle", "--out", outputs[party]) for party in SERVERS}
        return Application("study compute", options, lambda _, out: "3 contributors, 0 missing" in out, outputs.values())


if __name__ == "__main__":
    unittest.main(verbosity=2)
