# SPDX-License-Identifier: MIT
"""The language server, driven as an editor drives it: over its standard input and output, on a copy of hypervisor/ and xen-compat/.

Environment: BUILD (build/ of the tree): where safecc is.
"""
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
SERVER = ROOT / "tools/editor/safecc_lsp.py"
FAULTY = "hypervisor/modules/faulty/faulty.c"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A tree that a test may change."""
    if not (BUILD / "safecc").exists():
        pytest.fail(f"no safecc in {BUILD}: run `make safecc` first", pytrace=False)
    subprocess.run(["make", "-s", "compile_commands.json", f"BUILD={BUILD}"], cwd=ROOT, check=True, capture_output=True)
    to = tmp_path_factory.mktemp("tree")
    for folder in ("hypervisor", "xen-compat", "docs"):
        shutil.copytree(ROOT / folder, to / folder)
    shutil.copy(ROOT / ".safecc", to)
    database = json.loads((ROOT / "compile_commands.json").read_text())
    (to / "compile_commands.json").write_text(json.dumps([{**entry, "directory": str(to)} for entry in database]))
    return to


class Editor:
    """A client. What the server says without being asked is kept."""

    def __init__(self, root, *options, start=True, initialization=None):
        self.root, self.number = root, 0
        self.process = subprocess.Popen([SERVER, "--safecc", BUILD / "safecc", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
        self.messages, self.shown, self.diagnostics = queue.Queue(), [], {}
        threading.Thread(target=self.read, daemon=True).start()
        if start:
            self.capabilities = self.ask("initialize", {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": {},
                                                        "initializationOptions": initialization})["capabilities"]
            self.tell("initialized", {})

    def read(self):
        stream = self.process.stdout
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self.messages.put(json.loads(stream.read(length)))
        self.messages.put(None)

    def write(self, **message):
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        self.process.stdin.flush()

    def tell(self, method, params):
        self.write(method=method, params=params)

    def take(self, seconds=30):
        """The next message; notifications are noted."""
        message = self.messages.get(timeout=seconds)
        assert message is not None, "the server has ended"
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif message.get("method") == "window/showMessage":
            self.shown.append(message["params"]["message"])
        return message

    def ask(self, method, params):
        self.number += 1
        self.write(id=self.number, method=method, params=params)
        while True:
            message = self.take()
            if message.get("id") == self.number and "method" not in message:
                return message["result"] if "result" in message else message

    def uri(self, path):
        return (self.root / path).as_uri()

    def open(self, path, text=None):
        self.version = 1
        text = (self.root / path).read_text() if text is None else text
        self.tell("textDocument/didOpen", {"textDocument": {"uri": self.uri(path), "languageId": "c", "version": 1, "text": text}})
        return text

    def change(self, path, text):
        self.version += 1
        self.tell("textDocument/didChange", {"textDocument": {"uri": self.uri(path), "version": self.version}, "contentChanges": [{"text": text}]})

    def await_diagnostics(self, path, good, seconds=30):
        """The path's diagnostics of safecc once good(codes) holds."""
        end = time.monotonic() + seconds
        while True:
            mine = [d for d in self.diagnostics.get(self.uri(path), []) if d.get("source") == "safecc"]
            if self.uri(path) in self.diagnostics and good([d["code"] for d in mine]):
                return mine
            assert time.monotonic() < end, f"{path} has {mine}"
            try:
                self.take(max(0.1, end - time.monotonic()))
            except queue.Empty:
                pass

    def close(self):
        if self.process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
        code = self.process.wait(10)
        self.process.stdin.close()
        return code


@pytest.fixture
def editor(tree):
    e = Editor(tree)
    yield e
    assert e.close() == 0


def broken(text):
    """faulty.c with an index that is past the end whatever the guest says."""
    return text.replace("    return squares[x];", "    return squares[8];", 1)


def line_of(text, what):
    """Number from 0 of the first line that holds it."""
    return next(i for i, line in enumerate(text.split("\n")) if what in line)


def test_says_what_it_can(editor):
    assert editor.capabilities["textDocumentSync"]["change"] == 1
    assert editor.capabilities["hoverProvider"] and editor.capabilities["codeActionProvider"]
    assert editor.ask("textDocument/definition", {})["error"]["code"] == -32601


def test_a_good_file_has_no_findings(editor):
    editor.open(FAULTY)
    assert editor.await_diagnostics(FAULTY, lambda codes: True) == []


