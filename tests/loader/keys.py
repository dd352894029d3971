# SPDX-License-Identifier: MIT
"""Keys that are no points of P-256, as a table of trusted keys for the harness; each with its id, as a real one would be."""
import hashlib

P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5


def point(x, y, form=4):
    return bytes([form]) + x.to_bytes(32, "big") + y.to_bytes(32, "big")


# SEC 2, 2.4.2: the generator, moved off the curve in one way or another.
WRONG = {"off-curve": point(GX, GY ^ 1), "zero": point(0, 0), "x-too-large": point(P + 5, GY), "compressed": point(GX, GY, 2),
         "all-ones": b"\4" + b"\xff" * 64}


def key_id(data):
    return hashlib.sha256(data).digest()


def main():
    for data in WRONG.values():
        rows = (", ".join(f"0x{b:02x}" for b in part) for part in (key_id(data), data))
        print("{ { " + next(rows) + " },\n  { " + next(rows) + " } },")


if __name__ == "__main__":
    main()
