#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A language server that shows safecc's findings in an editor, beside clangd or in front of it. docs/handbook/editor.md

usage: safecc_lsp.py [--safecc FILE] [--with CLANGD [OPTION...]]

Speaks LSP on standard input and output: diagnostics with the rule as code and the path of facts as related places, hover with
the rule's explanation, fixes as code actions. Unsaved text is checked too.
  --safecc FILE   the checker (build/safecc of the tree that is edited)
  --with CLANGD   for editors with one server a file: start CLANGD, pass everything on to it, and add what safecc says
"""
import json
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from safecc_project import Problem, Project  # noqa: E402

WAIT = 0.4  # seconds without a keystroke before unsaved text is checked
ERROR, INFORMATION = 1, 3


def read_message(stream):
    """The next message, or None at the end."""
    length = None
    while True:
        line = stream.readline()
        if not line:
            return None
        if line in (b"\r\n", b"\n"):
            break
        name, _, value = line.decode("ascii", "replace").partition(":")
        if name.strip().lower() == "content-length":
            length = int(value)
    if length is None:
        return None
    text = stream.read(length)
    return json.loads(text) if len(text) == length else None


def write_message(stream, message):
    text = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
    stream.flush()


def path_of(uri):
    parts = urllib.parse.urlparse(uri)
    return os.path.realpath(urllib.parse.unquote(parts.path)) if parts.scheme == "file" else None


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


class Server:
    def __init__(self, arguments):
        self.safecc = self.clangd = None
        while arguments:
            word = arguments.pop(0)
            if word == "--with" and arguments:
                self.clangd, arguments = arguments, []
            elif word == "--safecc" and arguments:
                self.safecc = pathlib.Path(arguments.pop(0)).resolve()
            else:
                sys.exit(__doc__)
        self.project = None
        self.events = queue.Queue()       # (source, message)
        self.documents = {}               # path -> (uri, version, text)
        self.found = {}                   # path checked -> {path: [diagnostic]}
        self.others = {}                  # path -> clangd's diagnostics
        self.due = {}                     # path -> time of its next check
        self.checking = self.worker = None  # path being checked, and the thread that does it
        self.asked = {}                   # id -> request passed to clangd whose answer we add to
        self.told = set()                 # problems already shown
        self.peer = None
        self.stopping = False

    # ---- the loop ----
    def run(self):
        if self.clangd:
            if shutil.which(self.clangd[0]) is None:
                sys.exit(f"safecc_lsp: {self.clangd[0]} is not installed")
            if "--version" in self.clangd:  # an editor asks what it has
                os.execvp(self.clangd[0], self.clangd)
            self.peer = subprocess.Popen(self.clangd, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            threading.Thread(target=self.listen, args=("clangd", self.peer.stdout), daemon=True).start()
        threading.Thread(target=self.listen, args=("editor", sys.stdin.buffer), daemon=True).start()
        while True:
            wait = min(self.due.values()) - time.monotonic() if self.due and self.checking is None else None
            try:
                source, message = self.events.get(timeout=None if wait is None else max(wait, 0))
            except queue.Empty:
                self.start_check()
                continue
            if source == "checked":
                self.finish_check(message)
            elif message is None:
                return self.end(source)
            elif source == "clangd":
                self.from_clangd(message)
            elif message.get("method") == "exit":
                self.pass_on(message)
                return self.end(source)
            else:
                self.guarded(message)

    def guarded(self, message):
        """A message we cannot digest costs its answer, not the server."""
        try:
            self.from_editor(message)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as e:
            print(f"safecc_lsp: {message.get('method')}: {type(e).__name__}: {e}", file=sys.stderr)
            if "method" in message and message.get("id") is not None:
                self.send(id=message["id"], error={"code": -32602, "message": f"{message['method']}: {type(e).__name__}: {e}"})

    def listen(self, source, stream):
        message = True
        while message is not None:
            try:
                message = read_message(stream)
            except (ValueError, OSError):
                message = None
            self.events.put((source, message))

    def end(self, source):
        if source == "clangd" and not self.stopping:
            self.show(f"{self.clangd[0]} has ended")
        if self.project:
            self.project.stop()
        if self.worker:
            self.worker.join(2)
        if self.peer:
            try:
                self.peer.stdin.close()
                self.peer.wait(2)
            except (OSError, subprocess.TimeoutExpired):
                self.peer.kill()
        return 0 if self.stopping else 1

    def send(self, **message):
        write_message(sys.stdout.buffer, message)

    def pass_on(self, message):
        if self.peer:
            try:
                write_message(self.peer.stdin, message)
            except OSError:
                pass

    def show(self, text):
        if text not in self.told:
            self.told.add(text)
            self.send(method="window/showMessage", params={"type": ERROR, "message": f"safecc: {text}"})

    # ---- from the editor ----
    def from_editor(self, message):
        method, params, number = message.get("method"), message.get("params") or {}, message.get("id")
        name = "on_" + (method or "").replace("textDocument/", "").replace("/", "_").lower()
        handler = getattr(self, name, None)
        if number is None or method is None:  # a notification, or an answer to clangd
            if handler and method:
                handler(params)
            self.pass_on(message)
        elif self.peer:
            if method == "initialize":
                self.on_initialize(params)
                # Columns are counted in UTF-16 and changes are whole texts, on both sides of us.
                params.get("capabilities", {}).get("general", {}).pop("positionEncodings", None)
                params.get("capabilities", {}).pop("offsetEncoding", None)
            if method == "shutdown":
                self.stopping = True
            if method in ("initialize", "textDocument/hover", "textDocument/codeAction"):
                self.asked[number] = message
            self.pass_on(message)
        elif handler:
            self.send(id=number, result=handler(params))
        else:
            self.send(id=number, error={"code": -32601, "message": f"{method} is not supported"})

    def on_initialize(self, params):
        folders = params.get("workspaceFolders") or []
        root = path_of(params.get("rootUri") or (folders[0]["uri"] if folders else "")) or params.get("rootPath") or os.getcwd()
        options = params.get("initializationOptions") or {}
        safecc = self.safecc or options.get("safecc")
        for folder in [pathlib.Path(root), *pathlib.Path(root).parents]:
            if (folder / ".safecc").exists():  # elsewhere there is nothing for safecc
                self.project = Project(folder, safecc)
                break
        return {"serverInfo": {"name": "safecc"}, "capabilities": self.capabilities({})}

    @staticmethod
    def capabilities(known):
        return {"codeActionProvider": {"codeActionKinds": ["quickfix"]}, **known, "hoverProvider": True,
                "textDocumentSync": {"openClose": True, "change": 1, "save": {"includeText": False}}}

    def on_shutdown(self, params):
        self.stopping = True

    def on_didopen(self, params):
        document = params["textDocument"]
        self.text_is(document, document["text"], 0)

    def on_didchange(self, params):
        if params["contentChanges"]:
            self.text_is(params["textDocument"], params["contentChanges"][-1]["text"], WAIT)

    def on_didsave(self, params):
        if path := self.path(params):
            for other in self.documents:  # whoever includes it
                self.due[other] = time.monotonic() + (0 if other == path else 0.01)

    def on_didclose(self, params):
        if path := self.path(params):
            self.documents.pop(path, None)
            self.due.pop(path, None)
            self.publish(self.found.pop(path, {}))

    def text_is(self, document, text, wait):
        path = path_of(document["uri"])
        if path and self.project and self.project.relative(path):
            path = self.project.relative(path)
            self.documents[path] = (document["uri"], document.get("version"), text)
            self.due[path] = time.monotonic() + wait

    def path(self, params):
        """The open document's path below the root, or None."""
        path = path_of(params["textDocument"]["uri"])
        path = path and self.project and self.project.relative(path)
        return path if path in self.documents else None

    def on_hover(self, params):
        at, texts = params["position"], []
        for d in self.ours(self.path(params)):
            if d["code"] and self.holds(d["range"], at, at):
                texts.append(f"**{d['code']}** {d['message']}\n\n{self.project.explain(d['code'])}")
        return {"contents": {"kind": "markdown", "value": "\n\n---\n\n".join(dict.fromkeys(texts))}} if texts else None

    def on_codeaction(self, params):
        only = params.get("context", {}).get("only")
        if only and not any("quickfix".startswith(kind) for kind in only):
            return []
        actions, path = [], self.path(params)
        if path in self.due or path == self.checking:
            return []  # the places are those of an older text
        for d in self.ours(path):
            if d["data"] and self.holds(d["range"], params["range"]["start"], params["range"]["end"]):
                changes = {}
                for fix in d["data"]:
                    changes.setdefault(fix["uri"], []).append({"range": fix["range"], "newText": fix["text"]})
                empty = d["data"][0]["range"]["start"] == d["data"][0]["range"]["end"]
                title = f"{d['code']}: {'insert' if empty else 'replace by'} `{d['data'][0]['text'].strip()}`"
                actions.append({"title": title, "kind": "quickfix", "diagnostics": [d], "edit": {"changes": changes}})
        return actions

    @staticmethod
    def holds(span, start, end):
        place = lambda p: (p["line"], p["character"])
        return place(span["start"]) <= place(end) and place(start) <= place(span["end"])

    # ---- from clangd ----
    def from_clangd(self, message):
        if message.get("method") == "textDocument/publishDiagnostics":
            path = path_of(message["params"]["uri"])
            path = path and self.project and self.project.relative(path)
            if path:
                self.others[path] = message["params"]["diagnostics"]
                return self.publish([path])
        elif "method" not in message and message.get("id") in self.asked:
            asked = self.asked.pop(message["id"])
            if "result" in message:
                message["result"] = self.add_ours(asked, message["result"])
        write_message(sys.stdout.buffer, message)

    def add_ours(self, asked, result):
        if asked["method"] == "initialize":
            result["capabilities"] = self.capabilities(result["capabilities"])
            return result
        if asked["method"] == "textDocument/codeAction":
            return (result or []) + self.on_codeaction(asked["params"])
        ours = self.on_hover(asked["params"])
        if result and ours:
            result["contents"]["value"] += "\n\n---\n\n" + ours["contents"]["value"]
        return result or ours

    # ---- checking ----
    def start_check(self):
        path = min(self.due, key=self.due.get)
        del self.due[path]
        self.checking = path
        buffers = {p: text for p, (_, _, text) in self.documents.items()}

        def work():
            try:
                self.events.put(("checked", (path, buffers, self.project.check(path, buffers))))
            except Problem as problem:
                self.events.put(("checked", (path, buffers, problem)))
            except Exception as e:  # a fault of ours is told and leaves the editor its server
                self.events.put(("checked", (path, buffers, Problem(f"{type(e).__name__}: {e}"))))

        self.worker = threading.Thread(target=work, daemon=True)
        self.worker.start()

    def finish_check(self, result):
        path, buffers, findings = result
        self.checking = None
        if isinstance(findings, Problem):
            self.show(str(findings))
            findings = []
        if path not in self.documents or self.documents[path][2] != buffers[path]:
            return  # closed, or changed meanwhile and due again
        before = self.found.get(path, {})
        self.found[path] = {}
        for finding in findings:
            file = finding["place"]["file"]
            self.found[path].setdefault(file, []).append(self.diagnostic(finding, buffers))
        self.publish({path, *before, *self.found[path]})

    def diagnostic(self, finding, buffers):
        place = lambda p: {"uri": self.uri(p["file"]), "range": self.range(p, buffers)}
        message = finding["message"] + (f"\nhelp: {finding['suggestion']}" if finding["suggestion"] else "")
        related = []
        for fact in finding["path"]:
            if fact["place"]["line"]:
                related.append({"location": place(fact["place"]), "message": fact["text"]})
            else:
                message += f"\nnote: {fact['text']}"
        d = {"range": self.range(finding["place"], buffers), "severity": ERROR if finding["rule"] else INFORMATION, "code": finding["rule"],
             "source": "safecc", "message": message, "relatedInformation": related,
             "data": [{**place(fix["place"]), "text": fix["text"]} for fix in finding["fixes"]]}
        if finding["rule"] and (page := self.project.page(finding["rule"])):
            d["codeDescription"] = {"href": page.as_uri()}
        return d

    def range(self, place, buffers):
        """safecc counts bytes from 1, LSP UTF-16 units from 0."""
        lines = self.lines(place["file"], buffers)
        number = max(place["line"], 1) - 1
        line = lines[number].encode() if number < len(lines) else b""
        unit = lambda column: utf16(line[:max(column, 1) - 1].decode(errors="replace"))
        start = unit(place["column"])
        end = unit(place["end_column"]) if place["end_column"] >= place["column"] else start + 1
        return {"start": {"line": number, "character": start}, "end": {"line": number, "character": end}}

    def lines(self, file, buffers):
        if file in buffers:
            return buffers[file].split("\n")
        try:
            return (self.project.root / file).read_text(errors="replace").split("\n")
        except OSError:
            return []

    def uri(self, path):
        return self.documents[path][0] if path in self.documents else (self.project.root / path).as_uri()

    def ours(self, path):
        """Every check's diagnostics for the path, each once: several units may include a header."""
        found = [d for by_file in self.found.values() for d in by_file.get(path, [])]
        return list({json.dumps(d, sort_keys=True): d for d in found}.values())

    def publish(self, paths):
        for path in paths:
            self.send(method="textDocument/publishDiagnostics", params={"uri": self.uri(path), "diagnostics": self.others.get(path, []) + self.ours(path)})


if __name__ == "__main__":
    code = Server(sys.argv[1:]).run()
    sys.stdout.flush()
    os._exit(code)  # a thread still reads the editor's pipe
