"""The project's Markdown pages, read just far enough to test what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = {
    "bench",
    "config",
    "constructs",
    "docs",
    "egress",
    "experiments",
    "lazy_bindings",
    "stacks",
    "tests",
}
"""The folders that hold the project itself, and not what was installed or written."""


@dataclass(frozen=True)
class Block:
    """A fenced code block and its language."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name in SOURCES]
    return sorted(
        [
            *ROOT.glob("*.md"),
            *(
                page
                for folder in folders
                for page in folder.rglob("*.md")
                if "__snapshots__" not in page.parts
            ),
        ]
    )


def blocks(page: Path) -> list[Block]:
    """The page's code blocks, in order."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(language, text) for language, text in fences]


def section(page: Path, heading: str) -> str:
    """The text below a heading, up to the next one of its level or above; code blocks may hold `#` lines."""
    level, found = 0, []
    fenced = False
    for line in page.read_text(encoding="utf-8").splitlines(keepends=True):
        fenced ^= line.startswith("```")
        title = None if fenced else re.match(r"(#+) (.*)", line)
        if title and level and len(title[1]) <= level:
            break
        if level:
            found.append(line)
        if title and title[2] == heading:
            level = len(title[1])
    assert found, f"{page.name} has no heading {heading!r}"
    return "".join(found)


def anchors(page: Path) -> set[str]:
    """What a link may name after `#`: headings as GitHub spells them, and explicit ids."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    spelled = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return spelled | set(re.findall(r'<a id="([^"]+)"', text))


def links(page: Path) -> Iterator[str]:
    """Every link's target that is no address on the web."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not target.startswith(("https://", "http://")):
            yield target


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each table row, without heads and rules."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        head = index + 1 < len(lines) and lines[index + 1].startswith("|---")
        if line.startswith("|") and not line.startswith("|---") and not head:
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
