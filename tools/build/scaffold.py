# SPDX-License-Identifier: MIT
"""What new_module.py and new_rule.py share: templates, and writing all files or none."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = pathlib.Path(__file__).resolve().parent / "templates"


class Refusal(Exception):
    """Why nothing was made, in words for a person."""


def render(template, words):
    """The template's text with each key of words replaced by its value."""
    text = (TEMPLATES / template).read_text()
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def formatted(text, path):
    """C text as clang-format wants it: a name's length moves line breaks."""
    argv = ["clang-format-19", f"--style=file:{ROOT / '.clang-format'}", f"--assume-filename={path}"]
    try:
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        raise Refusal("clang-format-19 is not installed: run `make deps` first") from None
    except subprocess.CalledProcessError as e:
        raise Refusal(f"clang-format-19 failed on {path}: {e.stderr.strip()}") from None


def write_all(files):
    """files: {path below ROOT: text}. All of them are new, and all are written or none."""
    for path in files:
        if (ROOT / path).exists():
            raise Refusal(f"{path} exists already")
    written, folders = [], []
    try:
        for path, text in files.items():
            for folder in [f for f in reversed((ROOT / path).parents) if not f.exists()]:
                folder.mkdir()
                folders.append(folder)
            written.append(ROOT / path)
            (ROOT / path).write_text(text)
    except OSError as e:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        raise Refusal(f"{e.filename}: {e.strerror}; nothing was made") from None


def main(name, make):
    """Run make(); a refusal goes to standard error, with exit code 2."""
    try:
        make()
    except Refusal as why:
        print(f"{name}: {why}", file=sys.stderr)
        sys.exit(2)
