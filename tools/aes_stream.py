"""The keystream of AES-256 in counter mode (FIPS 197, SP 800-38A), byte by byte, as include/tacit/base/random.hpp
defines it: block j of stream s is AES-256(seed, LE64(s) || BE64(j)). For the model in ckks_model.py.
"""


def make_sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ (p << 1) & 0xFF ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rotated = [(q << i | q >> (8 - i)) & 0xFF for i in range(5)]
        box[p] = rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4] ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = make_sbox()
DOUBLE = [x << 1 ^ (0x11B if x & 0x80 else 0) for x in range(256)]


def expand_key(key):
    words = [list(key[4 * i:4 * i + 4]) for i in range(8)]
    constant = 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= constant
            constant = DOUBLE[constant]
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [sum(words[4 * r:4 * r + 4], []) for r in range(15)]


def aes_256(round_keys, block):
    state = [a ^ b for a, b in zip(block, round_keys[0])]
    for r in range(1, 15):
        s = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if r < 14:
            mixed = []
            for c in range(0, 16, 4):
                a = s[c:c + 4]
                total = a[0] ^ a[1] ^ a[2] ^ a[3]
                mixed += [a[i] ^ total ^ DOUBLE[a[i] ^ a[(i + 1) % 4]] for i in range(4)]
            s = mixed
        state = [a ^ b for a, b in zip(s, round_keys[r])]
    return bytes(state)


class Stream:
    """Stream number `stream` of a seed, read in bytes or in words of 64 bits."""

    def __init__(self, seed, stream=0):
        self.keys, self.stream, self.counter, self.buffer = expand_key(seed), stream, 0, b""

    def bytes(self, count):
        while len(self.buffer) < count:
            block = self.stream.to_bytes(8, "little") + self.counter.to_bytes(8, "big")
            self.buffer += aes_256(self.keys, block)
            self.counter += 1
        out, self.buffer = self.buffer[:count], self.buffer[count:]
        return out

    def word(self):
        return int.from_bytes(self.bytes(8), "little")
