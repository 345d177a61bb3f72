"""End-to-end tests of `tacit mpc`: mpc_test.py BINARY [TEST...]. Every party is a process of its own."""
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

from mpc_case import PartiesCase
from tacit_case import TACIT, TacitCase, said, tacit

RAISES = {"ana": "3100", "ben": "2876", "cleo": "3540", "dan": "3170"}


class Engineers(PartiesCase):
    """The article's four engineers."""

    def test_four_engineers_learn_sum_and_average_and_no_more(self):
        roster = self.roster()
        options = {name: ("--value", raise_, "--high", 100000) for name, raise_ in RAISES.items()}
        for command, result in (("sum", "12686"), ("average", "3171.50")):
            for name, (status, out, err) in self.all_run(command, roster, options).items():
                self.assertEqual((status, err), (0, ""), name)
                self.assertIn(f"{result} over 4 parties", out)
                for other, raise_ in RAISES.items():
                    self.assertNotIn(raise_, out)

    def test_vectors_fractions_and_receivers(self):
        roster = self.roster(("ana", "ben", "cleo"), roles={"ben": "compute,input"})
        for index, name in enumerate(("ana", "ben", "cleo")):
            (self.root / f"{name}.txt").write_text("".join(f"{index + i / 100:.2f}\n" for i in range(1000)))
        results = self.all_run("sum", roster, {
            name: ("--values", self.root / f"{name}.txt", "--digits", 2, "--high", 100, "--json")
            for name in ("ana", "ben", "cleo")})
        for name, (status, out, err) in results.items():
            self.assertEqual((status, err), (0, ""), name)
            sums = json.loads(out)["sum"]
            self.assertEqual(sums, [] if name == "ben" else [f"{3 + 3 * i / 100:.2f}" for i in range(1000)])

    def test_refusals_say_what_to_do(self):
        two = self.roster(("ana", "ben"), "two.toml")
        me = ("--identity", self.root / "ana", "--high", 10, "--value")
        self.assert_refused(tacit("mpc", "sum", "--roster", two, *me, 1), "at least 3 must give values")
        roster = self.roster(("ana", "ben", "cleo"), "three.toml")
        self.assert_refused(tacit("mpc", "sum", "--roster", roster, *me, 11), "value 1 is outside the plan's 0 to 10")
        self.assert_refused(tacit("mpc", "sum", "--roster", roster, *me[:-1]), "0 values where the plan has 1")
        self.assert_refused(tacit("mpc", "sum", "--roster", roster, *me, "x"), "'x' is no decimal number")
        self.assert_refused(tacit("mpc", "sum", "--roster", roster, *me, 1, "--patience", 1),
                            "not all parties came within 1 s", "'ben'", "tacit mpc doctor")
        (self.root / "bad.toml").write_text('name = "x"\nparties = 3\n')
        self.assert_refused(tacit("mpc", "roster", "show", "--roster", self.root / "bad.toml"), "line 2", "'parties'")

    def test_another_bound_is_named_on_all_sides(self):
        roster = self.roster(("ana", "ben", "cleo"), "bounds.toml")
        results = self.all_run("sum", roster, {"ana": ("--value", 1, "--high", 10), "ben": ("--value", 1, "--high", 10),
                                               "cleo": ("--value", 1, "--high", 11)})
        for status, out, err in results.values():
            self.assertEqual((status, out), (2, ""))
            self.assertRegex(err, "has another parameters than this party")

    def test_a_killed_and_a_stopped_party_end_the_run_for_all(self):
        for sign in (signal.SIGKILL, signal.SIGSTOP):
            roster = self.roster(("ana", "ben", "cleo"), f"{sign.name}.toml")
            numbers = self.root / "many.txt"
            numbers.write_text("1\n" * 3_000_000)
            options = ("--values", numbers, "--high", 10, "--patience", 4)
            started = {name: self.start("sum", roster, name, *options) for name in ("ana", "ben", "cleo")}
            deadline = time.monotonic() + 20
            while not self.connected(started["cleo"].pid) and time.monotonic() < deadline:
                time.sleep(0.005)
            started["cleo"].send_signal(sign)
            begin = time.monotonic()
            for name in ("ana", "ben"):
                status, out, err = self.end(started[name])
                self.assertEqual((status, out), (2, ""), name)
                self.assertRegex(err, "^tacit mpc sum: (ana|ben|cleo|not all parties)")
            self.assertLess(time.monotonic() - begin, 15)
            started["cleo"].kill()
            started["cleo"].communicate()

    @staticmethod
    def connected(pid):
        """Whether that process has a socket."""
        try:
            links = subprocess.run(["ls", "-l", f"/proc/{pid}/fd"], capture_output=True, text=True, check=False).stdout
        except OSError:
            return False
        return "socket:" in links

    def test_doctor_says_which_side_is_wrong(self):
        roster = self.roster(("ana", "ben", "cleo"), "doctor.toml")
        for name, (status, out, err) in self.all_run("doctor", roster, {n: () for n in ("ana", "ben", "cleo")}).items():
            self.assertEqual((status, err), (0, ""), name)
            self.assertEqual(out.count("roster    good"), 2)
        alone = tacit("mpc", "doctor", "--roster", roster, "--identity", self.root / "ben", "--patience", 1)
        self.assertEqual(alone.returncode, 2)
        self.assertRegex(alone.stderr, "^tacit mpc doctor: ana: port: .*their side: the doctor does not run there")
        self.assertRegex(alone.stdout, "cleo:\n.*it did not connect .*your side: let connections")

    def test_doctor_compares_rosters_and_keys(self):
        roster = self.roster(("ana", "ben", "cleo"), "mine.toml")
        text = roster.read_text()
        other = self.root / "theirs.toml"
        other.write_text(text.replace('name = "raises"', 'name = "wages"'))
        runs = [self.start("doctor", other if name == "ben" else roster, name) for name in ("ana", "ben", "cleo")]
        results = [self.end(run) for run in runs]
        self.assertRegex(results[0][2], "ben: roster: it has [0-9a-f]{8}, you have [0-9a-f]{8}; .*compare the two")
        self.assertRegex(results[1][2], "ana: roster: it has")
        keys = re.findall('pin = "([0-9a-f]+)"', text)
        dans = self.done("mpc", "roster", "entry", "--identity", self.root / "dan").split('"')[3]
        other.write_text(text.replace(keys[0], dans))  # cleo believes that ana has another key
        runs = [self.start("doctor", other if name == "cleo" else roster, name, "--patience", 6)
                for name in ("ana", "ben", "cleo")]
        results = [self.end(run) for run in runs]
        self.assertRegex(results[2][2], f"ana: pin: .* has key {keys[0]}, the roster says {dans}")


