"""Reads the header comment of a test guest: the source of the index and of how the runner starts it.

The comment at the start of main.c:
    /*
     * One line that says what the test is for.
     *
     * Checks: what is checked, in a sentence or a few.
     * Expect: what the result must be, where that is not plain.
     * Xen differs: CHECK: reason            (one line for each check marked with check_differs; optional)
     * Run: vcpus=2 smp=1 memory=512 timeout=60 ends=crash args=count=1000   (what differs from the usual; optional)
     */
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent
USUAL = {"vcpus": 1, "smp": 1, "memory": 512, "timeout": 60, "ends": "normally", "args": "", "marks": "quick"}


def names():
    return sorted(path.parent.name for path in ROOT.glob("*/main.c"))


def read(name):
    """{"purpose", "checks", "expect", "differs": [..], "run": {...}} of one guest."""
    source = (ROOT / name / "main.c").read_text(encoding="utf-8")
    comment = re.match(r"/\*\n(.*?)\n \*/", source, re.S)
    if not comment:
        raise SystemExit(f"{name}/main.c does not start with a header comment (see header.py)")
    paragraphs, key = {"purpose": ""}, "purpose"
    fields = {"Checks": "checks", "Expect": "expect", "Xen differs": "differs", "Run": "run"}
    differs = []
    for line in comment.group(1).splitlines():
        text = line.removeprefix(" *").strip()
        field = re.match(r"(Checks|Expect|Xen differs|Run): *(.*)", text)
        if field:
            key, text = fields[field.group(1)], field.group(2)
            if key == "differs":
                differs.append("")
            paragraphs.setdefault(key, "")
        if key == "differs":
            differs[-1] = f"{differs[-1]} {text}".strip()
        else:
            paragraphs[key] = f"{paragraphs[key]} {text}".strip()
    if not paragraphs["purpose"] or not paragraphs.get("checks"):
        raise SystemExit(f"{name}/main.c: the header needs a purpose and a Checks line")
    run = dict(USUAL)
    for word in paragraphs.get("run", "").split():
        option, _, value = word.partition("=")
        if option not in USUAL:
            raise SystemExit(f"{name}/main.c: Run: knows no {option}")
        run[option] = int(value) if isinstance(USUAL[option], int) else value.replace(",", " ")
    return {"purpose": paragraphs["purpose"], "checks": paragraphs["checks"], "expect": paragraphs.get("expect", ""),
            "differs": differs, "run": run}
