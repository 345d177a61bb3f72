#!/usr/bin/env python3
"""A second CKKS, in big integers and without any library, that writes the known answers of tests/vectors/ckks.json.

It shares no code with the C++ and works differently wherever it can: coefficients are Python integers, polynomials
over one prime are transformed by evaluating a plain decimation in time, the canonical embedding is a direct sum in
fixed point, the base conversions are exact integers, automorphisms move coefficients. What it has in common is the
specification: seeds and the order of draws (include/tacit/base/random.hpp, src/ring/samplers.hpp), the order of the
transform (minimal primitive root, bit-reversed), and the formulas of the scheme.

Primes of at most 30 bits: there the balanced residues of the double-precision kernels are the centred ones for every
input that occurs, so the approximate mod up, too, is the same integer.

Usage: ckks_model.py          writes tests/vectors/ckks.json (about 20 seconds)
       ckks_model.py --check  compares with the file instead; exits 1 if they differ
"""

import hashlib
import json
import math
import pathlib
import sys
from fractions import Fraction

from aes_stream import Stream

LOG_N = 10
N = 1 << LOG_N
SCALE_BITS = 25
INTEGER_BITS = 4
DEPTH = 3
DIGIT_LIMBS = 2


class Draws(Stream):
    """What the samplers make of the words of a stream."""

    def uniform(self, p):
        while True:
            product = self.word() * p
            if product % 2**64 >= 2**64 % p:
                return (product >> 64) - p // 2

    def ternary(self):
        return [(self.word() * 3 >> 64) - 1 for _ in range(N)]

    def error(self):
        words = [self.word() for _ in range(N)]
        return [bin(w & 0x1FFFFF).count("1") - bin(w >> 21 & 0x1FFFFF).count("1") for w in words]


# --- One prime: roots and transform ---------------------------------------------------------------------------------

def is_prime(n):
    if n % 2 == 0:
        return n == 2
    return all(n % d for d in range(3, math.isqrt(n) + 1, 2))


def nearest_primes(target, count, used):
    found, k = [], target // (2 * N)
    for distance in range(10**6):
        for i in {k - distance, k + distance}:
            p = i * 2 * N + 1
            if p not in used and p not in found and is_prime(p):
                found.append(p)
        if len(found) >= count:
            return found[:count]
    raise ValueError("no primes")


def reverse(i):
    return int(format(i, f"0{LOG_N}b")[::-1], 2)


