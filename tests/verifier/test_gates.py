# SPDX-License-Identifier: MIT
"""Every way to a proof that is none, tried on a small file: verifier/prove must see it.

Environment: BUILD (build/ of the tree).
"""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO_H = """
#include <stdint.h>
#include "hypervisor/ports/safe.h"
struct demo_row {
    const uint8_t *bytes SC_COUNT(nr);
    uint32_t nr;
};
/*@ ensures i < r.nr ==> \\result == r.bytes[i]; */
uint8_t demo_get(struct demo_row r, uint32_t i);
/*@ assigns *to;
    ensures *to <= 100;
*/
void demo_percent(uint32_t *to, uint32_t n);
/*@ assigns \\nothing; ensures \\result <= 9; */
uint32_t demo_digit(void);
"""
DEMO_C = """
#include "demo.h"

uint8_t demo_get(struct demo_row r, uint32_t i)
{
    return i < r.nr ? r.bytes[i] : 0;
}

void demo_percent(uint32_t *to, uint32_t n)
{
    *to = n > 100 ? 100 : n;
    *to -= *to > 50 ? demo_digit() : 0;
}
"""


class Demo:
    def __init__(self, root):
        self.root = root
        shutil.copytree(ROOT / "verifier", root / "verifier", ignore=shutil.ignore_patterns("cache", "__pycache__"))
        (root / "hypervisor/ports").mkdir(parents=True)
        shutil.copy(ROOT / "hypervisor/ports/safe.h", root / "hypervisor/ports")
        self.write("demo.h", DEMO_H)
        self.write("demo.c", DEMO_C)
        self.write("verifier/manifest", "demo.c 1\n")
        self.write("verifier/lib/trusted.list", "demo_digit reads a device\n")
        self.write("verifier/lib/core.acsl", "")
        self.write("verifier/lib/endless.list", "")

    def write(self, name, text):
        (self.root / name).write_text(text)

    def edit(self, name, old, new):
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def prove(self, *argv, env=None):
        done = subprocess.run([self.root / "verifier/prove", "--build", self.root / "build", "--quick", *argv], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False,
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})})
        return done.returncode, done.stdout

    def refused(self, expected, *argv, env=None):
        code, text = self.prove(*argv, env=env)
        assert code == 1 and re.search(expected, text), text


@pytest.fixture(name="demo")
def demo_new(tmp_path):
    return Demo(tmp_path)


@pytest.fixture(name="proved", scope="module")
def demo_proved(tmp_path_factory):
    """Proved, with its counts and its cache; copied by those who change it."""
    demo = Demo(tmp_path_factory.mktemp("proved"))
    code, text = demo.prove("--update")
    assert code == 0 and re.search(r"^proved (\d+) / \1$", text, re.M), text
    return demo


@pytest.fixture(name="kept")
def demo_kept(proved, tmp_path):
    demo = Demo(tmp_path / "copy")
    for name in ("verifier/manifest", "verifier/cache"):
        source, to = proved.root / name, demo.root / name
        shutil.copytree(source, to) if source.is_dir() else shutil.copy(source, to)
    return demo


@pytest.mark.quick
def test_good(kept):
    code, text = kept.prove()
    assert code == 0 and "from the cache" in text, text
    count = int(re.search(r"^proved (\d+) / \1$", text, re.M).group(1))
    report = json.loads((kept.root / "build/verifier/proofs.json").read_text())
    assert sum(len(f["goals"]) for f in report["files"]) == count > 10
    page = (kept.root / "build/verifier/proofs.html").read_text()
    assert re.search(r"<td>demo_percent_ensures<td>(CVC4 1.8|Z3 4.8.12)<td>0\.\d+ s", page), page


@pytest.mark.full
def test_cold_is_the_same(kept):
    code, text = kept.prove("--cold")
    assert code == 0 and "from the cache" not in text, text