def test_unsaved_text_is_checked(editor, tree):
    text = editor.open(FAULTY)
    editor.await_diagnostics(FAULTY, lambda codes: codes == [])
    bad = broken(text)
    editor.change(FAULTY, bad)
    (d,) = editor.await_diagnostics(FAULTY, lambda codes: codes)
    line = line_of(bad, "squares[8];")
    assert d["code"] == "SC-07" and d["severity"] == 1 and d["source"] == "safecc"
    assert d["range"] == {"start": {"line": line, "character": 19}, "end": {"line": line, "character": 20}}
    assert "8 elements" in d["message"]
    assert d["relatedInformation"][0]["location"]["uri"] == editor.uri(FAULTY)
    assert (tree / FAULTY).read_text() == text, "the file is not to be touched"
    editor.change(FAULTY, text)
    editor.await_diagnostics(FAULTY, lambda codes: codes == [])


def test_a_saved_file_and_its_end(editor, tree):
    path = "hypervisor/modules/faulty/more.c"  # younger than compile_commands.json
    (tree / path).write_text('#include "core/base.h"\n\nint more_of(void);\nint more_of(void)\n{\n    int a[2] = { 1, 2 };\n    return a[2];\n}\n')
    try:
        editor.open(path)
        (d,) = editor.await_diagnostics(path, lambda codes: codes)
        assert d["code"] == "SC-07" and d["range"]["start"]["line"] == 6
        (tree / path).write_text("int more_of(void);\nint more_of(void)\n{\n    return 2;\n}\n")
        editor.change(path, (tree / path).read_text())
        editor.tell("textDocument/didSave", {"textDocument": {"uri": editor.uri(path)}})
        editor.await_diagnostics(path, lambda codes: codes == [])
        editor.change(path, "int more_of(void);\nint more_of(void)\n{\n    int a[2] = { 1, 2 };\n    return a[2];\n}\n")
        editor.await_diagnostics(path, lambda codes: codes)
        editor.tell("textDocument/didClose", {"textDocument": {"uri": editor.uri(path)}})
        editor.await_diagnostics(path, lambda codes: codes == [])
    finally:
        (tree / path).unlink()


def test_fix_and_hover(editor):
    text = editor.open(FAULTY)
    row = "/* \u00fc\U0001f600 */ static int first_of(const int *p, unsigned n) { return n > 3 ? p[3] : 0; }"
    bad = text.replace("static long index_it", row + "\nstatic long index_it", 1)
    line = line_of(bad, row)
    editor.change(FAULTY, bad)
    (d,) = editor.await_diagnostics(FAULTY, lambda codes: codes)
    assert d["code"] == "SC-07" and "help: say how many there are" in d["message"]
    # Columns are UTF-16 units: the letter is one, the face two.
    before = row.index("p[3]") + 1
    assert d["range"]["start"] == {"line": line, "character": before}
    document = {"uri": editor.uri(FAULTY)}
    hover = editor.ask("textDocument/hover", {"textDocument": document, "position": d["range"]["start"]})
    assert "SC-07" in hover["contents"]["value"] and "bounds" in hover["contents"]["value"]
    assert editor.ask("textDocument/hover", {"textDocument": document, "position": {"line": 0, "character": 0}}) is None
    (action,) = editor.ask("textDocument/codeAction", {"textDocument": document, "range": d["range"], "context": {"diagnostics": [d]}})
    assert action["kind"] == "quickfix" and "SC_COUNT(n)" in action["title"]
    (edit,) = action["edit"]["changes"][document["uri"]]
    units = row.encode("utf-16-le")
    at = 2 * edit["range"]["start"]["character"]
    assert edit["range"]["start"] == edit["range"]["end"] and edit["range"]["start"]["line"] == line
    fixed = (units[:at] + edit["newText"].encode("utf-16-le") + units[at:]).decode("utf-16-le")
    assert "const int *p SC_COUNT(n)," in fixed
    editor.change(FAULTY, bad.replace(row, fixed))
    editor.await_diagnostics(FAULTY, lambda codes: codes == [])
    assert editor.ask("textDocument/codeAction", {"textDocument": document, "range": d["range"], "context": {"diagnostics": []}}) == []


