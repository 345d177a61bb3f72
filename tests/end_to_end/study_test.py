"""End-to-end tests of `tacit mpc study`: study_test.py BINARY [TEST...]. Everybody is a process of its own."""
import contextlib
import csv
import hashlib
import http.client
import io
import itertools
import json
import ssl
import subprocess
import unittest
from decimal import Decimal

from browser import CHROMIUM, Browser
from mpc_case import PartiesCase
from tacit_case import TACIT, free_port, tacit

SEXES = ("women", "men")
REGIONS = ("north", "south", "islands")
DESCRIPTION = """
name = "wages"
title = "Wages <b>by</b> sex & region"
text = "What employers pay."
fewest = 3
most = 100
deadline = 2999-01-01T00:00:00Z

[[group]]
name = "sex"
levels = ["women", "men"]

[[group]]
name = "region"
levels = ["north", "south", "islands"]

[[column]]
name = "employees"
low = 1
high = 100000

[[column]]
name = "wages"
unit = "EUR a month"
digits = 2
low = -5
high = 100000000
per = "employees"
"""


def table_of(seed, cells):
    """Employees and wages in some of the cells, the same for the same seed."""
    words = iter(hashlib.sha512(str(seed).encode()).digest())
    return {cell: (1 + next(words), Decimal(100 * next(words) + next(words)) / 100 - 5) for cell in cells}


ALL = tuple(itertools.product(SEXES, REGIONS))


