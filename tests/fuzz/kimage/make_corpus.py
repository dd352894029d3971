# SPDX-License-Identifier: MIT
"""make_corpus.py INPUTS CORPUS: the small images of make_inputs.py, each behind the fuzzer's choice byte (2: checks off,
so that a changed byte of a packed stream gets through)."""
import os
import sys

inputs, corpus = sys.argv[1:3]
os.makedirs(corpus, exist_ok=True)
for name in sorted(os.listdir(inputs)):
    if name.endswith(".img"):
        data = open(os.path.join(inputs, name), "rb").read()
        with open(os.path.join(corpus, "seed-" + name), "wb") as f:
            f.write(b"\x02" + data)
