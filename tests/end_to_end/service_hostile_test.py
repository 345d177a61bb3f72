"""A pinned customer who means harm: service_hostile_test.py BINARY [TEST...]. TACIT_SOAK=1: every case, not a few."""
import hashlib
import shutil
import unittest
from collections import Counter

from grpc import StatusCode

from service_harness import HarnessCase, full, report, sample, seeded
from tacit_case import tacit
from wire_client import METHODS, WireClient, messages

# What a hostile message may get for an answer; INTERNAL and UNKNOWN would be failures of the service.
REFUSALS = {StatusCode.INVALID_ARGUMENT, StatusCode.DATA_LOSS, StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE}


def hash_of(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def mutations(data, draw, flips, cuts):
    """Copies with one bit flipped, and beginnings."""
    for bit in sample(range(8 * len(data)), flips, draw):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield "flipped", bytes(changed)
    for size in sample(range(len(data)), cuts, draw):
        yield "truncated", data[:size]


class Hostile(HarnessCase):
    """Messages that no client of ours sends, and objects that keygen and encrypt do not write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alices, cls.mallorys = cls.job("alices", train=True), cls.job("mallorys", train=True)
        cls.alices_job = cls.submit(cls.alices)
        cls.add_customer("mallory")
        cls.mallorys_job = cls.submit(cls.mallorys, "mallory")
        for name, job in (("alice", cls.alices_job), ("mallory", cls.mallorys_job)):
            cls.done("job", "watch", "--identity", cls.root / name, "--job", job, "--quiet")
        cls.wire = WireClient(cls.root / "mallory", cls.root / "identity/identity.crt", cls.server.address)

    @classmethod
    def tearDownClass(cls):
        cls.wire.close()
        super().tearDownClass()

    def hashes(self, folder):
        return {path.name: hash_of(path.read_bytes()) for path in (folder / "upload").iterdir()}

    def job_objects(self, folder):
        named = self.hashes(folder)
        return messages.JobObjects(program=named["program.json"], parameters=named["parameters.bin"],
                                   evaluation_keys=named["evaluation_keys.bin"], inputs=[named["inputs.bin"]])

    def requests(self, folder, job):
        """A proper request for every call, about this folder and job."""
        data = b"some object"
        header = messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(data), bytes=len(data)))
        name = messages.JobName(id=bytes.fromhex(job))
        return {"Hello": [messages.HelloRequest()],
                "FindObject": [messages.ObjectName(hash=self.hashes(folder)["inputs.bin"])],
                "SendObject": [header, messages.UploadPiece(data=data)], "Submit": [self.job_objects(folder)],
                "HandIn": [messages.RefreshedState(job=name.id, segment=1, hash=self.hashes(folder)["inputs.bin"])],
                "FindJob": [name], "ListJobs": [messages.ListRequest()], "Cancel": [name], "Remove": [name],
                "Clean": [messages.CleanRequest()],
                "FetchObject": [messages.FetchRequest(hash=self.hashes(folder)["program.json"], offset=3)]}

    def assert_nothing_lost(self):
        """The server lives, has failed at nothing, and alice has what she had."""
        self.assert_alive()
        self.assertEqual(self.server.events("call_failed"), [])
        self.assertEqual([e for e in self.server.events("call_refused") if e["code"] == "internal"], [])
        self.assert_result(self.alices, self.alices_job)

    def test_spoiled_messages_are_refused_or_mean_something_else(self):
        draw, counts, answers = seeded(), Counter(), Counter()
        for method, request in self.requests(self.mallorys, self.mallorys_job).items():
            parts = [part.SerializeToString() for part in request]
            for index, part in enumerate(parts):
                for how, changed in mutations(part, draw, 6, 3):
                    status, text = self.wire.call(method, *parts[:index], changed, *parts[index + 1:])
                    self.assertIn(status, REFUSALS | {StatusCode.OK, StatusCode.INTERNAL}, (method, how, changed))
                    self.assertNotIn(b"failed on its side", text)  # INTERNAL is gRPC's word for what it cannot parse
                    counts[how] += 1
                    answers[status.name] += 1
        self.assertEqual(METHODS.keys(), self.requests(self.mallorys, self.mallorys_job).keys())
        self.assert_nothing_lost()
        report("hostile messages", calls=len(METHODS), **counts, answers=dict(answers), crashes=0)

    def test_messages_beyond_every_size_are_refused(self):
        counts = Counter()
        before = self.peak_bytes()
        for method in METHODS:
            for size in full((2 << 20,), (2 << 20, 16 << 20, 64 << 20)):
                padding = b"\x7a" + self.varint(size) + bytes(size)  # a field that no message has
                status, _ = self.wire.call(method, padding)
                self.assertEqual(status, StatusCode.RESOURCE_EXHAUSTED, method)
                counts["oversized"] += 1
        for size in (0, 1, 16, 31, 33, 1 << 20):
            for method, request in (("FindObject", messages.ObjectName(hash=bytes(size))),
                                    ("FindJob", messages.JobName(id=bytes(size + (size == 16)))),
                                    ("FetchObject", messages.FetchRequest(hash=bytes(size))),
                                    ("Submit", messages.JobObjects(program=bytes(size)))):
                status, _ = self.wire.call(method, request.SerializeToString())
                self.assertEqual(status, StatusCode.DATA_LOSS, (method, size))
                counts["hashes of a wrong length"] += 1
        many = self.job_objects(self.mallorys)
        many.inputs.extend([many.inputs[0]] * 20_000)
        self.assertEqual(self.wire.call("Submit", many.SerializeToString())[0], StatusCode.INVALID_ARGUMENT)
        announced = messages.UploadHeader(hash=bytes(32), bytes=(1 << 64) - 1)
        self.assertEqual(self.send([messages.UploadPiece(header=announced)]), StatusCode.RESOURCE_EXHAUSTED)
        self.assertLess(self.peak_bytes() - before, 256 << 20)
        self.assert_nothing_lost()
        report("hostile sizes", **counts, server_grown_bytes=self.peak_bytes() - before, crashes=0)

    @staticmethod
    def varint(number):
        encoded = bytearray()
        while number > 127:
            encoded.append(number & 127 | 128)
            number >>= 7
        return bytes(encoded) + bytes([number])

    def send(self, pieces):
        return self.wire.call("SendObject", *(piece.SerializeToString() for piece in pieces))[0]

    def test_messages_out_of_order_and_again(self):
        draw, counts = seeded(), Counter()
        data = draw.randbytes(100_000)
        header = messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(data), bytes=len(data)))
        late = messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(data), bytes=len(data), offset=7))
        wrong = messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(b"x"), bytes=len(data)))
        first, second = messages.UploadPiece(data=data[:60_000]), messages.UploadPiece(data=data[60_000:])
        empty = messages.UploadPiece()
        orders = {"nothing": ([], StatusCode.DATA_LOSS), "no header": ([first, second], StatusCode.DATA_LOSS),
                  "an empty piece first": ([empty, header], StatusCode.DATA_LOSS),
                  "header last": ([first, header], StatusCode.DATA_LOSS),
                  "an offset that is not ours": ([late, second], StatusCode.UNAVAILABLE),
                  "pieces exchanged": ([header, second, first], StatusCode.DATA_LOSS),
                  "more than announced": ([header, first, second, second], StatusCode.INVALID_ARGUMENT),
                  "another object's name": ([wrong, first, second], StatusCode.DATA_LOSS)}
        for what, (pieces, expected) in orders.items():
            self.wire.call("Clean", b"")
            self.assertEqual(self.send(pieces), expected, what)
            counts["out of order"] += 1
        self.wire.call("Clean", b"")
        self.assertEqual(self.send([header, header, first, empty, second]), StatusCode.OK)  # as if sent once
        for method, request in self.requests(self.mallorys, self.mallorys_job).items():
            for _ in range(full(3, 50)):
                status, _ = self.wire.call(method, *(part.SerializeToString() for part in request))
                self.assertIn(status, REFUSALS | {StatusCode.OK}, method)
                counts["replayed"] += 1
        self.assert_nothing_lost()
        report("hostile order", **counts, crashes=0)

    def test_what_belongs_to_others_is_not_there(self):
        counts = Counter()
        own = set(self.hashes(self.mallorys).values())  # the same parameters, for instance
        hashes = [hash for hash in self.hashes(self.alices).values() if hash not in own]
        hashes.append(hash_of((self.alices / "result/weights.bin").read_bytes()))
        self.assertGreater(len(hashes), 2)
        for hash in hashes:
            status, reply = self.wire.call("FindObject", messages.ObjectName(hash=hash).SerializeToString())
            self.assertEqual((status, reply), (StatusCode.OK, b""))  # as for an object that nobody has
            status, _ = self.wire.call("FetchObject", messages.FetchRequest(hash=hash).SerializeToString())
            self.assertEqual(status, StatusCode.INVALID_ARGUMENT)
            counts["others' objects"] += 2
        name = bytes.fromhex(self.alices_job)
        absent = bytes(16)
        for method in ("FindJob", "Cancel", "Remove", "HandIn"):
            answers = []
            for job in (name, absent):
                request = messages.RefreshedState(job=job, hash=hashes[0]) if method == "HandIn" \
                    else messages.JobName(id=job)
                status, text = self.wire.call(method, request.SerializeToString())
                self.assertEqual(status, StatusCode.INVALID_ARGUMENT, method)
                answers.append(text.replace(job.hex().encode(), b"JOB"))
                counts["others' jobs"] += 1
            self.assertEqual(*answers)  # nobody learns whether there is one
        status, _ = self.wire.call("Submit", self.job_objects(self.alices).SerializeToString())
        self.assertEqual(status, StatusCode.INVALID_ARGUMENT)
        mixed = self.job_objects(self.mallorys)
        mixed.inputs[0] = self.hashes(self.alices)["inputs.bin"]
        self.assertEqual(self.wire.call("Submit", mixed.SerializeToString())[0], StatusCode.INVALID_ARGUMENT)
        counts["jobs of others' objects"] += 2
        self.assert_nothing_lost()
        report("others' identifiers", **counts, leaked=0)

    def hostile_object(self, name, content):
        """What becomes of a job with another file in the place of its own."""
        folder = self.root / "hostile"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.mallorys / "upload", folder / "upload")
        (folder / "upload" / name).write_bytes(content)
        for path in (folder / "upload").iterdir():
            data = path.read_bytes()
            pieces = [messages.UploadPiece(header=messages.UploadHeader(hash=hash_of(data), bytes=len(data)))]
            pieces += [messages.UploadPiece(data=data[at:at + (1 << 20)]) for at in range(0, len(data), 1 << 20)]
            status = self.send(pieces)
            if status == StatusCode.RESOURCE_EXHAUSTED:  # of no bytes
                return "refused"
            self.assertEqual(status, StatusCode.OK)
        status, reply = self.wire.call("Submit", self.job_objects(folder).SerializeToString())
        self.assertEqual(status, StatusCode.OK, reply)
        job = messages.Job.FromString(reply).id.hex()
        watched = tacit("job", "watch", "--identity", self.root / "mallory", "--job", job, "--quiet")
        if watched.returncode == 0:  # it means the same: a space in program.json, for instance
            self.assert_result(self.mallorys, job, "mallory")
            return "meant the same"
        self.assert_clean(watched)
        self.assertIn("failed", watched.stderr)
        self.assertNotIn(str(self.root), watched.stderr)
        self.done("job", "remove", "--identity", self.root / "mallory", "--job", job)
        return "failed with the reason"

    def test_spoiled_objects_through_a_whole_job(self):
        draw, counts, outcomes = seeded(), Counter(), Counter()
        for name in ("program.json", "parameters.bin", "evaluation_keys.bin", "inputs.bin"):
            data = (self.mallorys / "upload" / name).read_bytes()
            for _ in range(full(2, 50)):
                bit = draw.randrange(8 * len(data))
                changed = bytearray(data)
                changed[bit // 8] ^= 1 << bit % 8
                outcomes[self.hostile_object(name, bytes(changed))] += 1
                outcomes[self.hostile_object(name, data[:draw.randrange(len(data))])] += 1
                counts[name] += 2
        self.assertEqual([e for e in self.server.events("job_ended") if e["outcome"] == "died"], [])
        self.assert_nothing_lost()
        report("hostile objects", **counts, **outcomes, dead_workers=0)


if __name__ == "__main__":
    unittest.main()
