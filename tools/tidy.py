"""Checks what a compiler does not: layers, sizes, banned constructs, names of tests.

    tidy.py [--json FILE] [--notes]

Prints `file:line: what is wrong; how to fix it`. Layers are read from tools/layers.txt. With
--notes also what is allowed but near a limit.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MAX_COLUMNS = 100
FILE_LINES_NOTE, FILE_LINES = 400, 800
FUNCTION_LINES_NOTE, FUNCTION_LINES = 60, 120
STATEMENTS_OF_A_TABLE = 8

# What a folder of src/ may not name: (pattern, folders where it is fine, what, how to fix).
# "apps" etc. are folders; a file under tests/, examples/ or bench/ counts as folder "outside".
BANNED = [
    (r"\bco_(await|yield|return)\b", (),
     "coroutines are miscompiled by g++ 12", "write named steps with callbacks"),
    (r"\busing\s+namespace\s+std\s*;", (), "opens all of std", "name what you use"),
    (r"\bstd::(cout|cerr|clog)\b|\bfmt::print\b|(?<![\w:.])f?printf\s*\(|\bputs\s*\(",
     ("apps", "outside"), "a library prints", "return it, or log through base/log.h"),
    (r"#\s*include\s*<boost/asio", ("net", "http", "outside"),
     "Asio outside net/ and http/", "go through base/executor.h"),
    (r"#\s*include\s*<boost/beast", ("http", "outside"),
     "Beast outside http/", "go through http/"),
    (r"#\s*include\s*<librdkafka/", ("client", "outside"),
     "librdkafka outside client/", "go through client/"),
    (r"#\s*include\s*<spdlog/", ("apps",), "spdlog outside apps/", "log through base/log.h"),
    (r"#\s*include\s*<prometheus/", ("base",),
     "prometheus-cpp outside base/", "go through base/metrics.h"),
    (r"#\s*include\s*\"\.\.?/", (), "a relative include", "include from src/: \"folder/file.h\""),
    (r"\bNOLINT\b|clang-format\s+off", ("outside",),
     "a check is switched off", "write it so that the check agrees"),
]
# Pure folders: no threads, no clocks, no randomness of their own.
PURE = ("record", "wire", "groups", "txn", "storage")
BANNED_IN_PURE = [
    (r"\bstd::(recursive_|shared_)?mutex\b|\bstd::j?thread\b",
     "a lock or a thread in a single-owner folder", "the shard owns it; see broker/shard.h"),
    (r"\b(system|steady|high_resolution)_clock::now\b", "the real clock",
     "take `now` or a Clock"),
    (r"\bstd::random_device\b|(?<![\w:])rand\s*\(", "randomness of its own", "take it as a value"),
]
# In any text file of the project.
ANYWHERE = [
    (r"(?<![\w./-])/(root|home/\w+|work)/", "a path of one machine", "make it relative"),
    (r"\bTODO\b(?!.{0,3}\(?(#|issue )\d)|\bFIXME\b|\bXXX\b",
     "a TODO without an issue", "do it, or file an issue and write TODO(#N)"),
]
TEXT = {".h", ".cc", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".yml", ".yaml", ".js",
        ".html", ".css", ""}
CPP = {".h", ".cc"}


class Tidy:
    def __init__(self):
        self.problems, self.notes, self.files = [], [], 0
        self.layers = read_layers()

    def error(self, path, line, what, fix):
        self.problems.append((str(path), line, what, fix))

    def note(self, path, line, what):
        self.notes.append(f"{path}:{line}: note: {what}")

    def check(self, path):
        self.files += 1
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        lines = text.splitlines()
        self.anywhere(path, lines)
        if path.suffix in CPP or path.suffix == ".py":
            self.sizes(path, lines)
        if path.suffix not in CPP:
            return
        code = blank_comments_and_strings(text).splitlines()
        self.banned(path, lines, code)
        self.functions(path, code)
        self.layer(path, lines)
        if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.MULTILINE):
            self.error(path, 1, "no #pragma once", "make it the first line of the header")
        if path.name.endswith("_test.cc"):
            self.test_names(path, lines, code)

    def anywhere(self, path, lines):
        if path == Path("tools/tidy.py"):
            return
        for number, line in enumerate(lines, 1):
            for pattern, what, fix in ANYWHERE:
                if re.search(pattern, line):
                    self.error(path, number, what, fix)

    def sizes(self, path, lines):
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                self.error(path, number, f"{len(line)} columns", f"break it at {MAX_COLUMNS}")
        if len(lines) > FILE_LINES:
            self.error(path, FILE_LINES, f"{len(lines)} lines", "split it: one idea per file")
        elif len(lines) > FILE_LINES_NOTE:
            self.note(path, 1, f"{len(lines)} lines (aim at {FILE_LINES_NOTE})")

    def banned(self, path, lines, code):
        folder = folder_of(path)
        for number, (line, stripped) in enumerate(zip(lines, code), 1):
            seen = line if line.lstrip().startswith("#") else stripped
            for pattern, allowed, what, fix in BANNED:
                if folder not in allowed and re.search(pattern, seen):
                    self.error(path, number, what, fix)
            if folder in PURE and not path.name.endswith("_test.cc"):
                for pattern, what, fix in BANNED_IN_PURE:
                    if re.search(pattern, seen):
                        self.error(path, number, what, fix)

    def functions(self, path, code):
        for first, last, head in function_bodies(code):
            length = last - first + 1
            if sum(line.count(";") for line in code[first - 1:last]) <= STATEMENTS_OF_A_TABLE:
                continue  # a long list of values, which reads best in one piece
            if length > FUNCTION_LINES:
                self.error(path, first, f"a function of {length} lines: {head}",
                           f"split it into named steps of at most {FUNCTION_LINES_NOTE} lines")
            elif length > FUNCTION_LINES_NOTE:
                self.note(path, first, f"a function of {length} lines: {head}")

    def layer(self, path, lines):
        folder = folder_of(path)
        if path.parts[0] != "src" or folder not in self.layers:
            return
        allowed = self.layers[folder]
        if "*" in allowed:
            return
        is_test = path.name.endswith("_test.cc")
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s+"(\w+)/', line)
            if not match:
                continue
            other = match.group(1)
            if other == folder or other in allowed or (is_test and other == "testkit"):
                continue
            if other == "millrace":  # the public headers: those of client, streams and testkit
                continue
            self.error(path, number, f"{folder}/ may not include {other}/",
                       "tools/layers.txt is the law; move the code or turn the call around")

    def test_names(self, path, lines, code):
        for number, (line, stripped) in enumerate(zip(lines, code), 1):
            match = re.match(r"\s*(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\((\w+),\s*(\w*)", line)
            if match and (match.group(2) and not re.fullmatch(r"[a-z0-9]+(_[A-Za-z0-9]+){2,}",
                                                              match.group(2))):
                self.error(path, number, f"test '{match.group(2)}' is not a sentence",
                           "say what holds: cuts_a_torn_tail_at_the_last_valid_batch")
            if re.search(r"\bsleep_for\b|\bsleep_until\b|(?<!\w)u?sleep\s*\(", stripped):
                self.error(path, number, "a test sleeps", "advance a ManualClock, or wait for "
                                                          "the event itself with a deadline")


def folder_of(path):
    return path.parts[1] if path.parts[0] == "src" and len(path.parts) > 2 else "outside"


def read_layers():
    layers = {}
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, others = line.partition(":")
            layers[folder.strip()] = others.split()
    return layers


def blank_comments_and_strings(text):
    """The same text with comments and literals blanked out, line by line as before."""
    pattern = re.compile(
        r'R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)

    def blank(match):
        kept = match.group(0)
        return "".join(c if c == "\n" else " " for c in kept)
    return pattern.sub(blank, text)


def function_bodies(code):
    """Best effort: (first line, last line, head) of every outermost block that follows a `)`."""
    depth, start, head, body_depth = 0, 0, "", None
    recent = ""
    for number, line in enumerate(code, 1):
        for char in line:
            if char == "{":
                if body_depth is None and looks_like_function(recent):
                    body_depth, start, head = depth, number, last_words(recent)
                depth += 1
                recent = "" if body_depth is None else recent
            elif char == "}":
                depth -= 1
                if body_depth is not None and depth == body_depth:
                    yield start, number, head
                    body_depth = None
                recent = ""
            elif char == ";" and body_depth is None:
                recent = ""
            elif body_depth is None:
                recent += char
        recent += " "


def looks_like_function(text):
    text = re.sub(r"#.*", "", text).strip()
    if re.search(r"\b(namespace|enum|union)\b", text) or "(" not in text:
        return False
    return not re.match(r"(template\s*<[^{]*>\s*)?(class|struct)\b[^()]*$", text)


def last_words(text):
    match = re.search(r"([\w:~]+)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*$", text)
    return match.group(1) if match else text.strip()[-40:]


def files_of_the_project():
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                             capture_output=True, text=True, check=True)
    for name in listing.stdout.splitlines():
        path = Path(name)
        if path.suffix in TEXT and (ROOT / path).is_file() and not name.startswith("LICENSE"):
            yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    parser.add_argument("--notes", action="store_true")
    args = parser.parse_args()
    tidy = Tidy()
    for path in files_of_the_project():
        tidy.check(path)
    if args.notes:
        print(*tidy.notes, sep="\n")
    for path, line, what, fix in tidy.problems:
        print(f"{path}:{line}: {what}; {fix}")
    if args.json:
        failures = [{"test": f"{path}:{line}", "lines": [f"{what}; {fix}"]}
                    for path, line, what, fix in tidy.problems]
        broken = len({path for path, *_ in tidy.problems})
        Path(args.json).write_text(json.dumps({"passed": tidy.files - broken,
                                               "failures": failures}))
    print(f"{tidy.files} files, {len(tidy.problems)} problems, {len(tidy.notes)} notes")
    return 1 if tidy.problems else 0


if __name__ == "__main__":
    sys.exit(main())