@pytest.mark.full
def test_a_bound_that_is_not_looked_at(demo):
    demo.edit("demo.c", "i < r.nr ?", "i <= r.nr ?")
    demo.refused(r"demo.c:\d+: not proved: demo_get_assert_rte_mem_access")
    sarif = json.loads((demo.root / "build/verifier/proofs.sarif").read_text())
    place = {r["message"]["text"].split()[2].rstrip(":"): r["locations"][0]["physicalLocation"] for r in sarif["runs"][0]["results"] if r["ruleId"] == "unproved"}
    line = 1 + (demo.root / "demo.c").read_text().splitlines().index("    return i <= r.nr ? r.bytes[i] : 0;")
    assert place == {"demo_get_assert_rte_mem_access": {"artifactLocation": {"uri": "demo.c"}, "region": {"startLine": line}}}


@pytest.mark.full
def test_a_contract_that_does_not_hold(demo):
    demo.edit("demo.c", "n > 100", "n > 101")
    demo.refused("not proved: demo_percent_ensures")


@pytest.mark.quick
def test_stale_cache(kept):
    kept.edit("demo.c", "n > 100", "n > 101")
    kept.refused("not proved: demo_percent_ensures")


@pytest.mark.full
def test_cache_of_other_tools(kept):
    for file in (kept.root / "verifier/cache").iterdir():
        file.write_text(file.read_text().replace("z3-4.8.12", "z3-4.8.11", 1))
    code, text = kept.prove()
    assert code == 0 and "from the cache" not in text, text


@pytest.mark.quick
def test_fewer_goals_than_the_manifest_says(kept):
    kept.edit("demo.h", "    ensures *to <= 100;\n", "")
    kept.refused(r"goals, but \d+ in the manifest")


@pytest.mark.quick
def test_axiom(demo):
    demo.edit("demo.c", "uint8_t demo_get", "/*@ axiomatic no { axiom wrong: \\false; } */\nuint8_t demo_get")
    demo.refused("nothing is assumed outside of verifier/lib")


@pytest.mark.quick
@pytest.mark.parametrize("circle", [
    # each lets Frama-C prove what is false of every function whose contract names it
    "logic integer demo_top(integer n) = demo_top(n) + 1;",
    "predicate demo_top(integer n) = \\forall integer i; i == n ==> !demo_top(i);",
    "logic integer demo_top{L}(uint32_t *p) = *p == 0 ? 0 : 1 + demo_top{L}(p);",
])
def test_definition_that_is_about_itself(demo, circle):
    demo.edit("demo.c", "uint8_t demo_get", f"/*@ {circle} */\nuint8_t demo_get")
    demo.refused("demo_top is said by itself")


@pytest.mark.quick
@pytest.mark.parametrize("define, word", [
    ("#define HOPE ghost", "HOPE"), ("#define HOPE gh ## ost", "HOPE"), ("#define WISH ghost\n#define HOPE WISH", "HOPE"), ("#define HOPE gh\\\nost", "HOPE"),
    ("%:define HOPE ghost", "HOPE"), ("#/* */define HOPE ghost", "HOPE"), ("", "gh\\\nost"),
])
def test_words_that_the_preprocessor_makes(demo, define, word):
    demo.edit("demo.c", "uint8_t demo_get", f"{define}\nuint8_t demo_get")
    demo.edit("demo.c", "    *to -=", f"    /*@ {word} int n_is = 1; */\n    *to -=")
    demo.refused("not to be made by the preprocessor")


LOOP = "    /*@ loop invariant 0 <= n <= 100; loop assigns n; {} */\n    while (n > 7)\n        n = n > 50 ? n - 1 : n;\n    *to -="


@pytest.mark.quick
def test_loop_that_is_not_shown_to_end(demo):
    demo.edit("demo.c", "    *to -=", LOOP.format("").replace("n > 50 ?", "n > 200 ?"))
    demo.refused(r"demo.c:\d+: a loop without a variant in demo_percent: it is not shown to end")


@pytest.mark.quick
def test_loop_whose_variant_does_not_fall(demo):
    demo.edit("demo.c", "    *to -=", LOOP.format("loop variant n;"))
    demo.edit("demo.c", "uint32_t n)\n{", "uint32_t n)\n{\n    n = n > 100 ? 100 : n;")
    demo.refused("not proved: demo_percent_loop_variant_decrease")