class Prime:
    def __init__(self, p):
        self.p = p
        generator = next(g for g in range(2, p) if pow(g, (p - 1) // 2, p) == p - 1)
        psi = pow(generator, (p - 1) // (2 * N), p)
        self.root = min(pow(psi, e, p) for e in range(1, 2 * N, 2))
        self.powers = [pow(self.root, e, p) for e in range(2 * N)]

    def evaluate(self, poly):
        """Values at root^(2 brv(i) + 1) for i = 0 .. N-1."""
        p, twiddle = self.p, self.powers
        twisted = [c * twiddle[k] % p for k, c in enumerate(poly)]

        def cyclic(a, step):
            if len(a) == 1:
                return a
            even, odd = cyclic(a[0::2], 2 * step), cyclic(a[1::2], 2 * step)
            odd = [x * twiddle[step * i] % p for i, x in enumerate(odd)]
            return [(x + y) % p for x, y in zip(even, odd)] + [(x - y) % p for x, y in zip(even, odd)]

        natural = cyclic(twisted, 2)
        return [natural[reverse(i)] for i in range(N)]

    def interpolate(self, values):
        """The inverse: by evaluating at the inverse roots. Residues in [0, p)."""
        p, natural = self.p, [0] * N
        for i, v in enumerate(values):
            natural[reverse(i)] = v

        def cyclic(a, step):
            if len(a) == 1:
                return a
            even, odd = cyclic(a[0::2], 2 * step), cyclic(a[1::2], 2 * step)
            odd = [x * self.powers[-step * i % (2 * N)] % p for i, x in enumerate(odd)]
            return [(x + y) % p for x, y in zip(even, odd)] + [(x - y) % p for x, y in zip(even, odd)]

        inverse = pow(N, -1, p)
        return [x * inverse * self.powers[-k % (2 * N)] % p for k, x in enumerate(cyclic(natural, 2))]


def centred(x, modulus):
    x %= modulus
    return x - modulus if x > modulus // 2 else x


# --- The scheme -----------------------------------------------------------------------------------------------------

BASE = nearest_primes(1 << (SCALE_BITS + INTEGER_BITS + 1), 1, [])
LEVELS = nearest_primes(1 << SCALE_BITS, DEPTH, BASE)
SPECIAL = nearest_primes(1 << 28, 2, BASE + LEVELS)
Q = BASE + LEVELS
ALL = [Prime(p) for p in Q + SPECIAL]
P = math.prod(SPECIAL)
Q_ROWS, P_ROWS = list(range(len(Q))), list(range(len(Q), len(ALL)))


def rows_of(poly, rows):
    """An integer polynomial in the evaluation domain, by prime number."""
    return {r: ALL[r].evaluate([c % ALL[r].p for c in poly]) for r in rows}


def combine(f, *operands):
    """f of residues, position by position, on the primes of the first operand."""
    return {r: [f(*xs) % ALL[r].p for xs in zip(*(o[r] for o in operands))] for r in operands[0]}


def lift(poly, rows):
    """Centred integer coefficients from residues modulo the primes `rows` (Chinese remainders)."""
    modulus = math.prod(ALL[r].p for r in rows)
    out = [0] * N
    for r in rows:
        others = modulus // ALL[r].p
        factor = others * pow(others, -1, ALL[r].p)
        for k, c in enumerate(ALL[r].interpolate(poly[r])):
            out[k] += c * factor
    return [centred(c, modulus) for c in out]


def uniform_rows(seed, first_stream, rows):
    out = {}
    for r in rows:
        stream = Draws(seed, first_stream + r)
        out[r] = [stream.uniform(ALL[r].p) % ALL[r].p for _ in range(N)]
    return out


def automorphism(poly, g):
    out = [0] * N
    for k, c in enumerate(poly):
        e = k * g % (2 * N)
        out[e % N] = c if e < N else -c
    return out


def mask(a, s, e, extra=None):
    """-a s + e (+ extra on the primes where it is given)."""
    out = combine(lambda x, y, z: z - x * y, a, s, e)
    for r in extra or {}:
        out[r] = [(x + y) % ALL[r].p for x, y in zip(out[r], extra[r])]
    return out


def switching_key(rng, source, target):
    """One (b, a) per digit, over all primes; `source` and `target` are integer polynomials."""
    seed, key = rng.bytes(32), []
    s, t = rows_of(source, Q_ROWS), rows_of(target, Q_ROWS + P_ROWS)
    for j, begin in enumerate(range(0, len(Q), DIGIT_LIMBS)):
        a = uniform_rows(seed, j * len(ALL), Q_ROWS + P_ROWS)
        e = rows_of(rng.error(), Q_ROWS + P_ROWS)
        own = {r: [P * x % ALL[r].p for x in s[r]] for r in Q_ROWS[begin:begin + DIGIT_LIMBS]}
        key.append((mask(a, t, e, own), a))
    return key


def switch(poly, key):
    """The inner product of the digits of `poly` with a key, modulo Q_l P."""
    rows = sorted(poly)
    total = [None, None]
    for j, begin in enumerate(range(0, len(rows), DIGIT_LIMBS)):
        digit = rows[begin:begin + DIGIT_LIMBS]
        modulus = math.prod(ALL[r].p for r in digit)
        raised = [0] * N
        for r in digit:  # approximate mod up: centred digits, and no correction
            others = modulus // ALL[r].p
            inverse = pow(others, -1, ALL[r].p)
            for k, c in enumerate(ALL[r].interpolate(poly[r])):
                raised[k] += centred(c * inverse, ALL[r].p) * others
        d = rows_of(raised, rows + P_ROWS)
        for i in range(2):
            term = combine(lambda x, y: x * y, d, key[j][i])
            total[i] = term if total[i] is None else combine(lambda x, y: x + y, total[i], term)
    return total


def divide(poly, dropped):
    """Round(poly / product of the dropped primes) on the primes that stay."""
    divisor = math.prod(ALL[r].p for r in dropped)
    stay = [r for r in sorted(poly) if r not in dropped]
    rest = rows_of(lift(poly, dropped), stay)
    return {r: [(x - y) * pow(divisor, -1, ALL[r].p) % ALL[r].p for x, y in zip(poly[r], rest[r])] for r in stay}


def add(a, b):
    return combine(lambda x, y: x + y, a, b)


def scaled(a, factor):
    return combine(lambda x: x * factor, a)


# --- The canonical embedding, in fixed point ------------------------------------------------------------------------

FIXED = 160


def roots_of_unity():
    """exp(pi i k / N) for k < 2N as pairs of integers over 2^FIXED, by halving the angle from pi."""
    one = 1 << FIXED
    c = -one  # cos(pi)
    for _ in range(LOG_N):
        c = math.isqrt((one + c) * one // 2)
    s = math.isqrt(one * one - c * c)
    out = [(one, 0)]
    for _ in range(2 * N - 1):
        x, y = out[-1]
        out.append(((x * c - y * s) >> FIXED, (x * s + y * c) >> FIXED))
    return out


def encode(values):
    """round(2^SCALE_BITS 2/N sum_j Re(z_j conj(zeta)^(k 5^j))) of values given as pairs of integers over 64."""
    zeta, exponents = roots_of_unity(), [pow(5, j, 2 * N) for j in range(N // 2)]
    poly, shift = [], FIXED + 6 + LOG_N - 1 - SCALE_BITS
    for k in range(N):
        total = 0
        for (re, im), g in zip(values, exponents):
            c, s = zeta[k * g % (2 * N)]
            total += re * c + im * s
        poly.append((total + (1 << (shift - 1))) >> shift)
    return poly


def decode(poly, scale, slots):
    zeta, out = roots_of_unity(), []
    for j in slots:
        g = pow(5, j, 2 * N)
        re = sum(c * zeta[k * g % (2 * N)][0] for k, c in enumerate(poly))
        im = sum(c * zeta[k * g % (2 * N)][1] for k, c in enumerate(poly))
        out.append([float(Fraction(re, 1 << FIXED) / scale), float(Fraction(im, 1 << FIXED) / scale)])
    return out


# --- The vectors ----------------------------------------------------------------------------------------------------

def test_values(a, b):
    """512 complex numbers with parts k/64, |k| <= 50: exact in double."""
    return [(a * j % 101 - 50, b * j % 97 - 48) for j in range(N // 2)]


def scales():
    out = [Fraction(1 << SCALE_BITS)]
    for q in reversed(LEVELS):
        out.append(out[-1] ** 2 / q)
    return out[::-1]


def summary(poly):
    """BLAKE2b-256 of the residues in [0, p) as 64-bit words, row by row, and the first residues in clear."""
    digest = hashlib.blake2b(digest_size=32)
    for r in sorted(poly):
        for x in poly[r]:
            digest.update(x.to_bytes(8, "little"))
    return {"blake2b": digest.hexdigest(), "first": [poly[r][0] for r in sorted(poly)]}


def vectors():
    rng = Draws(bytes(range(32)))
    secret = rng.ternary()
    s = rows_of(secret, Q_ROWS + P_ROWS)
    seed = rng.bytes(32)
    public_a = uniform_rows(seed, 0, Q_ROWS)
    public_b = mask(public_a, s, rows_of(rng.error(), Q_ROWS))
    square = lift(combine(lambda x: x * x, {r: s[r] for r in Q_ROWS}), Q_ROWS)
    relinearization = switching_key(rng, square, secret)
    rotation = switching_key(rng, secret, automorphism(secret, pow(5, -1, 2 * N)))

    m = [encode(test_values(37, 53)), encode(test_values(41, 29))]
    plain = [rows_of(x, Q_ROWS) for x in m]
    a1 = uniform_rows(rng.bytes(32), 0, Q_ROWS)
    a0 = add(mask(a1, s, rows_of(rng.error(), Q_ROWS)), plain[0])
    v, e0, e1 = rows_of(rng.ternary(), Q_ROWS), rows_of(rng.error(), Q_ROWS), rows_of(rng.error(), Q_ROWS)
    b0 = combine(lambda w, x, y, z: w * x + y + z, v, public_b, e0, plain[1])
    b1 = combine(lambda w, x, y: w * x + y, v, public_a, e1)

    product = [combine(lambda x, y: x * y, a0, b0), combine(lambda w, x, y, z: w * z + x * y, a0, a1, b0, b1),
               combine(lambda x, y: x * y, a1, b1)]
    switched = switch(product[2], relinearization)
    relinearized = [add(divide(switched[i], P_ROWS), product[i]) for i in range(2)]
    last = [len(Q) - 1]
    rescaled = [divide(x, last) for x in relinearized]
    fused = [divide({r: [(x + P * y) % ALL[r].p for x, y in zip(switched[i][r], product[i].get(r, [0] * N))]
                     for r in switched[i]}, last + P_ROWS) for i in range(2)]
    turned = switch(a1, rotation)
    turned = [add(divide(turned[0], P_ROWS), a0), divide(turned[1], P_ROWS)]
    turned = [rows_of(automorphism(lift(x, Q_ROWS), 5), Q_ROWS) for x in turned]
    low = switch({r: fused[1][r] for r in Q_ROWS[:3]}, rotation)  # a digit cut short
    low = [add(divide(low[0], P_ROWS), fused[0]), divide(low[1], P_ROWS)]
    low = [rows_of(automorphism(lift(x, Q_ROWS[:3]), 5), Q_ROWS[:3]) for x in low]
    factor = round(scales()[1] * Q[2] / scales()[3])
    dropped = [divide(scaled({r: x[r] for r in Q_ROWS[:3]}, factor), [2]) for x in (a0, a1)]

    phase = add(low[0], combine(lambda x, y: x * y, low[1], {r: s[r] for r in Q_ROWS[:3]}))
    slots = [0, 1, 2, 255, 511]
    return {
        "log_ring_dimension": LOG_N, "depth": DEPTH, "scale_bits": SCALE_BITS, "integer_bits": INTEGER_BITS,
        "digits": len(Q) // DIGIT_LIMBS, "primes": Q, "special_primes": SPECIAL, "roots": [p.root for p in ALL],
        "secret": {"first": secret[:16], "rows": summary(s)},
        "public_key": [summary(public_b), summary(public_a)],
        "relinearization_key": [[summary(x) for x in pair] for pair in relinearization],
        "rotation_key": [[summary(x) for x in pair] for pair in rotation],
        "encoded": [{"first": x[:16], "rows": summary(y)} for x, y in zip(m, plain)],
        "symmetric": [summary(a0), summary(a1)], "asymmetric": [summary(b0), summary(b1)],
        "product": [summary(x) for x in product], "relinearized": [summary(x) for x in relinearized],
        "rescaled": [summary(x) for x in rescaled], "relinearized_rescaled": [summary(x) for x in fused],
        "rotated": [summary(x) for x in turned], "rotated_low": [summary(x) for x in low],
        "dropped": [summary(x) for x in dropped],
        "slots": slots, "decrypted": decode(lift(phase, Q_ROWS[:3]), scales()[2], slots),
    }


def main():
    path = pathlib.Path(__file__).resolve().parent.parent / "tests/vectors/ckks.json"
    text = json.dumps(vectors(), indent=1) + "\n"
    if "--check" in sys.argv[1:]:
        same = path.read_text(encoding="utf-8") == text
        print(f"{path.name}: {'as committed' if same else 'DIFFERS from what the model computes'}")
        return 0 if same else 1
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path.name}, {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
