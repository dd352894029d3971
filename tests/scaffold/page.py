# SPDX-License-Identifier: MIT
"""A page of the handbook that can be played: its fenced blocks, in order.

```sh                 `$ COMMAND`, then lines that come out, in this order; `...` stands for any. sh fails: the last one fails
```diff file=PATH     hunks without line numbers, each beginning with @@
```guest              as sh, typed at the prompt of a Linux that runs
"""
import re

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


def blocks(text):
    """[(kind, what stands after it, lines)]."""
    return [(m[1].split(" ", 1)[0], m[1].partition(" ")[2], m[2].splitlines()) for m in FENCE.finditer(text)]


def steps(lines, prompt):
    """[(command, lines that are to come out)]."""
    all_steps = []
    for line in lines:
        if line.startswith(prompt):
            all_steps.append((line[len(prompt):], []))
        else:
            all_steps[-1][1].append(line)
    return all_steps


def missing(said, wanted):
    """The first of the wanted lines that does not come after the one before; or None. A line that ends in ` ...` need only begin so."""
    lines = iter(line.rstrip() for line in said.splitlines())
    for want in wanted:
        if want == "...":
            continue
        same = (lambda line: line.startswith(want[:-4])) if want.endswith(" ...") else want.rstrip().__eq__
        if not any(same(line) for line in lines):
            return want
    return None


def patched(text, lines):
    """The text with the hunks made; each must fit in exactly one place."""
    for hunk in re.split(r"^@@.*\n", "\n".join(lines) + "\n", flags=re.M)[1:]:
        old, new = ("".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] in " " + sign) for sign in "-+")
        assert text.count(old) == 1, f"fits {text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text
