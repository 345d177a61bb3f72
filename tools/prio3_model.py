#!/usr/bin/env python3
"""Prio3 of the VDAF draft, from its text, with polynomials in the monomial basis: what Tacit's is compared with.

    prio3_model.py > tests/vectors/prio3.json     new vectors
    prio3_model.py --check                        compares them with what this model makes
"""
import json
import pathlib
import sys

FIELDS = {64: (2**64 - 2**32 + 1, 8), 128: (2**128 - 28 * 2**64 + 1, 16)}
VERSION = 18


# TurboSHAKE128, from the description of Keccak by planes.
def keccak(lanes):
    def rotate(v, n):
        n %= 64
        return ((v << n) | (v >> (64 - n))) & (2**64 - 1)

    lfsr, constants = 1, []
    for _ in range(24):
        constant = 0
        for j in range(7):
            if lfsr & 1:
                constant ^= 1 << (2**j - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    for constant in constants[12:]:
        c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        lanes = [[lanes[x][y] ^ c[x - 1] ^ rotate(c[(x + 1) % 5], 1) for y in range(5)] for x in range(5)]
        moved = [[0] * 5 for _ in range(5)]
        moved[0][0] = lanes[0][0]
        x, y = 1, 0
        for t in range(24):
            moved[y][(2 * x + 3 * y) % 5] = rotate(lanes[x][y], (t + 1) * (t + 2) // 2)
            x, y = y, (2 * x + 3 * y) % 5
        lanes = [[moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        lanes[0][0] ^= constant
    return lanes


def turboshake128(message, length):
    message = bytearray(message + b"\x01")
    message += bytes(-len(message) % 168)
    message[-1] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for begin in range(0, len(message), 168):
        for i in range(21):
            lanes[i % 5][i // 5] ^= int.from_bytes(message[begin + 8 * i:begin + 8 * i + 8], "little")
        lanes = keccak(lanes)
    out = b""
    while len(out) < length:
        out += b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(21))
        lanes = keccak(lanes)
    return out[:length]


class Circuit:
    """A validity circuit: its shape, and its value with some gadget."""

    def __init__(self, kind, shares, **p):
        self.kind, self.shares, self.p = kind, shares, p
        self.id = {"count": 1, "sum": 2, "sum_vec": 3, "histogram": 4, "multihot": 5}[kind]
        self.field, self.size = FIELDS[64 if kind in ("count", "sum") else 128]
        bits = {"count": 1, "sum": p.get("max", 0).bit_length(), "histogram": p.get("length"),
                "sum_vec": p.get("length", 0) * p.get("max", 0).bit_length(),
                "multihot": p.get("length", 0) + p.get("max_weight", 0).bit_length()}[kind]
        self.meas_len = bits
        chunk = p.get("chunk", 1)
        self.calls = bits if kind == "sum" else -(-bits // chunk)
        self.arity = {"count": 2, "sum": 1}.get(kind, 2 * chunk)
        self.joint_len = 0 if kind in ("count", "sum") else self.calls
        self.out_len = {"sum": bits, "histogram": 2, "multihot": 2}.get(kind, 1)
        self.nodes = 2
        while self.nodes < 1 + self.calls:
            self.nodes *= 2

    def ranged(self, value, largest):
        bits = largest.bit_length()
        last = largest - (2**(bits - 1) - 1)
        top = int(value > 2**(bits - 1) - 1)
        rest = value - top * last
        return [(rest >> i) & 1 for i in range(bits - 1)] + [top]

    def unranged(self, coded, largest):
        bits = largest.bit_length()
        weights = [2**i for i in range(bits - 1)] + [largest - (2**(bits - 1) - 1)]
        return sum(w * c for w, c in zip(weights, coded)) % self.field

    def encode(self, m):
        if self.kind == "count":
            return [m]
        if self.kind == "sum":
            return self.ranged(m, self.p["max"])
        if self.kind == "sum_vec":
            return [b for v in m for b in self.ranged(v, self.p["max"])]
        if self.kind == "histogram":
            return [int(i == m) for i in range(self.p["length"])]
        return list(m) + self.ranged(sum(m), self.p["max_weight"])

    def truncate(self, x):
        if self.kind == "sum":
            return [self.unranged(x, self.p["max"])]
        if self.kind == "sum_vec":
            b = self.p["max"].bit_length()
            return [self.unranged(x[i * b:i * b + b], self.p["max"]) for i in range(self.p["length"])]
        return x[:self.p["length"]] if self.kind == "multihot" else x

    def gadget(self, x):
        if self.kind == "sum":
            return (x[0] * x[0] - x[0]) % self.field
        return sum(a * b for a, b in zip(x[::2], x[1::2])) % self.field

    def value(self, x, joint, shares, gadget):
        if self.kind == "count":
            return [gadget([x[0], x[0]]) - x[0]]
        if self.kind == "sum":
            return [gadget([b]) for b in x]
        part = pow(shares, -1, self.field)
        chunk = self.p["chunk"]
        total = 0
        for i, r in enumerate(joint):
            inputs = []
            for j in range(chunk):
                b = x[i * chunk + j] if i * chunk + j < len(x) else 0
                inputs += [pow(r, j + 1, self.field) * b, b - part]
            total += gadget([v % self.field for v in inputs])
        if self.kind == "histogram":
            return [total, sum(x) - part]
        if self.kind == "multihot":
            n = self.p["length"]
            return [total, sum(x[:n]) - self.unranged(x[n:], self.p["max_weight"])]
        return [total]


class Prio3:
    def __init__(self, circuit, context):
        self.c, self.context, self.shares = circuit, context, circuit.shares
        self.q, self.size = circuit.field, circuit.size
        self.gadget_len = 2 * circuit.nodes - 1
        self.proof_len = circuit.arity + self.gadget_len

    # Randomness.
    def xof(self, usage, seed, binder):
        tag = bytes([VERSION, 0]) + self.c.id.to_bytes(4, "big") + usage.to_bytes(2, "big") + self.context
        return len(tag).to_bytes(2, "little") + tag + bytes([len(seed)]) + seed + binder

    def seed(self, usage, seed, binder):
        return turboshake128(self.xof(usage, seed, binder), 32)

    def vector(self, usage, seed, binder, length):
        message, size = self.xof(usage, seed, binder), self.size
        stream = turboshake128(message, size * (length + 8))
        values = [int.from_bytes(stream[i:i + size], "little") for i in range(0, len(stream), size)]
        return [v for v in values if v < self.q][:length]

    def encoded(self, values):
        return b"".join((v % self.q).to_bytes(self.size, "little") for v in values)

    # Polynomials by coefficients.
    def root(self, n):
        return pow(7, (self.q - 1) // n, self.q)

    def coefficients(self, values, n):
        """Of the polynomial of least degree with these values at the first powers of a root of order n."""
        q, points = self.q, [pow(self.root(n), i, self.q) for i in range(len(values))]
        result, basis = [0] * len(values), [1]
        for i, x in enumerate(points):
            now = sum(c * pow(x, k, q) for k, c in enumerate(result)) % q
            at = sum(c * pow(x, k, q) for k, c in enumerate(basis)) % q
            factor = (values[i] - now) * pow(at, -1, q) % q
            for k, c in enumerate(basis):
                result[k] = (result[k] + factor * c) % q
            basis = [((basis[k - 1] if k else 0) - (basis[k] if k < len(basis) else 0) * x) % q
                     for k in range(len(basis) + 1)]
        return result

    def at(self, coefficients, x):
        return sum(c * pow(x, k, self.q) for k, c in enumerate(coefficients)) % self.q

    def wires(self, x, joint, shares, seeds, answer):
        rows = [[s] + [0] * (self.c.nodes - 1) for s in seeds]
        call = 0

        def gadget(inputs):
            nonlocal call
            call += 1
            for row, v in zip(rows, inputs):
                row[call] = v
            return answer(call, inputs)

        out = self.c.value(x, joint, shares, gadget)
        return [self.coefficients(row, self.c.nodes) for row in rows], out

    def prove(self, x, joint, seeds):
        wires, out = self.wires(x, joint, 1, seeds, lambda _, inputs: self.c.gadget(inputs))
        assert all(v % self.q == 0 for v in out)
        root = self.root(2 * self.c.nodes)
        points = [pow(root, i, self.q) for i in range(self.gadget_len)]
        return seeds + [self.c.gadget([self.at(w, p) for w in wires]) for p in points]

    def query(self, x, proof, rand, joint):
        gadget = self.coefficients(proof[self.c.arity:], 2 * self.c.nodes)
        step = self.root(self.c.nodes)
        wires, out = self.wires(x, joint, self.shares, proof[:self.c.arity],
                                lambda call, _: self.at(gadget, pow(step, call, self.q)))
        first = sum(r * v for r, v in zip(rand, out)) if len(out) > 1 else out[0]
        return [first % self.q] + [self.at(w, rand[-1]) for w in wires] + [self.at(gadget, rand[-1])]

    # The scheme.
    def shard(self, m, nonce, rand):
        seeds = [rand[i:i + 32] for i in range(0, len(rand), 32)]
        joint_rand = self.c.joint_len > 0
        each = 2 if joint_rand else 1
        helpers = [seeds[each * j:each * j + each] for j in range(self.shares - 1)]
        rest = seeds[each * (self.shares - 1):]
        x = self.c.encode(m)
        shares = [self.vector(1, h[0], bytes([j + 1]), self.c.meas_len) for j, h in enumerate(helpers)]
        shares.insert(0, [(v - sum(s[i] for s in shares)) % self.q for i, v in enumerate(x)])
        blinds = [rest[0]] + [h[1] for h in helpers] if joint_rand else []
        parts = [self.seed(7, b, bytes([j]) + nonce + self.encoded(shares[j])) for j, b in enumerate(blinds)]
        joint = self.vector(3, self.seed(6, bytes(32), b"".join(parts)), b"\x01", self.c.joint_len) if parts else []
        proof = self.prove(x, joint, self.vector(4, rest[-1], b"\x01", self.c.arity))
        others = [self.vector(2, h[0], bytes([1, j + 1]), self.proof_len) for j, h in enumerate(helpers)]
        leader = [(v - sum(o[i] for o in others)) % self.q for i, v in enumerate(proof)]
        first = self.encoded(shares[0]) + self.encoded(leader) + b"".join(blinds[:1])
        return b"".join(parts), [first] + [b"".join(h) for h in helpers]

    def verify(self, key, nonce, public, inputs):
        shares, out, parts = [], [], []
        for j, share in enumerate(inputs):
            if j == 0:
                words = [int.from_bytes(share[i:i + self.size], "little")
                         for i in range(0, self.size * (self.c.meas_len + self.proof_len), self.size)]
                x, proof = words[:self.c.meas_len], words[self.c.meas_len:]
            else:
                x = self.vector(1, share[:32], bytes([j]), self.c.meas_len)
                proof = self.vector(2, share[:32], bytes([1, j]), self.proof_len)
            joint, part = [], b""
            if self.c.joint_len:
                part = self.seed(7, share[-32:], bytes([j]) + nonce + self.encoded(x))
                corrected = public[:32 * j] + part + public[32 * j + 32:]
                joint = self.vector(3, self.seed(6, bytes(32), corrected), b"\x01", self.c.joint_len)
            length = 1 + (self.c.out_len if self.c.out_len > 1 else 0)
            rand = self.vector(5, key, b"\x01" + nonce, length)
            shares.append(self.encoded(self.query(x, proof, rand, joint)) + part)
            out.append(self.encoded(self.c.truncate(x)))
            parts.append(part)
        return shares, self.seed(6, bytes(32), b"".join(parts)) if self.c.joint_len else b"", out


def cases():
    def make(kind, shares, measurement, **p):
        circuit = Circuit(kind, shares, **p)
        context, nonce, key = f"tacit {kind} {shares}".encode(), bytes(range(7, 23)), bytes(range(100, 132))
        rand = turboshake128(f"{kind} {shares} {measurement}".encode(), 32 * shares * (2 if circuit.joint_len else 1))
        scheme = Prio3(circuit, context)
        public, inputs = scheme.shard(measurement, nonce, rand)
        verifiers, message, outputs = scheme.verify(key, nonce, public, inputs)
        return {"kind": kind, "shares": shares, "parameters": p, "measurement": measurement, "context": context.hex(),
                "nonce": nonce.hex(), "verify_key": key.hex(), "rand": rand.hex(), "public_share": public.hex(),
                "input_shares": [s.hex() for s in inputs], "verifier_shares": [s.hex() for s in verifiers],
                "verifier_message": message.hex(), "out_shares": [s.hex() for s in outputs]}

    return [make("count", 2, 1), make("count", 5, 0), make("sum", 2, 200, max=200), make("sum", 3, 6, max=9),
            make("sum_vec", 2, [0, 1000, 17], length=3, max=1000, chunk=6),
            make("sum_vec", 4, [3], length=1, max=3, chunk=1), make("histogram", 2, 0, length=7, chunk=3),
            make("histogram", 3, 4, length=5, chunk=5),
            make("multihot", 2, [1, 0, 0, 1, 1], length=5, max_weight=3, chunk=4)]


def main():
    text = json.dumps(cases(), indent=1) + "\n"
    if sys.argv[1:] == ["--check"]:
        path = pathlib.Path(__file__).parents[1] / "tests/vectors/prio3.json"
        return 0 if path.read_text(encoding="utf-8") == text else f"{path} is not what this model makes; run it again"
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