class StudyCase(PartiesCase):
    """A study among three servers, a folder for each class."""

    PEOPLE = ("north", "east", "south")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rosters = cls.roster(cls.PEOPLE, "servers.toml")
        keys = {name: cls.done("mpc", "study", "key", "--out", cls.root / f"{name}.key").split()[2]
                for name in (*cls.PEOPLE, "analyst")}
        cls.description = cls.root / "wages.toml"
        cls.description.write_text(
            DESCRIPTION + "".join(f'[[server]]\nname = "{name}"\nkey = "{keys[name]}"\n' for name in cls.PEOPLE) +
            f'[analyst]\nkey = "{keys["analyst"]}"\n')
        cls.folder = cls.root / "organiser"
        cls.done("mpc", "study", "create", "--study", cls.description, "--folder", cls.folder)
        cls.tables = {}
        cls.servers = []

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.terminate()
            server.communicate(timeout=30)
        super().tearDownClass()

    @classmethod
    def invite(cls, count, address):
        out = cls.root / "links.txt"
        cls.done("mpc", "study", "invite", "--folder", cls.folder, "--count", count, "--address", address, "--out", out)
        return out.read_text().split()

    @classmethod
    def serve(cls, *options):
        """Starts a web server and waits until it listens."""
        server = subprocess.Popen([TACIT, "mpc", "study", "serve", "--folder", str(cls.folder), *map(str, options)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        cls.servers.append(server)
        line = server.stdout.readline()
        if "at port" not in line:
            raise AssertionError(f"no server: {line} {server.stderr.read()}")
        return line

    @classmethod
    def submit(cls, link, table, *options):
        path = cls.root / "table.csv"
        rows = [f"{sex},{region},{count},{wages}" for (sex, region), (count, wages) in table.items()]
        path.write_text("sex,region,employees,wages\n" + "\n".join(rows) + "\n")
        return tacit("mpc", "study", "submit", "--study", cls.description, "--link", link, "--table", path, *options)

    def hand_in(self, link, table, *options):
        result = self.submit(link, table, *options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.tables[link] = table
        return result.stdout

    def post(self, port, path, body):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("POST", path, body)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def close_study(self, folder):
        self.done("mpc", "study", "close", "--folder", self.folder, "--out", folder)
        return folder

    def compute(self, bundles, out):
        out.mkdir()
        more = {name: ("--study", self.description, "--key", self.root / f"{name}.key", "--bundle",
                       bundles / f"{name}.bundle", "--out", out / name, "--receipts", out / f"{name}.receipts")
                for name in self.PEOPLE}
        started = {name: subprocess.Popen(
            [TACIT, "mpc", "study", "compute", "--roster", str(self.rosters), "--identity", str(self.root / name),
             *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for name, options in more.items()}
        return {name: self.end(process) for name, process in started.items()}

    def result(self, out, *options):
        shares = [word for name in self.PEOPLE for word in ("--share", out / name)]
        return self.done("mpc", "study", "result", "--study", self.description, "--key", self.root / "analyst.key",
                         *shares, *options)

    def assert_clear(self, text):
        """The result is what everybody's tables give in the clear; returns what is shown."""
        shown = set()
        for row in csv.DictReader(io.StringIO(text)):
            place = (row["sex"], row["region"])
            cells = [cell for cell in ALL if all(own in ("all", level) for own, level in zip(place, cell))]
            tables = [[table[cell] for cell in cells if cell in table] for table in self.tables.values()]
            tables = [table for table in tables if table]
            if row["shown"] == "no":
                self.assertEqual((row["contributors"], row["wages"], row["mean wages"]), ("", "", ""))
                continue
            shown.add(place)
            employees = sum(count for table in tables for count, _ in table)
            wages = sum(pay for table in tables for _, pay in table)
            self.assertGreaterEqual(len(tables), 3, place)
            self.assertEqual((int(row["contributors"]), int(row["employees"]), Decimal(row["wages"])),
                             (len(tables), employees, wages), place)
            self.assertLessEqual(abs(Decimal(row["mean wages"]) - wages / employees), Decimal("0.0001"))
        return shown


class Studies(StudyCase):
    """Without a browser."""

    def test_from_invitation_to_result(self):
        port = free_port()
        links = self.invite(8, f"http://127.0.0.1:{port}")
        line = self.serve("--plain-on-loopback", "--port", port)
        number = self.done("mpc", "study", "show", "--study", self.description).split("'wages', ")[1][:16]
        self.assertIn(number, line)
        for i, link in enumerate(links[:5]):
            self.assertIn("version 1\n", self.hand_in(link, table_of(i, ALL if i < 2 else ALL[:-1])))
        self.assertIn("version 2\n", self.hand_in(links[1], table_of("mended", ALL)))
        self.assertIn("version 3\n", receipt := self.hand_in(links[1], table_of("mended again", ALL)))
        self.refusals(port, links)
        self.over_tls(links[5])
        self.assertIn("6 of 8 invited have handed in a table; open until 2999-01-01",
                      self.done("mpc", "study", "status", "--folder", self.folder))
        bundles = self.close_study(self.root / "bundles")
        self.assert_refused(self.submit(links[6], table_of(6, ALL)), "status 410", "the study is closed")
        self.assert_refused(tacit("mpc", "study", "invite", "--folder", self.folder, "--count", 1, "--address",
                                  "https://h", "--out", self.root / "more"), "is closed")
        self.results(bundles, receipt.split()[-1])

    def refusals(self, port, links):
        stranger = links[0][:-32] + 32 * "0"
        self.assert_refused(self.submit(stranger, table_of(0, ALL)), "status 403", "no invitation to this study")
        self.assert_refused(self.submit("http://host.example:1/#" + 32 * "0", table_of(0, ALL)), "is not encrypted")
        self.assert_refused(self.submit("nonsense", table_of(0, ALL)), "no link of an invitation")
        low = {ALL[0]: (0, Decimal(1))}
        self.assert_refused(self.submit(links[0], low), "line 2", "'employees' lies between 1 and 100000")
        invitation = bytes.fromhex(links[0][-32:])
        contributor = hashlib.sha256(b"tacit study invitation" + invitation).hexdigest()[:32]
        kept = (self.folder / "submissions" / contributor).read_bytes()
        self.assertEqual(self.post(port, "/submit", invitation + kept)[0], 409)  # a replay
        self.assertEqual(self.post(port, "/submit", bytes.fromhex(links[1][-32:]) + kept)[0], 400)  # another's
        self.assertEqual(self.post(port, "/submit", invitation + kept[:-1])[0], 400)
        self.assertEqual(self.post(port, "/submit", b"")[0], 400)
        self.assertEqual(self.post(port, "/status", b"x")[0], 400)
        status = self.post(port, "/status", links[0][-32:].encode())
        self.assertEqual(status, (200, {"open": True, "version": 1}))
        with self.assertRaises((ConnectionError, http.client.HTTPException, json.JSONDecodeError)):
            self.assertEqual(self.post(port, "/submit", bytes(10_000_000))[0], 413)
        for name in self.folder.rglob("*"):  # no invitation is kept
            if name.is_file():
                content = name.read_bytes()
                self.assertFalse(invitation in content or invitation.hex().encode() in content, name)

    def over_tls(self, link):
        certificate, key = self.root / "cert.pem", self.root / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        port = free_port()
        self.serve("--host", "127.0.0.1", "--port", port, "--certificate", certificate, "--key", key)
        link = f"https://localhost:{port}/{link.split('/')[-1]}"
        self.assert_refused(self.submit(link, table_of(5, ALL)), "does not answer")  # an unknown authority
        self.hand_in(link, table_of(5, ALL), "--authorities", certificate)
        trusting = ssl.create_default_context(cafile=certificate)
        with contextlib.closing(http.client.HTTPSConnection("localhost", port, context=trusting, timeout=30)) as page:
            page.request("GET", "/")
            answer = page.getresponse()
            self.assertIn("default-src 'none'; script-src 'self'", answer.headers["Content-Security-Policy"])
            self.assertIn('<script src="study.js"', answer.read().decode())
        self.assert_refused(tacit("mpc", "study", "serve", "--folder", self.folder, "--port", 0, "--certificate",
                                  key, "--key", certificate), "not a certificate and its key")
        self.assert_refused(tacit("mpc", "study", "serve", "--folder", self.folder, "--port", 0), "--certificate and")

    def results(self, bundles, receipt):
        out = self.root / "out"
        for status, printed, err in self.compute(bundles, out).values():
            self.assertEqual((status, err), (0, ""))
            self.assertIn("6 contributors, 0 missing elsewhere or unreadable, 0 with tables", printed)
        self.assertIn(receipt, (out / "east.receipts").read_text().split())
        shown = self.assert_clear(self.result(out))
        self.assertEqual(len(shown), 12)  # exactly three have men on the islands
        self.assertEqual(json.loads(self.result(out, "--json"))["contributors"], 6)
        again = self.root / "again"  # the same contributors, as after a run that failed
        self.assertEqual({status for status, _, _ in self.compute(bundles, again).values()}, {0})
        next((self.folder / "submissions").iterdir()).unlink()
        fewer = self.close_study(self.root / "fewer")
        for status, printed, err in self.compute(fewer, self.root / "difference").values():
            self.assertEqual((status, printed), (2, ""))
            self.assertRegex(err, "computed with other contributors|ended the run|is gone|stopped")
        mixed = tacit("mpc", "study", "result", "--study", self.description, "--key", self.root / "analyst.key",
                      "--share", out / "north", "--share", again / "east", "--share", out / "south")
        self.assert_refused(mixed, "one of them cheats")
        wrong = tacit("mpc", "study", "result", "--study", self.description, "--key", self.root / "north.key",
                      "--share", out / "north", "--share", out / "east", "--share", out / "south")
        self.assert_refused(wrong, "the analyst's key")


class StudyPage(StudyCase):
    """In a browser."""

    def fill(self, browser, table):
        for cell, values in table.items():
            for k, value in enumerate(values):
                browser.run(f"document.getElementById('input-{ALL.index(cell)}-{k}').value = '{value}'")

    def send(self, browser):
        browser.run("document.getElementById('submit').click()")

    def said(self, browser, part):
        browser.wait_for(f"document.getElementById('message')?.textContent.includes({json.dumps(part)})")

    @unittest.skipUnless(CHROMIUM, "no browser: `apt-get install chromium` enables this test")
    def test_the_page_checks_seals_and_corrects(self):
        port = free_port()
        links = self.invite(5, f"http://127.0.0.1:{port}")
        self.serve("--plain-on-loopback", "--port", port)
        for i, link in enumerate(links[:3]):
            self.hand_in(link, table_of(i, ALL[:4]))
        browser = Browser()
        self.addCleanup(browser.close)
        browser.open(links[3])
        browser.wait_for("document.getElementById('input-5-1') !== null")
        self.assertEqual(browser.run("document.title"), "Wages <b>by</b> sex & region")
        self.assertEqual(browser.run("document.getElementById('title').children.length"), 0)
        self.mistakes(browser)
        first = table_of("page", ALL)
        self.fill(browser, first)
        self.send(browser)
        self.said(browser, "Handed in as version 1. Receipt: ")
        browser.open(links[3])
        self.said(browser, "You have handed in a table")
        self.tables[links[3]] = table_of("page, mended", ALL[:5])
        self.paste(browser, self.tables[links[3]])
        self.send(browser)
        self.said(browser, "Handed in as version 2. Receipt: ")
        self.assertIn("version 3\n", self.hand_in(links[3], self.tables[links[3]]))  # page and command agree
        browser.open(links[3])
        browser.wait_for("document.getElementById('input-5-1') !== null")
        self.fill(browser, self.tables[links[3]])
        self.send(browser)
        self.said(browser, "version 4")
        browser.open(links[4][:-32] + 32 * "0")
        self.said(browser, "no invitation to this study")
        out = self.root / "out"
        bundles = self.close_study(self.root / "bundles")
        browser.open(links[4])
        self.said(browser, "The study is closed")
        self.assertEqual(browser.errors, [])
        outside = [url for url in browser.requests if not url.startswith((f"http://127.0.0.1:{port}/", "about:"))]
        self.assertEqual(outside, [])
        self.assertTrue(browser.requests)
        for status, printed, err in self.compute(bundles, out).values():
            self.assertEqual((status, err), (0, ""))
            self.assertIn("4 contributors", printed)
        # Beside the margins no cell: with the men in the north one would have the few men elsewhere.
        self.assertEqual(self.assert_clear(self.result(out)),
                         {("all", "all"), *((sex, "all") for sex in SEXES), *(("all", region) for region in REGIONS)})

    def mistakes(self, browser):
        """What cannot be is said at the cell, and nothing is sent."""
        sent = len(browser.requests)
        self.send(browser)
        self.said(browser, "the table is empty")
        for typed, part in (("x", "This is no number"), ("1,5", "This is no number"), ("0", "Between 1 and 100000."),
                            ("100001", "Between 1 and"), ("1.5", "At most 0 digits")):
            browser.run(f"document.getElementById('input-2-0').value = '{typed}'")
            self.send(browser)
            self.said(browser, "some cells have to be mended")
            self.assertIn(part, browser.run("document.getElementById('wrong-2-0').textContent"))
            self.assertIn("Fill this in too", browser.run("document.getElementById('wrong-2-1').textContent"))
            self.assertEqual(browser.run("document.getElementById('input-2-0').getAttribute('aria-invalid')"), "true")
        browser.run("document.getElementById('input-2-1').value = '1.234'")
        self.send(browser)
        browser.wait_for("document.getElementById('wrong-2-1').textContent === 'At most 2 digits behind the point.'")
        self.assertEqual(browser.run("document.getElementById('wrong-1-0').textContent"), "")
        self.assertEqual(len(browser.requests), sent)

    def paste(self, browser, table):
        """Rows from a spreadsheet, into the first cell."""
        browser.wait_for("document.getElementById('input-5-1') !== null")
        text = "".join(f"{count}\t{wages}\r\n" for count, wages in table.values())
        browser.run("(() => { const data = new DataTransfer();"
                    f"data.setData('text/plain', {json.dumps(text)});"
                    "document.getElementById('input-0-0').dispatchEvent(new ClipboardEvent('paste',"
                    "{clipboardData: data, bubbles: true, cancelable: true})); })()")
        self.assertEqual(browser.run("document.getElementById('input-4-0').value"), str(table[ALL[4]][0]))


if __name__ == "__main__":
    unittest.main()