@pytest.mark.quick
@pytest.mark.parametrize("line, said", [
    ("demo_percent", "demo_percent: why do its loops end"), ("demo_get it is short", "a loop without a variant in demo_percent"),
    ("demo_percent it is hoped\ndemo_none it is hoped", "endless.list: demo_none is no function of a proved file"),
])
def test_list_of_loops_that_are_not_shown_to_end(demo, line, said):
    demo.edit("demo.c", "    *to -=", LOOP.format(""))
    demo.edit("demo.c", "uint32_t n)\n{", "uint32_t n)\n{\n    n = n > 100 ? 100 : n;")
    demo.write("verifier/lib/endless.list", line + "\n")
    demo.refused(said)


@pytest.mark.quick
def test_definition_that_is_about_itself_by_a_macro(demo):
    demo.edit("demo.c", "uint8_t demo_get", "#define TOP demo_top\n/*@ logic integer demo_top(integer n) = TOP(n) + 1; */\nuint8_t demo_get")
    demo.refused("demo_top is said by itself")


@pytest.mark.quick
@pytest.mark.parametrize("kind", ["global invariant no: 0 == 1;", "type invariant no(struct demo_row r) = r.nr == 5;"])
def test_invariant_that_nobody_shows(demo, kind):
    demo.edit("demo.c", "uint8_t demo_get", f"/*@ {kind} */\nuint8_t demo_get")
    demo.refused("nothing is assumed outside of verifier/lib")


@pytest.mark.quick
def test_definition_that_is_not_understood(demo):
    demo.edit("demo.c", "uint8_t demo_get", "/*@ logic \\list<integer> demo_list = [| 1 |]; */\nuint8_t demo_get")
    demo.refused("a definition that is not understood")


@pytest.mark.full
def test_inductive_definition_that_has_no_least_solution(demo):
    """p(n) when not p(n): Why3, which gives provers the inversion of inductive definitions, takes only positive ones."""
    demo.edit("demo.c", "void demo_percent",
              "/*@ inductive demo_in(integer n) { case some: \\forall integer n; n == 7 || !demo_in(n) ==> demo_in(n); } */\nvoid demo_percent")
    demo.edit("demo.c", "    *to = n", "    /*@ assert demo_in(n) ==> n == 7; */\n    *to = n")
    demo.refused("not proved: demo_percent_assert")


@pytest.mark.full
def test_inductive_definition_says_what_is_out(demo):
    demo.edit("demo.c", "void demo_percent", "/*@ inductive demo_even(integer n) { case zero: demo_even(0); case two: \\forall integer n; demo_even(n) ==> demo_even(n + 2); } */\nvoid demo_percent")
    demo.edit("demo.c", "    *to = n", "    /*@ assert demo_even(n) ==> n == 0 || demo_even(n - 2); */\n    *to = n")
    code, text = demo.prove()
    assert "not proved: demo_percent_assert" not in text, text
    demo.edit("demo.c", "n == 0 || demo_even(n - 2)", "demo_even(n + 1)")
    demo.refused("not proved: demo_percent_assert")


@pytest.mark.quick
def test_admit(demo):
    demo.edit("demo.c", "    *to -=", "    /*@ admit \\false; */\n    *to -=")
    demo.refused("admit: nothing is assumed outside of verifier/lib")


@pytest.mark.full
def test_contradictory_requires(demo):
    demo.edit("demo.h", "/*@ assigns *to;", "/*@ requires n > 5 && n < 3;\n    assigns *to;")
    demo.refused("contradicts itself")


@pytest.mark.full
def test_contradictory_trusted_contract(demo):
    demo.edit("demo.h", "ensures \\result <= 9", "ensures \\result < 0")
    demo.refused("contradicts itself")


