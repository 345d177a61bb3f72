"""What the end-to-end tests of `tacit mpc` share: every party is a process of its own, over TLS on this machine."""
import subprocess

from tacit_case import TACIT, TacitCase, free_port, said


class PartiesCase(TacitCase):
    """Four people with an identity each, and rosters of them."""

    PEOPLE = ("ana", "ben", "cleo", "dan")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in cls.PEOPLE:
            cls.done("identity", "create", "--identity", cls.root / name, "--name", name)

    @classmethod
    def roster(cls, names=PEOPLE, name="raises.toml", roles=None):
        path = cls.root / name
        text = 'name = "raises"\n'
        for party in names:
            more = ("--roles", roles[party]) if roles and party in roles else ()
            text += "\n" + cls.done("mpc", "roster", "entry", "--identity", cls.root / party, "--address",
                                    f"127.0.0.1:{free_port()}", *more)
        path.write_text(text)
        return path

    def start(self, command, roster, party, *options):
        return subprocess.Popen([TACIT, "mpc", *command.split(), "--roster", str(roster), "--identity", str(self.root / party),
                                 *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def end(process):
        out, err = process.communicate(timeout=120)
        return process.returncode, out, said(err)

    def all_run(self, command, roster, options):
        started = {name: self.start(command, roster, name, *more) for name, more in options.items()}
        return {name: self.end(process) for name, process in started.items()}
