"""Checks that everything that the documents name exists:

- every file and folder in backticks, and every link, with its anchor,
- every `make` target and script,
- every other name in backticks (variables, parameters, alarms, metrics, columns, types, tests): it must stand somewhere
  in the code, or among the vendors' words in docs-vendor-words.txt,
- every number that follows the name of a property of template.yaml (`MaximumConcurrency` 2),
- every number of docs-numbers.txt, which says where in the code it comes from,
- that docs/KLAVIYO.md has a row for each announcement,
- and that documents for operators have commands and no SQL, since commands go through the rules of the code.

Prints each thing that is not there and exits with 1 if there is any.
"""

import re
import subprocess
from pathlib import Path

from common import ROOT, differences, exit_with, read

FOLDERS = r"(?:scripts|docs|shared|functions|local|ops|tests|clients|migrations|benches|events|\.ci|\.github|\.config)"
# An identifier: a word with an underscore, or with a capital inside.
COINED = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[A-Za-z]+[a-z0-9][A-Z][A-Za-z0-9]*")
# Paths that are installed or built, and so aren't tracked.
UNTRACKED = re.compile(r"^(?:target|\.local|\.aws-sam)(?:/|$)")


def tracked(*patterns):
    names = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in names.stdout.splitlines() if (ROOT / name).exists()]


class Code:
    """Every tracked file that isn't a document."""

    def __init__(self):
        self.files = tracked()
        self.folders = {str(parent) for name in self.files for parent in Path(name).parents}
        self.text = "\n".join(
            (ROOT / name).read_text(encoding="utf-8", errors="replace")
            for name in self.files
            if (ROOT / name).is_file() and not name.endswith((".md", ".lock", ".pem", ".png", ".patch", "docs-vendor-words.txt"))
        )
        self.words = set(re.findall(r"\w+", self.text))
        self.targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
        self.vendors = set(read("scripts/checks/docs-vendor-words.txt").split())
        self.template = read("template.yaml")

    def has_path(self, path):
        path = path.rstrip("/")
        if UNTRACKED.match(path):
            return True
        if re.search(r"[*<{…]", path):
            pattern = re.escape(re.sub(r"<[^>]*>", "*", path)).replace(r"\*", "[^/]*")
            pattern = re.sub(r"\\\{([^}]*)\\\}", lambda m: "(?:" + m[1].replace(",", "|") + ")", pattern)
            return any(re.fullmatch(pattern, name) for name in [*self.files, *self.folders])
        return path in self.folders or path in self.files

    def numbers_of(self, property_name):
        return set(re.findall(rf"\b{property_name}: (\d+)\b", self.template))


def anchors(text):
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in plain}


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def of_links(name, text, code):
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists():
            yield f"{name}: the link {target} leads nowhere"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield f"{name}: {target} has no such heading"


def of_names(name, text, code):
    for token in re.findall(r"`([^`\n]+)`", without_code(text)):
        if re.match(r"(?:GET|POST|PUT|PATCH|DELETE) ", token):
            continue
        for path in re.findall(rf"(?<![\w/.-]){FOLDERS}/[\w./*<>{{}},-]*", token):
            if not code.has_path(path.rstrip(".,:")):
                yield f"{name}: {path} is not there"
        if re.search(r"[/ <…]", token):
            continue
        for word in COINED.findall(token):
            if word not in code.words and word not in code.vendors:
                yield f"{name}: {word} stands nowhere in the code"


def of_targets(name, text, code):
    blocks = "\n".join(re.findall(r"```.*?```", text, re.DOTALL))
    named = re.findall(r"`make ([a-z][a-z-]+)", text) + re.findall(r"(?:^|\$\()\s*make ([a-z][a-z-]+)", blocks, re.MULTILINE)
    for target in named:
        if target not in code.targets:
            yield f"{name}: the Makefile has no target {target}"


def of_numbers(name, text, code):
    for named, number in re.findall(r"`([A-Z][A-Za-z]+)` (\d+)\b", text):
        numbers = code.numbers_of(named)
        if numbers and number not in numbers:
            yield f"{name}: {named} {number}, but template.yaml has {', '.join(sorted(numbers))}"


# Documents for operators.
WITHOUT_SQL = ["docs/RUNBOOK.md", "docs/SECURITY.md"]
SQL = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert\s+into\b|\bupdate\s+\w+\s+set\b|\bdelete\s+from\b|\btruncate\s+\w|\bpg_\w+\("
    r"|\b(?:create|alter|drop)\s+(?:role|user|table|index|database|function|view)\b",
    re.IGNORECASE | re.DOTALL,
)


def of_sql(name, text, code):
    if name not in WITHOUT_SQL:
        return
    for fence, block in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL):
        if fence == "sql" or SQL.search(block):
            yield f"{name}: SQL instead of a command: {block.strip().splitlines()[0]}"
    for token in re.findall(r"`([^`\n]+)`", without_code(text)):
        if SQL.search(token):
            yield f"{name}: SQL instead of a command: {token}"


WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
NUMBER = rf"([0-9]+(?:[.,_][0-9]+)*|{'|'.join([*WORDS, *TENS])})"


def value(text):
    """Returns a number that is written in digits or as a word. A text with two dots, such as a version, stays a text."""
    text = text.lower().replace(",", "").replace("_", "")
    words = {word: number for number, word in enumerate(WORDS, 1)} | TENS
    return text if text.count(".") > 1 else float(words.get(text, text))


def numbers_in(path, pattern):
    """Returns the numbers at the place of `{}` in a pattern, or of `{*60}` multiplied by 60."""
    before, factor, after = re.fullmatch(r"(.*?)\{(?:\*(\d+))?\}(.*)", pattern).groups()
    spaced = (r"\s+".join(re.escape(word) for word in part.split(" ")) for part in (before, after))
    found = re.findall(NUMBER.join(spaced), read(path), re.IGNORECASE)
    return [value(number) * int(factor) if factor else value(number) for number in found]


def of_sources():
    for line in read("scripts/checks/docs-numbers.txt").splitlines():
        if not line or line.startswith("#"):
            continue
        document, says, source, has = line.split(" | ")
        said, real = numbers_in(document, says), numbers_in(source, has)
        if not said or not real:
            where, text = (source, has) if said else (document, says)
            yield f"docs-numbers.txt: {where} says nowhere: {text}"
        elif len(set(real)) > 1 or set(said) != set(real):
            yield f"{document}: {says}: it says {said}, but {source} has {real}"


def of_announcements():
    names = read("shared/domain/src/outbox.rs").split("fn name")[1].split("fn parse")[0]
    made = set(re.findall(r'=> "(\w+)"', names))
    told = set(re.findall(r"^\| `(\w+)` \|", read("docs/KLAVIYO.md"), re.MULTILINE))
    yield from differences(made, "the code", told, "docs/KLAVIYO.md")


def main():
    code = Code()
    problems = []
    for name in tracked("*.md"):
        text = read(name)
        for check in (of_links, of_names, of_targets, of_numbers, of_sql):
            problems.extend(check(name, text, code))
    problems.extend([*of_sources(), *of_announcements()])
    tests = set(re.findall(r"fn (\w+)\(", code.text))
    for test in re.findall(r"`([a-z0-9_]+)`", read("docs/SPEC.zh-CN.md")):
        if test.count("_") > 3 and test not in tests and test not in code.vendors and test not in code.words:
            problems.append(f"docs/SPEC.zh-CN.md: there is no test {test}")
    exit_with("check-docs", sorted(set(problems)))


if __name__ == "__main__":
    main()