@pytest.mark.quick
def test_missing_assigns(demo):
    demo.edit("demo.h", "/*@ assigns *to;\n    ensures", "/*@ assigns \\nothing;\n    ensures")
    demo.refused("not proved: demo_percent_assigns")


@pytest.mark.full
def test_bodiless_function_with_a_contract(demo):
    demo.write("verifier/lib/trusted.list", "")
    demo.refused("demo_digit has a contract, no proof, and is not in verifier/lib/trusted.list")


@pytest.mark.full
def test_trusted_but_not_used(demo):
    demo.write("verifier/lib/trusted.list", "demo_digit x\ndemo_other x\n")
    demo.refused("demo_other is not used")


@pytest.mark.full
def test_contract_given_again_in_the_file(demo):
    demo.edit("demo.c", "uint8_t demo_get", "/*@ assigns \\nothing; ensures \\result == 3; */\nuint32_t demo_digit(void);\nuint8_t demo_get")
    demo.refused("demo.c: a contract of demo_digit")


CORE_H = """
#include <stdint.h>
#include "hypervisor/ports/safe.h"
SC_INLINE uint32_t core_read(const uint32_t *p)
{
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}
"""


def with_core(demo):
    """demo_pick() reads a shared word by a function of the core, whose body Frama-C cannot read."""
    (demo.root / "hypervisor/core").mkdir()
    demo.write("hypervisor/core/read.h", CORE_H)
    demo.edit("demo.h", "/*@ assigns *to;", "/*@ ensures \\result <= 2; */\nuint32_t demo_pick(void);\n/*@ assigns *to;")
    demo.edit("demo.c", '#include "demo.h"', '#include "demo.h"\n#include "core/read.h"\nstatic uint32_t shared;\n'
              "uint32_t demo_pick(void)\n{\n    return core_read(&shared) < 7 ? 1 : 2;\n}\n")


@pytest.mark.quick
def test_function_of_the_core_that_nobody_names(demo):
    with_core(demo)
    demo.refused("core_read has a contract, no proof, and is not in verifier/lib/trusted.list")


@pytest.mark.full
def test_function_of_the_core(demo):
    """Only declared to Frama-C, it may give anything: once 0 and then 1."""
    with_core(demo)
    demo.write("verifier/lib/trusted.list", "demo_digit x\ncore_read x\n")
    code, text = demo.prove("--update")
    assert code == 0, text
    demo.edit("demo.c", "core_read(&shared) < 7 ? 1 : 2", "core_read(&shared) == core_read(&shared) ? 1 : 200")
    demo.refused("not proved: demo_pick")


@pytest.fixture(name="counted")
def demo_counted(demo):
    """A function of the core, believed to count in a variable that only contracts know."""
    (demo.root / "hypervisor/core").mkdir()
    demo.write("hypervisor/core/told.h", """
#include "hypervisor/ports/safe.h"
/*@ ghost int times_told; */
void core_tell(void);
""")
    demo.edit("demo.h", "struct demo_row", '#include "hypervisor/core/told.h"\nstruct demo_row')
    demo.edit("demo.h", "uint32_t demo_digit(void);", "uint32_t demo_digit(void);\n"
              "/*@ requires times_told == 0; assigns times_told; ensures times_told == 1; */\nvoid demo_tell(void);")
    demo.write("demo.c", DEMO_C + "void demo_tell(void)\n{\n    core_tell();\n}\n")
    demo.write("verifier/lib/trusted.list", "demo_digit x\ncore_tell counts\n")
    demo.write("verifier/lib/core.acsl", "core_tell: requires times_told < 9; assigns times_told; ensures times_told == \\old(times_told) + 1;\n")
    return demo


@pytest.mark.full
def test_state_that_only_contracts_know(counted):
    code, text = counted.prove("--update")
    assert code == 0, text
    counted.edit("demo.c", "    core_tell();\n", "    core_tell();\n    core_tell();\n")
    counted.refused("not proved: demo_tell_ensures")


