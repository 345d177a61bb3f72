"""Exact compositions of privacy losses, for tests/vectors/privacy_loss.json: privacy_loss_model.py > FILE

Every mechanism here has losses that are whole multiples of one fraction, so the loss of a composition is a sum of
integers and its distribution a product of polynomials. Masses are integers over 2^300, and polynomials are multiplied
as one huge integer each (Kronecker), so that nothing is rounded but the masses at the start.
"""
import json
from decimal import Decimal, getcontext

getcontext().prec = 120
SCALE = 1 << 300


def discrete_gaussian(variance, distance, unit):
    """Losses distance (distance - 2 y) / (2 variance) in units of 1 / unit; y as far as masses count."""
    reach = int(26 * variance ** 0.5) + distance
    weights = {y: (Decimal(-y * y) / (2 * variance)).exp() for y in range(-reach, reach + 1)}
    total = sum(weights.values())
    out = {}
    for y, weight in weights.items():
        loss, rest = divmod(distance * (distance - 2 * y) * unit, 2 * variance)
        assert rest == 0
        out[loss] = out.get(loss, 0) + weight / total
    return out


def discrete_laplace(scale, distance, unit):
    """Losses (|y - distance| - |y|) / scale; all y at once outside 0 .. distance."""
    q = (Decimal(-1) / scale).exp()
    step, rest = divmod(unit, scale)
    assert rest == 0
    out = {distance * step: 1 / (1 + q), -distance * step: q ** distance / (1 + q)}
    for y in range(1, distance):
        out[(distance - 2 * y) * step] = (1 - q) / (1 + q) * q ** y
    return out


def product(a, b):
    (low_a, xs), (low_b, ys) = a, b
    width = 2 * SCALE.bit_length() + 40
    pack = lambda zs: int.from_bytes(b"".join(z.to_bytes(width // 8 + 1, "little") for z in zs), "little")
    size = len(xs) + len(ys) - 1
    packed = (pack(xs) * pack(ys)).to_bytes((width // 8 + 1) * (size + 1), "little")
    wide = width // 8 + 1
    return low_a + low_b, [int.from_bytes(packed[i * wide:(i + 1) * wide], "little") >> 300 for i in range(size)]


def power(a, count):
    result = None
    while count:
        if count & 1:
            result = a if result is None else product(result, a)
        count >>= 1
        if count:
            a = product(a, a)
    return result


def dense(losses):
    low, high = min(losses), max(losses)
    return low, [int(losses.get(i, Decimal(0)) * SCALE) for i in range(low, high + 1)]


def delta(sum_of_losses, unit, epsilon):
    low, masses = sum_of_losses
    total = Decimal(0)
    for i, mass in enumerate(masses):
        loss = Decimal(low + i) / unit
        if loss > epsilon:
            total += Decimal(mass) / SCALE * (1 - (epsilon - loss).exp())
    return total


KINDS = {"discrete_gaussian": discrete_gaussian, "discrete_laplace": discrete_laplace}
CASES = [
    (200, [("discrete_gaussian", 100, 1, 1)], ["0.1", "0.3", "0.55"]),
    (200, [("discrete_gaussian", 100, 1, 100)], ["0.5", "2", "4.887", "8", "12"]),
    (200, [("discrete_gaussian", 100, 3, 10)], ["0.7", "3", "6"]),
    (2, [("discrete_gaussian", 1, 1, 8)], ["3", "9.5", "20"]),
    (10, [("discrete_laplace", 10, 1, 100)], ["1", "4.774568", "7"]),
    (10, [("discrete_laplace", 10, 7, 12)], ["0.4", "3", "6"]),
    (200, [("discrete_laplace", 10, 1, 20), ("discrete_gaussian", 100, 1, 20), ("discrete_gaussian", 400, 2, 10)],
     ["0.5", "2", "4", "6"]),
]


def main():
    out = []
    for unit, mechanisms, epsilons in CASES:
        total = None
        for kind, parameter, distance, count in mechanisms:
            part = power(dense(KINDS[kind](parameter, distance, unit)), count)
            total = part if total is None else product(total, part)
        for epsilon in epsilons:
            out.append({"mechanisms": [{"kind": k, "parameter": p, "distance": d, "count": c} for k, p, d, c in mechanisms],
                        "epsilon": epsilon, "delta": f"{delta(total, unit, Decimal(epsilon)):.25e}"})
    print("[\n" + ",\n".join(json.dumps(one) for one in out) + "\n]")


if __name__ == "__main__":
    main()
