# SPDX-License-Identifier: MIT
"""Run safecc on what an editor shows, saved or not: which unit, which options, whose findings."""
import json
import pathlib
import re
import subprocess
import tempfile

SECONDS_MAX = 60


class Problem(Exception):
    """Why nothing could be checked, in words for a person."""


class Project:
    """The tree at root. Paths are relative to it, as text with /."""

    def __init__(self, root, safecc=None):
        self.root = pathlib.Path(root)
        self.safecc = str(safecc or self.root / "build/safecc")
        self.database, self.database_time, self.explained, self.child = {}, None, {}, None

    def relative(self, path):
        """The path below root, or None."""
        try:
            return str(pathlib.Path(path).relative_to(self.root))
        except ValueError:
            return None

    def options(self):
        """{file: its compiler options} of compile_commands.json."""
        name = self.root / "compile_commands.json"
        if not name.exists():
            raise Problem(f"{name} is missing: run `make compile_commands.json`")
        if name.stat().st_mtime_ns != self.database_time:
            self.database = {}
            for entry in json.loads(name.read_text()):
                words = [w for w in entry["arguments"][1:] if w not in ("-c", entry["file"])]
                if entry["file"].endswith(".c"):
                    self.database[entry["file"]] = words
            self.database_time = name.stat().st_mtime_ns
        return self.database

    def paths(self):
        """[(--core or --arch, folder)] of .safecc."""
        try:
            text = (self.root / ".safecc").read_text()
        except FileNotFoundError:
            return []
        return [tuple(line.split()) for line in (l.partition("#")[0].strip() for l in text.splitlines()) if line]

    def unit_of(self, path, buffers):
        """(the .c file to check for path, its options), or None: nothing here is safecc's to check."""
        database = self.options()
        if path.endswith(".h"):
            path = self.includer(path, database, buffers)
        if path in database:
            return path, database[path]
        # A file younger than the database is compiled as its neighbours are.
        near = [file for file in database if path and path.endswith(".c") and file.split("/")[0] == path.split("/")[0]]
        return (path, database[near[0]]) if near else None

    def includer(self, header, database, buffers):
        """A unit that includes the header: its own first, then one of its folder, then any."""
        name = header.rpartition("/")[2]
        include = re.compile(rf'^\s*#\s*include\s*"(?:[^"]*/)?{re.escape(name)}"', re.M)
        rank = lambda file: (file != header[:-2] + ".c", file.rpartition("/")[0] != header.rpartition("/")[0], file)
        for file in sorted(database, key=rank):
            text = buffers.get(file)
            if text is None and (self.root / file).exists():
                text = (self.root / file).read_text(errors="replace")
            if text and include.search(text):
                return file
        return None

    def check(self, path, buffers):
        """safecc's findings for what the editor shows at path; buffers: {path: text} of open files."""
        unit = self.unit_of(path, buffers)
        if unit is None:
            return []
        if not pathlib.Path(self.safecc).exists():
            raise Problem(f"{self.safecc} is missing: run `make safecc`")
        file, options = unit
        unsaved = {p: text for p, text in buffers.items() if not self.saved(p, text)}
        with tempfile.TemporaryDirectory(prefix="safecc-lsp-") as overlay:
            if unsaved and file not in unsaved:
                unsaved[file] = buffers.get(file) or (self.root / file).read_text()
            for p, text in unsaved.items():
                copy = pathlib.Path(overlay, p)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(text)
            argv = [self.safecc, "--check", f"{overlay}/{file}" if unsaved else file, "--json", "-"]
            # Unsaved files hide the saved ones, also from a header that is included by its bare name.
            argv += [w for w in (f"-I{overlay}/hypervisor", f"-I{overlay}") if unsaved] + options
            argv += [f"-I{folder}" for folder in sorted({p.rpartition("/")[0] or "." for p in unsaved})]
            for option, folder in self.paths():
                argv += [option, folder, *([option, f"{overlay}/{folder}"] if unsaved else [])]
            code, out, errors = self.run(argv, file)
            if code == 2 or not out:
                return [self.unreadable(path, errors.replace(overlay + "/", ""))]
            return json.loads(out.replace(overlay + "/", ""))["findings"]

    def run(self, argv, file):
        """(exit code, output, errors)"""
        try:
            with subprocess.Popen(argv, cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  errors="replace") as self.child:
                try:
                    out, errors = self.child.communicate(timeout=SECONDS_MAX)
                    return self.child.returncode, out, errors
                except subprocess.TimeoutExpired:
                    self.child.kill()
                    raise Problem(f"safecc took more than {SECONDS_MAX} s on {file}") from None
        except OSError as e:
            raise Problem(f"{self.safecc}: {e.strerror}") from None

    def stop(self):
        """The server ends."""
        if self.child:
            self.child.kill()

    def saved(self, path, text):
        try:
            return (self.root / path).read_text() == text
        except (OSError, UnicodeDecodeError):
            return False

    @staticmethod
    def unreadable(path, stderr):
        """The file does not compile: clangd tells where and why, this that safecc had nothing to judge."""
        m = re.search(r"^(\S+):(\d+):(\d+): (?:fatal )?error: (.*)$", stderr, re.M)
        why = f"{m.group(1)}:{m.group(2)}: {m.group(4)}" if m else (stderr.strip().splitlines() or ["no reason given"])[0]
        line = int(m.group(2)) if m and m.group(1) == path else 1
        return {"rule": "", "place": {"file": path, "line": line, "column": 1, "end_column": 0}, "path": [], "fixes": [],
                "message": f"safecc did not judge this file, it does not compile: {why}", "suggestion": ""}

    def explain(self, rule):
        """What the rule asks, and why: safecc's words, or its page."""
        if rule not in self.explained:
            text = subprocess.run([self.safecc, "--explain", rule], capture_output=True, text=True, cwd=self.root).stdout.strip()
            page = self.page(rule)
            if not text and page:
                text = page.read_text().strip()
            if not text:
                rules = subprocess.run([self.safecc, "--list-rules"], capture_output=True, text=True, cwd=self.root).stdout
                text = "".join(line.partition("  ")[2] for line in rules.splitlines() if line.startswith(rule + " "))
            self.explained[rule] = text
        return self.explained[rule]

    def page(self, rule):
        page = self.root / f"docs/safecc/rules/{rule}.md"
        return page if page.exists() else None
