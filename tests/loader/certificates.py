# SPDX-License-Identifier: MIT
"""What certificates say of checks and proofs, and that no file says `level: contract` without its proofs."""
import hashlib
import json
import re

import craft
from tools import MANIFEST, SHO, output

NAME = "hypervisor/modules/timer/timer.c"


def shown(run, name):
    """The certificate of a module that is in the image."""
    text = output([run.modinspect, "--certificate", run.build / f"modules/{name}.sho"]).stdout
    return json.loads(text[text.index("\n{"):])


def certificates_run(run):
    folder = run.out / "certificates"
    folder.mkdir(exist_ok=True)
    proofs = json.loads((run.build / "verifier/certificate.json").read_text())
    path = folder / "contract.manifest"
    path.write_text("".join(f"{key}: {value}\n" for key, value in {**MANIFEST, "provides": "timer", "level": "contract"}.items()))
    timer = run.build / "obj/hypervisor/modules/timer/timer.o"

    def make(text, *sources):
        (folder / "proofs.json").write_text(json.dumps(text))
        given = ["--proofs", folder / "proofs.json"] if text else []
        return ["make", "-o", folder / "timer.sho", "--manifest", path, "--interface", "00" * 32, *given, "--sources", *sources, "--", timer]

    def level():
        output([*SHO, "sign", "--key", run.keys["test"], folder / "timer.sho"])
        return re.search(r"proof level +(\w+)", output([run.modinspect, "--key", run.keys["test"], folder / "timer.sho"]).stdout).group(1)

    def lowered(name, argv, why):
        done = output([*SHO, *argv])
        run.say(f"certificate/{name}", done.returncode == 0 and "lowered to safe: " in done.stderr and why in done.stderr and level() == "safe", done.stderr.strip())

    def changed(what, **words):
        """The proofs with one thing of timer.c's, or of the headers', as it is not."""
        text = json.loads(json.dumps(proofs))
        entry = text["files"][NAME]
        if what == "header":
            entry["headers"]["hypervisor/core/base.h"] = "00" * 32
        elif what == "stale":
            text["files"][NAME] = {"stale": "it was changed since it was proved"}
        entry.update(words)
        return text

    lowered("no-proofs", make(None, NAME), "no proofs were given")
    lowered("no-sources", make(proofs), "no sources were named")
    lowered("unproved-source", make(proofs, NAME, "hypervisor/modules/privemul/privemul.c"), "privemul.c is not proved: it is not in verifier/manifest")
    lowered("stale", make(changed("stale"), NAME), "is not proved: it was changed since it was proved")
    lowered("other-source", make(changed("source", source_sha256="11" * 32), NAME), "timer.c was changed since")
    lowered("other-header", make(changed("header"), NAME), "hypervisor/core/base.h was changed since")
    done = output([*SHO, *make(proofs, NAME)])
    run.say("certificate/contract", done.returncode == 0 and done.stderr == "" and level() == "contract", done.stderr.strip() or level())

    shipped = craft.ROOT / NAME
    text = shown(run, "timer")
    proof = text["proofs"][NAME]
    run.say("certificate/hash-of-the-source", text["sources"][NAME] == hashlib.sha256(shipped.read_bytes()).hexdigest() == proof["source_sha256"], NAME)
    goals = next(int(line.split()[1]) for line in (craft.ROOT / "verifier/manifest").read_text().splitlines() if line.startswith(NAME))
    run.say("certificate/goals", proof["goals"] == goals == sum(proof["by"].values()) and proof["smoke"] > 0, str(proof["by"]))
    run.say("certificate/believed", "timer_set" in proof["believed"] and len(text["provers"]["binaries"]) == 4, str(proof["believed"]))
    checks = shown(run, "evtchn")["checks"]
    run.say("certificate/checks", checks["static"] > 1000 and len(checks["kept"].split()) > 100,
            f"{checks['static']} static, {len(checks['kept'].split())} kept")
