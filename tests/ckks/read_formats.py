#!/usr/bin/python3
"""read_formats.py FOLDER: reads what Tacit wrote, after docs/formats.md alone, with big integers.

FOLDER holds parameters, secret_key, public_key, evaluation_keys (a relinearisation key and the rotation by 3) and
ciphertext (fresh, level 1, every slot 0.5). Checks frames, fingerprints, seeds, packing and transforms by what they
must add up to: every key hides an error of at most 21, the ciphertext decrypts. Exit status 77 without openssl.
"""
import hashlib
import shutil
import struct
import subprocess
import sys
from pathlib import Path

MAX_ERROR = 21


def blake2b(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def unframe(path, kind):
    """(fingerprint, payload) of an object."""
    data = path.read_bytes()
    assert data[:4] == b"TACT" and data[4:8] == bytes([1, 0, kind, 0]), path
    assert struct.unpack_from("<Q", data, 8)[0] == len(data), path
    body, checksum = data[:-32], data[-32:]
    chunks = [body[i:i + 65536] for i in range(0, len(body), 65536)]
    assert blake2b(b"".join(map(blake2b, chunks))) == checksum, path
    return (None, body[16:]) if kind == 1 else (body[16:48], body[48:])


class Parameters:
    def __init__(self, path):
        payload = unframe(path, 1)[1]
        (self.log_n, _, self.scale_bits, _, _, self.base, self.per_level, self.alpha, self.q_count,
         special) = fields = struct.unpack_from("<10H", payload)
        self.primes = struct.unpack_from(f"<{self.q_count + special}Q", payload, 20)
        self.fingerprint = payload[20 + 8 * len(self.primes):]
        assert self.fingerprint == blake2b(struct.pack(f"<{10 + len(self.primes)}Q", 1, *fields[:9], *self.primes))
        self.n = 1 << self.log_n
        self.special_product = 1
        for p in self.primes[self.q_count:]:
            self.special_product *= p
        self.roots = {p: self.smallest_root(p) for p in self.primes}

    def smallest_root(self, p):
        for g in range(2, 1000):
            root = pow(g, (p - 1) // (2 * self.n), p)
            if pow(root, self.n, p) == p - 1:
                return min(pow(root, k, p) for k in range(1, 2 * self.n, 2))
        raise ValueError(p)

    def unpack(self, data, offset, primes):
        """Rows of residues and the offset behind them."""
        rows = []
        for p in primes:
            width = (p - 1).bit_length()
            size = self.n * width // 8
            packed = int.from_bytes(data[offset:offset + size], "little")
            rows.append([(packed >> (i * width)) & ((1 << width) - 1) for i in range(self.n)])
            assert max(rows[-1]) < p
            offset += size
        return rows, offset

    def expand(self, seed, stream, p):
        iv = struct.pack("<Q", stream) + bytes(8)
        keystream = subprocess.run(["openssl", "enc", "-aes-256-ctr", "-K", seed.hex(), "-iv", iv.hex()], check=True,
                                   input=bytes(8 * self.n + 8192), capture_output=True).stdout
        words = struct.unpack(f"<{len(keystream) // 8}Q", keystream)
        accepted = [w * p for w in words if w * p % 2**64 >= 2**64 % p]
        return [((product >> 64) - p // 2) % p for product in accepted[:self.n]]

    def evaluate(self, coefficients, p):
        """Forward transform: values at root^(2 brv(i) + 1)."""
        def descend(block, exponent):  # block modulo X^len - root^exponent
            if len(block) == 1:
                return block
            half, exponent = len(block) // 2, exponent // 2
            w = pow(self.roots[p], exponent, p)
            upper = [x * w % p for x in block[half:]]
            return (descend([(x + y) % p for x, y in zip(block, upper)], exponent)
                    + descend([(x - y) % p for x, y in zip(block, upper)], exponent + self.n))
        return descend([x % p for x in coefficients], self.n)

    def interpolate(self, values, p):
        """Its inverse, balanced."""
        def ascend(block, exponent):
            if len(block) == 1:
                return block
            half, exponent = len(block) // 2, exponent // 2
            lower, upper = ascend(block[:half], exponent), ascend(block[half:], exponent + self.n)
            w = pow(self.roots[p], -exponent, p)
            return [x + y for x, y in zip(lower, upper)] + [(x - y) * w % p for x, y in zip(lower, upper)]
        scaled = [x * pow(self.n, -1, p) % p for x in ascend(values, self.n)]
        return [x - p if x > p // 2 else x for x in scaled]

    def check_error(self, values, p):
        assert max(map(abs, self.interpolate(values, p))) <= MAX_ERROR


def read_secret(parameters, path):
    fingerprint, payload = unframe(path, 2)
    assert fingerprint == parameters.fingerprint and len(payload) == parameters.n // 4
    codes = [payload[i // 4] >> (2 * (i % 4)) & 3 for i in range(parameters.n)]
    return [{0: 0, 1: 1, 3: -1}[code] for code in codes]


def check_public_key(parameters, path, s):
    payload = unframe(path, 3)[1]
    b, end = parameters.unpack(payload, 32, parameters.primes[:parameters.q_count])
    assert end == len(payload)
    for r, row in enumerate(b):
        p = parameters.primes[r]
        a = parameters.expand(payload[:32], r, p)
        parameters.check_error([(x + y * z) % p for x, y, z in zip(row, a, s[r])], p)


def check_record(parameters, payload, offset, source, target):
    """A key-switching record; the offset behind it."""
    seed, offset = payload[offset:offset + 32], offset + 32
    for digit in range(-(-parameters.q_count // parameters.alpha)):
        b, offset = parameters.unpack(payload, offset, parameters.primes)
        for r, p in enumerate(parameters.primes):
            a = parameters.expand(seed, digit * len(parameters.primes) + r, p)
            values = [(x + y * z) % p for x, y, z in zip(b[r], a, target[r])]
            if r < parameters.q_count and r // parameters.alpha == digit:
                values = [(x - parameters.special_product * y) % p for x, y in zip(values, source[r])]
            parameters.check_error(values, p)
    return offset


def check_evaluation_keys(parameters, path, secret, s):
    payload = unframe(path, 6)[1]
    element = pow(5, 3, 2 * parameters.n)
    assert struct.unpack_from("<3I", payload) == (1, 1, element)
    square = [[x * x % p for x in row] for row, p in zip(s, parameters.primes)]
    offset = check_record(parameters, payload, 12, square, s)
    inverse = pow(element, -1, 2 * parameters.n)
    image = [0] * parameters.n
    for k, coefficient in enumerate(secret):
        exponent = k * inverse % (2 * parameters.n)
        image[exponent % parameters.n] += coefficient if exponent < parameters.n else -coefficient
    target = [parameters.evaluate(image, p) for p in parameters.primes]
    assert check_record(parameters, payload, offset, s, target) == len(payload)


def check_ciphertext(parameters, path, s):
    payload = unframe(path, 8)[1]
    assert payload[:4] == bytes([1, 1, 1, 1])  # level, scale power, degree, seeded
    limbs = parameters.base + parameters.per_level
    c0, end = parameters.unpack(payload, 36, parameters.primes[:limbs])
    assert end == len(payload)
    for r, row in enumerate(c0):
        p = parameters.primes[r]
        c1 = parameters.expand(payload[4:36], r, p)
        message = parameters.interpolate([(x + y * z) % p for x, y, z in zip(row, c1, s[r])], p)
        assert abs(message[0] / 2**parameters.scale_bits - 0.5) < 1e-6


def main():
    folder = Path(sys.argv[1])
    if shutil.which("openssl") is None:
        sys.exit(77)
    parameters = Parameters(folder / "parameters")
    secret = read_secret(parameters, folder / "secret_key")
    s = [parameters.evaluate(secret, p) for p in parameters.primes]
    check_public_key(parameters, folder / "public_key", s)
    check_evaluation_keys(parameters, folder / "evaluation_keys", secret, s)
    check_ciphertext(parameters, folder / "ciphertext", s)


if __name__ == "__main__":
    main()