@pytest.mark.full
@pytest.mark.parametrize("file, old, new", [
    ("hypervisor/core/told.h", "int times_told;", "int times_told = 0;"),
    ("hypervisor/core/told.h", "int times_told;", "int times_told; /@ assigns times_told; @/ void times_clear(void);"),
    ("demo.h", "struct demo_row", "/*@ ghost int times_told_here; */\nstruct demo_row"),
    ("demo.c", "    core_tell();\n", "    /*@ ghost times_told = 1; */\n"),
])
def test_code_does_not_write_what_only_contracts_know(counted, file, old, new):
    """Else a proof could say of it what it likes."""
    counted.edit(file, old, new)
    counted.refused("ghost: nothing is assumed outside of verifier/lib")


@pytest.mark.full
def test_clauses_for_what_is_not_trusted(demo):
    demo.write("verifier/lib/core.acsl", "demo_other: assigns \\nothing;\n")
    demo.refused("core.acsl: demo_other is not in trusted.list")


@pytest.mark.full
def test_contract_at_a_definition_that_others_rely_on(demo):
    demo.edit("demo.h", "/*@ assigns \\nothing; ensures \\result <= 9; */", "")
    demo.write("digit.c", '#include "demo.h"\n/*@ assigns \\nothing; ensures \\result == 7; */\nuint32_t demo_digit(void)\n{\n    return 7;\n}\n')
    demo.edit("demo.c", "demo_digit()", "demo_digit() % 10")
    demo.write("verifier/manifest", "demo.c 1\ndigit.c 1\n")
    demo.refused("demo_digit: its contract stands at its definition")


@pytest.mark.full
def test_ignored_annotation(demo):
    demo.edit("demo.c", "    *to = n", "    /* @ assert n > 3; */\n    *to = n")
    demo.refused("an annotation that nobody reads")


@pytest.mark.full
def test_annotation_with_an_error(demo):
    demo.edit("demo.c", "    *to = n", "    /*@ assert m > 3; */\n    *to = n")
    demo.refused("frama-c gave up")


@pytest.mark.full
@pytest.mark.parametrize("define, word", [("", "__builtin_expect"), ("#define MORE(a, b) __builtin_constant_p(a)", "MORE")])
def test_builtin(demo, define, word):
    demo.edit("demo.c", "uint8_t demo_get", f"{define}\nuint8_t demo_get")
    demo.edit("demo.c", "n > 100 ?", f"{word}(n > 100, 1) ?")
    demo.refused("Frama-C would guess")


@pytest.mark.full
@pytest.mark.parametrize("define, condition", [
    ("", "#ifdef __FRAMAC__"), ("", "#ifndef __clang__"), ("", "#if __GNUC__ > 4"), ("", "#if defined(unix)"), ("", "%:ifdef unix"),
    ("#define READER __GNUC__", "#if READER > 4"), ("#define READER unix", "#if READER"), ("", "# /* */ ifdef __OPTIMIZE__"),
])
def test_code_for_one_reader(demo, define, condition):
    demo.edit("demo.c", "    *to = n", f"{define}\n{condition}\n    return;\n#endif\n    *to = n")
    demo.refused("Frama-C (may|might)|clang and Frama-C might")


@pytest.mark.quick
@pytest.mark.parametrize("code", ["    if (__GNUC__ > 4)\n        return;\n", "#pragma pack(1)\n", "    (void)__COUNTER__;\n"])
def test_words_that_compilers_read_in_their_own_way(demo, code):
    demo.edit("demo.c", "    *to = n", f"{code}    *to = n")
    demo.refused("Frama-C may|might not read the same")


@pytest.mark.full
def test_unwritten_function(demo):
    demo.edit("demo.c", "demo_digit()", "demo_unknown()")
    demo.refused("Frama-C warns|gave up")


@pytest.mark.quick
def test_memory_model_from_the_command_line(demo):
    demo.edit("verifier/prove", '"Typed+nocast"', '"Typed+cast"')
    demo.refused("not in the memory model typed_nocast")