HOSTS = r"""
set -e
mount -t tmpfs none /run && mkdir /run/netns
ip link add bridge type bridge && ip link set bridge up
for i in 1 2 3; do
  ip netns add host$i
  ip link add port$i type veth peer name eth0 netns host$i
  ip link set port$i master bridge up
  ip -n host$i addr add 10.77.0.$i/24 dev eth0
  ip -n host$i link set eth0 up
done
echo ready
for i in 1 2 3; do
  tc -n host$i qdisc add dev eth0 root netem delay 20ms 5ms loss 1% 2>/dev/null || echo "no netem"
done
"""


class Hosts(TacitCase):
    """Three hosts of their own (network namespaces), with delay and loss where the system has netem."""

    def on_hosts(self, script):
        """Runs it where host1 to host3 are; its output, or a skipped test."""
        if not shutil.which("unshare") or not shutil.which("ip"):
            self.skipTest("unshare or ip is missing: parties on separate hosts are not tested here")
        result = subprocess.run(["unshare", "-rnm", "bash", "-c", HOSTS + script], capture_output=True, text=True,
                                timeout=120, check=False)
        if "ready" not in result.stdout:
            self.skipTest(f"network namespaces are not permitted here: {result.stderr.strip()[:200]}")
        if "no netem" in result.stdout:
            print("hosts: the system has no netem; tested without delay and loss", file=sys.stderr)
        return result

    def make_roster(self, name):
        path = self.root / f"{name}.toml"
        text = f'name = "{name}"\n'
        for i in (1, 2, 3):
            folder = self.root / f"{name}{i}"
            self.done("identity", "create", "--identity", folder, "--name", f"p{i}")
            text += self.done("mpc", "roster", "entry", "--identity", folder, "--address", f"10.77.0.{i}:7001")
        path.write_text(text)
        return path

    def command(self, name, i, *options):
        words = [TACIT, "mpc", "average", "--roster", self.root / f"{name}.toml", "--identity",
                 self.root / f"{name}{i}", "--high", 100000, *options]
        return f"ip netns exec host{i} " + " ".join(map(str, words))

    def test_parties_on_separate_hosts_compute(self):
        self.make_roster("apart")
        script = "\n".join(f"{self.command('apart', i, '--value', 1000 * i)} > {self.root}/apart{i}.out 2>&1 &"
                           for i in (1, 2, 3))
        self.on_hosts(script + "\nwait\n")
        for i in (1, 2, 3):
            self.assertIn("2000.00 over 3 parties", (self.root / f"apart{i}.out").read_text())

    def test_a_cut_cable_ends_the_run_for_all(self):
        self.make_roster("cut")
        script = "\n".join(f"{self.command('cut', i, '--value', 1, '--patience', 2)} > {self.root}/cut{i}.out 2>&1 &"
                           for i in (1, 2))
        script += f"""
        sleep 0.3; ip link set port3 down
        {self.command('cut', 3, '--value', 1, '--patience', 2)} > {self.root}/cut3.out 2>&1 &
        wait
        """
        self.on_hosts(script)
        for i in (1, 2, 3):
            self.assertRegex((self.root / f"cut{i}.out").read_text(),
                             "^tacit mpc average: not all parties came within 2 s")


if __name__ == "__main__":
    unittest.main(verbosity=2)
