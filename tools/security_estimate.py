#!/usr/bin/env python3
"""Recomputes the table of largest secure moduli from the hardness of the primal lattice attack.

A CKKS key is a ring-LWE sample over dimension N = 2^logN with a uniform ternary secret and errors of standard
deviation 3.19. The primal attack embeds it into a lattice with an unusually short vector and finds that vector with
BKZ of block size beta. It succeeds once the projected short vector is shorter than what the geometric series
assumption predicts for the last block [AGVW17]:

    sqrt(beta) sigma  <=  delta(beta)^(2 beta - d - 1)  vol^(1/d)

with d the dimension of the lattice, vol = q^(d-n-1) xi^n sigma its volume after balancing secret against error
(xi = sigma / sigma_secret), and delta(beta) the root Hermite factor of BKZ [APS15]. The least beta over all d, put
into a cost model, is the security. The largest q that keeps it is the entry of the table.

This is one attack and a smooth model of lattice reduction, so entries may differ from those of the guidelines
[BCC24], which take the minimum over several attacks with the lattice estimator; the check asks for agreement within
one bit of log2(QP). The cost models: [MATZOV22] (what the guidelines use), [BDGL16] (the 2018 standard [HES18]), and
[CL21] for the quantum tables.

Usage: security_estimate.py          prints every entry beside the table in src/ckks/security.cpp
       security_estimate.py --check  the same; exits 1 if an entry differs by more than one bit
"""

import math
import pathlib
import re
import sys

SIGMA_ERROR = 3.19
SIGMA_SECRET = math.sqrt(2 / 3)  # uniform on -1, 0, 1

# Root Hermite factors of small block sizes, by experiment; from 40 on Chen's formula is accurate.
SMALL_DELTA = [(2, 1.02190), (5, 1.01862), (10, 1.01616), (15, 1.01485), (20, 1.01420), (25, 1.01342), (28, 1.01331)]


def delta(beta):
    """The root Hermite factor that BKZ with this block size reaches."""
    if beta < 40:
        return [value for block, value in SMALL_DELTA if block <= max(beta, 2)][-1]
    return (beta / (2 * math.pi * math.e) * (math.pi * beta) ** (1 / beta)) ** (1 / (2 * (beta - 1)))


def matzov(beta, d):
    """log2 of the gates of BKZ after [MATZOV22]: list decoding sieve, dimensions for free, progressive blocks."""
    slope, constant = 0.29613500308205365, 20.387885985467914
    progressive = 1 / (1 - 2**-slope)
    for_free = max(beta * math.log(4 / 3) / math.log(beta / (2 * math.pi * math.e)), 0)
    tours = math.log2(progressive * max(d - beta, 1))
    return tours + math.log2(progressive) + slope * (beta - for_free) + constant


def bdgl16(beta, d):
    """log2 of the operations with the sieve of [BDGL16] and 8 d calls to it, the model of [HES18]."""
    return (0.387 if beta <= 90 else 0.292) * beta + 16.4 + math.log2(8 * d)


def chailloux_loyer(beta, d):
    """log2 of one call to the quantum sieve of [CL21]; what surrounds it is taken to be free."""
    return 0.2570 * beta


def succeeds(beta, n, log2_q):
    """The least dimension at which this block size finds the secret, or None."""
    log_q = log2_q * math.log(2)
    log_xi = math.log(max(1.0, SIGMA_ERROR / SIGMA_SECRET))
    log_sigma, log_delta = math.log(SIGMA_ERROR), math.log(delta(beta))
    short = 0.5 * math.log(beta) + log_sigma

    def margin(d):
        log_volume = log_sigma + n * log_xi + log_q * (d - n - 1)
        return log_delta * (2 * beta - d - 1) + log_volume / d - short

    # d log(delta) + (log q (n + 1) - log(vol at d = 0)) / d is least at the square root of their quotient.
    best = math.sqrt(max(log_q * (n + 1) - log_sigma - n * log_xi, 1) / log_delta)
    best = max(best, beta, n)
    if margin(best) < 0:
        return None
    low, high = max(beta, 0.2 * n), best
    if margin(low) >= 0:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if margin(middle) >= 0 else (middle, high)
    return high


def security(n, log2_q, cost):
    """log2 of the cost of the cheapest primal attack."""
    low, high = 40, 6000  # the least block size that succeeds; success is monotone
    while low < high:
        middle = (low + high) // 2
        if succeeds(middle, n, log2_q) is None:
            low = middle + 1
        else:
            high = middle
    return cost(low, succeeds(low, n, log2_q))


def largest_modulus(n, bits, cost):
    """The largest integer log2 q at which the attack costs at least 2^bits; security falls as q grows."""
    low, high = 4, 5000
    while low < high:
        middle = (low + high + 1) // 2
        if security(n, middle, cost) >= bits:
            low = middle
        else:
            high = middle - 1
    return low


def shipped_table(prefix):
    """The limits in src/ckks/security.cpp, by security; `prefix` is "" or "quantum_"."""
    source = pathlib.Path(__file__).resolve().parent.parent / "src/ckks/security.cpp"
    rows = re.findall(r"\b" + prefix + r"limits_(\d+)\{([\d, ]+)\}", source.read_text(encoding="utf-8"))
    return {int(bits): [int(cell) for cell in cells.split(",")] for bits, cells in rows}


def compare(prefix, title, cost):
    """Prints one table beside what the attack gives; the entries that differ by more than one bit."""
    table = shipped_table(prefix)
    if sorted(table) != [128, 192, 256] or any(len(row) != 8 for row in table.values()):
        sys.exit("security_estimate: src/ckks/security.cpp does not hold three rows of eight limits")
    wrong = 0
    print(f"largest log2(QP), {title} security, ternary secret, sigma 3.19")
    print(f"{'bits':>5} {'log2 N':>7} {'table':>6} {'primal':>7} {'difference':>11} {'2018 model':>11} {'security':>9}")
    for bits, row in sorted(table.items()):
        for log_n, limit in enumerate(row, 10):
            n = 2**log_n
            if limit == 0:
                print(f"{bits:>5} {log_n:>7} {'none':>6}")
                continue
            found = largest_modulus(n, bits, cost)
            older = largest_modulus(n, bits, bdgl16)
            ok = abs(found - limit) <= 1
            wrong += not ok
            print(f"{bits:>5} {log_n:>7} {limit:>6} {found:>7} {found - limit:>+11} {older:>11} "
                  f"{security(n, limit, cost):>9.1f}{'' if ok else '  DIFFERS'}")
    return wrong


def main():
    wrong = compare("", "classical", matzov) + compare("quantum_", "quantum", chailloux_loyer)
    print(f"{wrong} entries differ by more than one bit")
    return 1 if wrong and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