@pytest.mark.full
def test_memory_model_from_the_environment(kept):
    code, text = kept.prove("--cold", env={"FRAMAC_WP_CACHE": "offline", "FRAMAC_PLUGIN": "/nonexistent", "WHY3CONFIG": "/nonexistent", "HOME": "/nonexistent"})
    assert code == 0 and re.search(r"^proved (\d+) / \1$", text, re.M), text


@pytest.mark.full
def test_memory_model_from_a_cast(demo):
    demo.edit("demo.c", "    *to = n", "    uint16_t *half = (uint16_t *)to;\n    *half = 3;\n    *to = n")
    demo.refused("Warning|not proved")


@pytest.mark.full
def test_wrong_machine(demo):
    demo.edit("verifier/prove", '"gcc_x86_64"', '"gcc_x86_32"')
    demo.refused("frama-c gave up")


@pytest.mark.full
def test_wrong_prover(demo):
    demo.edit("verifier/prove", '"z3": "4.8.12"', '"z3": "4.8.11"')
    demo.refused("z3 is 4.8.12, not 4.8.11")


@pytest.mark.full
def test_explain(demo):
    code, text = demo.prove("--explain", "demo_percent_ensures")
    assert code == 0 and "Prove:" in text and "Post-condition" in text and "counterexample" not in text, text


@pytest.mark.full
def test_explain_has_numbers_against_it(demo):
    demo.edit("demo.c", "n > 100", "n > 101")
    code, text = demo.prove("--explain", "demo_percent_ensures")
    assert code == 0 and re.search(r"candidate for a counterexample, not checked.*: i = 101\b", text), text


@pytest.mark.full
def test_page(kept):
    code, text = kept.prove("--page")
    page = (kept.root / "build/verifier/demo.c/goals.html").read_text()
    assert code == 0 and "goals.html" in text
    assert re.search(r"demo_percent_ensures</code> <span>[\w. ]+, 0\.\d+ s, demo.h:\d+</span></summary><pre>Goal Post-condition[^<]*Prove: ", page), page
    kept.edit("demo.c", "n > 100", "n >= 100")
    code, text = kept.prove("--page")
    assert code == 1 and "was changed since it was proved" in text


LOCK_H = """
typedef struct { int v; } spinlock_t;
void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
"""
LOCKED_C = """
#include "demo.h"

static spinlock_t demo_lock;
static uint32_t used SC_GUARDED_BY(demo_lock);
static uint32_t room SC_GUARDED_BY(demo_lock);
uint32_t others;
/*@ predicate resource_demo_lock{L} = used <= room; */

/*@ assigns demo_lock, used, room;
    ensures left: \\result == room - used;
*/
uint32_t demo_left(void)
{
    uint32_t left;

    spin_lock(&demo_lock);
    left = room - used;
    spin_unlock(&demo_lock);
    return left;
}

/*@ assigns demo_lock, used, room;
    ensures \\result ==> used > 0;
*/
int demo_take(void)
{
    int taken = 0;

    spin_lock(&demo_lock);
    if (used < room) {
        used++;
        taken = 1;
    }
    spin_unlock(&demo_lock);
    return taken;
}
"""


@pytest.fixture(name="locked")
def demo_locked(demo):
    demo.write("demo.h", DEMO_H + LOCK_H)
    demo.write("demo.c", LOCKED_C.replace("\\\\", "\\"))
    demo.write("verifier/lib/trusted.list", "spin_lock waits\nspin_unlock writes the lock\n")
    return demo


@pytest.mark.quick
def test_a_lock_s_resource(locked):
    """What holds while nobody has the lock is given where it is taken, and shown where it is let go."""
    code, text = locked.prove("--update")
    assert code == 0 and re.search(r"^proved (\d+) / \1$", text, re.M), text


