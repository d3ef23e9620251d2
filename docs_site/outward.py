"""Links out of docs/, for the site: to the repository where `repo_url` names it, else the bare text.

A link to a file that is not there is a warning, which the strict build turns into a failure.
"""

import logging
import re
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\((\.\./[^)\s]+)\)")
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LOG = logging.getLogger("mkdocs.hooks.outward")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """The page with each link to a file outside docs/ rewritten."""
    source = PurePosixPath("docs") / page.file.src_uri
    parts = FENCED.split(markdown)
    return "".join(
        part if part.startswith("```") else LINK.sub(lambda link: _rewritten(link, source, config), part)
        for part in parts
    )


def _rewritten(link: re.Match[str], source: PurePosixPath, config: Any) -> str:
    text, target = link[1], link[2]
    name, _, anchor = target.partition("#")
    file = (ROOT / source.parent / name).resolve()
    if file.is_relative_to(ROOT / "docs"):
        return link[0]
    if not file.exists() or not file.is_relative_to(ROOT):
        LOG.warning("%s links to %s, which is not there", source, target)
        return text
    if not config.repo_url:
        return text
    kind = "tree" if file.is_dir() else "blob"
    address = f"{config.repo_url.rstrip('/')}/{kind}/main/{file.relative_to(ROOT).as_posix()}"
    return f"[{text}]({address}{'#' if anchor else ''}{anchor})"
