"""What the end-to-end tests of `tacit mpc` share: every party is a process of its own, over TLS on this machine."""
import os
import struct
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

    def start(self, command, roster, party, *options, environment=None):
        return subprocess.Popen([TACIT, "mpc", *command.split(), "--roster", str(roster), "--identity", str(self.root / party),
                                 *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=os.environ | (environment or {}))

    # What a process is started with to get a signal at a moment of that number (stop_at.cpp), and how many it came to.

    CAN_STOP = "TACIT_STOP_AT" in os.environ and "TACIT_SANITIZED" not in os.environ  # they want to be the first library

    @staticmethod
    def stopping(control, moment, sign):
        control.write_bytes(struct.pack("<qqq", 0, moment, sign))
        return {"LD_PRELOAD": os.environ["TACIT_STOP_AT"], "TACIT_STOP_CONTROL": str(control)}

    @staticmethod
    def moments(control):
        return struct.unpack_from("<q", control.read_bytes())[0]

    @staticmethod
    def end(process):
        out, err = process.communicate(timeout=120)
        return process.returncode, out, said(err)

    def all_run(self, command, roster, options):
        started = {name: self.start(command, roster, name, *more) for name, more in options.items()}
        return {name: self.end(process) for name, process in started.items()}
