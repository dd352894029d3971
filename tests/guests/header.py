"""Reads the header comment of a test guest: the source of the index and of how the runner starts it.

The comment at the start of main.c:
    /*
     * One line that says what the test is for.
     *
     * Checks: what is checked, in a sentence or a few.
     * Expect: what the result must be, where that is not plain.
     * Xen differs: CHECK: reason            (one line for each check marked with check_differs; optional)
     * Domain: [GUEST] memory=32M vcpus=1 ends=crash args=count=1   (a further, unprivileged domain of this or another guest's image,
     *   one line each, in the order of their ids; optional. ends: normally, crash, shutdown, destroyed, either, or left-out)
     * Run: vcpus=2 smp=1 memory=512 timeout=60 ends=crash args=count=1000   (what differs from the usual; optional.
     *   hv=WORD: on the hypervisor's command line; icount=N: the clock counts instructions of 2^N ns, so that times do not depend on the host)
     */
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent
USUAL = {"vcpus": 1, "smp": 1, "memory": 512, "timeout": 60, "ends": "normally", "args": "", "marks": "quick", "icount": -1, "hv": ""}
DOMAIN_USUAL = {"memory": "32M", "vcpus": 1, "ends": "normally", "args": "", "domu": ""}


def names():
    return sorted(path.parent.name for path in ROOT.glob("*/main.c"))


def options(name, field, words, usual):
    """The key=value words of a field over what is usual."""
    given = dict(usual)
    for word in words:
        option, _, value = word.partition("=")
        if option not in usual:
            raise SystemExit(f"{name}/main.c: {field}: knows no {option}")
        given[option] = int(value) if isinstance(usual[option], int) else value.replace(",", " ")
    return given


def domain(name, text):
    """{"guest", ...} of a Domain line."""
    words = text.split()
    guest = words.pop(0) if words and "=" not in words[0] else name
    return {"guest": guest, **options(name, "Domain", words, DOMAIN_USUAL)}


def read(name):
    """{"purpose", "checks", "expect", "differs": [..], "domains": [..], "run": {...}} of one guest."""
    source = (ROOT / name / "main.c").read_text(encoding="utf-8")
    comment = re.match(r"/\*\n(.*?)\n \*/", source, re.S)
    if not comment:
        raise SystemExit(f"{name}/main.c does not start with a header comment (see header.py)")
    paragraphs, key = {"purpose": ""}, "purpose"
    fields = {"Checks": "checks", "Expect": "expect", "Xen differs": "differs", "Domain": "domains", "Run": "run"}
    lists = {"differs": [], "domains": []}
    for line in comment.group(1).splitlines():
        text = line.removeprefix(" *").strip()
        field = re.match(r"(Checks|Expect|Xen differs|Domain|Run): *(.*)", text)
        if field:
            key, text = fields[field.group(1)], field.group(2)
            if key in lists:
                lists[key].append("")
            paragraphs.setdefault(key, "")
        if key in lists:
            lists[key][-1] = f"{lists[key][-1]} {text}".strip()
        else:
            paragraphs[key] = f"{paragraphs[key]} {text}".strip()
    if not paragraphs["purpose"] or not paragraphs.get("checks"):
        raise SystemExit(f"{name}/main.c: the header needs a purpose and a Checks line")
    run = options(name, "Run", paragraphs.get("run", "").split(), USUAL)
    return {"purpose": paragraphs["purpose"], "checks": paragraphs["checks"], "expect": paragraphs.get("expect", ""),
            "differs": lists["differs"], "domains": [domain(name, text) for text in lists["domains"]], "run": run}