@pytest.mark.quick
@pytest.mark.parametrize("old, new, expected", [
    # others may have written what it guards
    ("    spin_lock(&demo_lock);\n    left = ", "    used = 0;\n    spin_lock(&demo_lock);\n    /*@ assert used == 0; */\n    left = ", "not proved: demo_left_assert"),
    # and it must be left as it was found
    ("used < room", "used <= room", "not proved: demo_take_assert_as_found"),
    ("resource_demo_lock{L} = used <= room", "resource_demo_lock{L} = used <= room && others == 0", "others is not a static variable that demo_lock guards"),
    ("static uint32_t used SC", "uint32_t used SC", "used is not a static variable that demo_lock guards"),
    ("resource_demo_lock{L} = used <= room", "quiet{L} = others == 0; predicate resource_demo_lock{L} = used <= room && quiet",
     "others is not a static variable"),
    ("resource_demo_lock{L} = used <= room", "resource_demo_lock{L} = (\\forall integer i; i == used ==> i <= room) && others == 0",
     "others is not a static variable"),
    ("    spin_lock(&demo_lock);\n    if", "    if (others)\n        spin_lock(&demo_lock);\n    if", "a statement of its own"),
    ("static spinlock_t demo_lock;", "static spinlock_t demo_lock;\nstruct row { uint32_t nr SC_GUARDED_BY(demo_lock); };\n"
     "uint32_t row_nr(const struct row *r) { return r->nr; }", "it guards nr of struct row"),
    # what is guarded and cannot be read so
    ("    uint32_t left;", "    static uint32_t hidden SC_GUARDED_BY(demo_lock);\n    uint32_t left;", "would be missed"),
    ("static spinlock_t demo_lock;", "static spinlock_t demo_lock;\nstatic struct row { uint32_t nr; } rows[2] SC_GUARDED_BY(demo_lock);", "would be missed"),
    # a function's own word for what others do
    ("    left = room", "    /*@ ghost taken_demo_lock(); */\n    left = room", "ghost"),
])
def test_a_lock_does_not_keep_what_it_guards(locked, old, new, expected):
    locked.edit("demo.c", old, new)
    locked.refused(expected)


@pytest.mark.quick
def test_a_header_says_no_more_of_what_a_lock_guards(locked):
    """What a header's function reads would be known from one holding of the lock to the next."""
    locked.write("row.h", "struct row { uint32_t nr SC_GUARDED_BY(demo_lock); };\n/*@ assigns \\nothing; ensures \\result == r->nr; */\n"
                          "uint32_t row_nr(const struct row *r);\n")
    locked.edit("demo.c", '#include "demo.h"', '#include "demo.h"\n#include "row.h"')
    locked.refused("it guards nr of struct row")


STATE_H = """
#include <stdint.h>
/*@ ghost extern uint8_t mark[4]; */
/*@ ghost extern int limit; */
void mark_set(uint32_t i, uint8_t to);
"""
NODES_C = """
#include "demo.h"
#include "hypervisor/core/state.h"

struct node {
    spinlock_t lock;
    uint32_t nr SC_GUARDED_BY(lock);
};
static struct node nodes[2];
uint32_t others;
/*@ predicate resource_node_lock{L}(struct node *x) = \\forall integer i; 0 <= i < 2 && x == &nodes[i] ==> mark[i] <= 10; */

/*@ assigns nodes[0 .. 1], mark[0 ..];
    ensures mark[i] <= 10;
*/
void demo_mark(uint32_t i SC_RANGE(0, 1), int change)
{
    struct node *n = &nodes[i];

    spin_lock(&n->lock);
    if (change)
        mark_set(i, 10);
    spin_unlock(&n->lock);
}
"""


@pytest.fixture(name="nodes")
def demo_nodes(locked):
    (locked.root / "hypervisor/core").mkdir()
    locked.write("hypervisor/core/state.h", STATE_H)
    locked.write("demo.c", NODES_C.replace("\\\\", "\\"))
    locked.write("verifier/lib/trusted.list", "spin_lock waits\nspin_unlock writes the lock\nmark_set marks\n")
    locked.write("verifier/lib/core.acsl", "mark_set: requires i < 4; assigns mark[i]; ensures mark[i] == to;\n")
    locked.write("verifier/lib/guarded.list", "mark node.lock demo.c under the lock\n")
    return locked