def test_an_unsaved_header_and_its_findings(editor, tree):
    header = "hypervisor/modules/faulty/faulty.h"
    text = editor.open(header)
    editor.await_diagnostics(header, lambda codes: codes == [])
    bad = text.replace("enum faulty_op {", "SC_INLINE int bad_sum(const int *p, unsigned n)\n{\n    return p[n];\n}\nenum faulty_op {")
    editor.change(header, bad)
    (d,) = editor.await_diagnostics(header, lambda codes: codes)
    assert d["code"] == "SC-07" and d["range"]["start"]["line"] == line_of(bad, "return p[n];")
    # The unit that includes it sees the unsaved header too, and the finding is shown once.
    editor.open(FAULTY)
    editor.await_diagnostics(FAULTY, lambda codes: True)
    assert len(editor.await_diagnostics(header, lambda codes: codes)) == 1


def test_what_does_not_compile_is_said(editor):
    text = editor.open(FAULTY)
    editor.change(FAULTY, text + "\nint broken(\n")
    (d,) = editor.await_diagnostics(FAULTY, lambda codes: codes)
    assert d["code"] == "" and d["severity"] == 3 and "does not compile" in d["message"]


def test_islands_belong_to_the_core(editor):
    """Unsaved files too are the core's or a module's by where they belong."""
    core = "hypervisor/core/guest.c"
    text = editor.open(core)
    assert "SC_UNSAFE" in text
    editor.change(core, text + "/* more */\n")
    editor.open(FAULTY, (editor.root / FAULTY).read_text() + 'void island(void);\nvoid island(void)\n{\n    SC_UNSAFE("DEV-99: this is no place for one") { }\n}\n')
    (d,) = editor.await_diagnostics(FAULTY, lambda codes: codes)
    assert d["code"] == "SC-21"
    assert editor.await_diagnostics(core, lambda codes: True) == []


def test_nothing_outside_of_a_tree(tmp_path):
    e = Editor(tmp_path)
    (tmp_path / "x.c").write_text("int x;\n")
    e.open("x.c")
    assert e.ask("textDocument/hover", {"textDocument": {"uri": e.uri("x.c")}, "position": {"line": 0, "character": 0}}) is None
    assert e.shown == [] and e.diagnostics == {}
    assert e.close() == 0


def test_what_is_missing_is_named(tree, tmp_path):
    (tmp_path / ".safecc").write_text("")
    (tmp_path / "xen-compat").mkdir()
    e = Editor(tmp_path)
    e.open("xen-compat/x.c", "int x;\n")
    while not e.shown:
        e.take()
    assert "make compile_commands.json" in e.shown[0]
    assert e.close() == 0
    e = Editor(tree, "--safecc", "/nonexistent/safecc")
    e.open(FAULTY)
    while not e.shown:
        e.take()
    assert "/nonexistent/safecc is missing: run `make safecc`" in e.shown[0]
    assert e.close() == 0


def test_bad_messages_cost_nothing(editor):
    assert editor.ask("textDocument/hover", {"textDocument": {}})["error"]["code"] == -32602
    editor.tell("textDocument/didOpen", {})
    editor.tell("$/cancelRequest", {"id": 1})
    editor.open(FAULTY)
    assert editor.await_diagnostics(FAULTY, lambda codes: True) == []


def test_ends_with_its_editor(tree):
    e = Editor(tree)
    e.open(FAULTY)
    e.process.stdin.close()
    assert e.process.wait(10) == 1


CLANGD = shutil.which("clangd-19")


@pytest.mark.skipif(CLANGD is None, reason="clangd-19 is not installed")
def test_in_front_of_clangd(tree):
    e = Editor(tree, "--with", CLANGD, "--log=error", "--background-index=false")
    assert "definitionProvider" in e.capabilities and e.capabilities["textDocumentSync"]["change"] == 1
    text = e.open(FAULTY)
    bad = broken(text).replace("case FAULTY_LOCKED:", "case FAULTY_LOCKED: undeclared_name = 1;")
    e.change(FAULTY, broken(text))
    (d,) = e.await_diagnostics(FAULTY, lambda codes: codes == ["SC-07"])
    at = {"textDocument": {"uri": e.uri(FAULTY)}, "position": {**d["range"]["start"], "character": 12}}
    # On `squares`: clangd says what it is; on the index safecc adds its finding.
    assert "squares" in e.ask("textDocument/hover", at)["contents"]["value"]
    at["position"] = d["range"]["start"]
    assert "SC-07" in e.ask("textDocument/hover", at)["contents"]["value"]
    (where,) = e.ask("textDocument/definition", {**at, "position": {**d["range"]["start"], "character": 12}})
    assert where["uri"] == e.uri(FAULTY)
    e.change(FAULTY, bad)
    while not any("undeclared" in d["message"] for d in e.diagnostics.get(e.uri(FAULTY), [])):
        e.take()
    assert e.close() == 0