@pytest.mark.quick
def test_a_resource_of_a_lock_in_a_struct(nodes):
    code, text = nodes.prove("--update")
    assert code == 0 and re.search(r"^proved (\d+) / \1$", text, re.M), text


@pytest.mark.quick
@pytest.mark.parametrize("name, old, new, expected", [
    ("demo.c", "mark_set(i, 10)", "mark_set(i, 11)", "not proved: demo_mark_assert_as_found"),
    ("demo.c", "    spin_lock(&n->lock);", "    /*@ assert mark[i] <= 10; */\n    spin_lock(&n->lock);", "not proved: demo_mark_assert"),
    ("demo.c", "mark[i] <= 10; */", "x->nr <= 10; */", "looks through a pointer"),
    ("demo.c", "mark[i] <= 10; */", "mark[i] <= nodes[i].nr; */", "nodes is neither a ghost variable nor what never changes"),
    ("demo.c", "mark[i] <= 10; */", "mark[i] <= 10 && others == 0; */", "others is neither a ghost variable nor what never changes"),
    ("demo.c", "mark[i] <= 10; */", "mark[i] <= 10 && limit == 0; */", "guarded.list does not say that node.lock guards limit"),
    ("verifier/lib/guarded.list", "node.lock demo.c", "node.other demo.c", "guarded.list does not say that node.lock guards mark"),
    ("verifier/lib/guarded.list", "node.lock demo.c under the lock", "never it stays", "mark: mark_set writes it"),
])
def test_a_resource_of_a_lock_in_a_struct_says_no_more(nodes, name, old, new, expected):
    nodes.edit(name, old, new)
    nodes.refused(expected)


@pytest.mark.quick
def test_what_a_lock_guards_is_written_nowhere_else(nodes):
    nodes.write("hypervisor/other.c", "void other(void)\n{\n    mark_set(1, 20);\n}\n")
    nodes.refused("hypervisor/other.c: mark_set writes mark, which guarded.list says is written in demo.c")


APART_C = """
#include "demo.h"

uint32_t last;

/*@ requires APART
    assigns last, to[0 .. n - 1];
    ensures last == n;
*/
void demo_keep(uint32_t *to, uint32_t n)
{
    last = n;
    if (n > 0)
        to[n - 1] = n;
}
"""


@pytest.mark.quick
@pytest.mark.parametrize("apart, complaint", [
    ("\\separated(to + (..), &last);", None),
    ("\\true;", "Frama-C warns"),
    ("\\separated(to + (0 .. n - 1), &last);", "Frama-C warns"),
    ("\\separated(&last, &last);", "not proved|Frama-C warns"),
])
def test_what_the_memory_model_assumes_is_required(demo, apart, complaint):
    """That a pointer leads to no variable: WP would take it for granted, but of a static one of which nobody takes the address."""
    demo.write("demo.h", DEMO_H + "void demo_keep(uint32_t *to SC_COUNT(n), uint32_t n);\n")
    demo.write("demo.c", APART_C.replace("APART", apart))
    demo.write("verifier/lib/trusted.list", "")
    if complaint:
        demo.refused(complaint)
        return
    code, text = demo.prove("--update")
    assert code == 0 and re.search(r"^proved (\d+) / \1$", text, re.M), text


@pytest.mark.quick
def test_no_name_in_a_contract_is_the_provers_own_word():
    """CVC4 1.8 refuses a goal with a variable called `is`, which then looks like one that is not provable."""
    found = []
    for folder in ("loader", "hypervisor", "xen-compat", "examples"):
        for file in sorted((ROOT / folder).rglob("*.[ch]")):
            for contract in re.findall(r"/\*@.*?\*/", file.read_text(), re.S):
                found += [f"{file.name}: {name}" for name in re.findall(r"\b(?:integer|boolean|\w+_t|struct \w+) \**(is|as|let|par|match)\b", contract)]
                found += [f"{file.name}: {name}" for name in re.findall(r"\\(?:forall|exists|let) [^;=]*?\b(is|as|let|par|match)\b *[,;=]", contract)]
    assert not found
