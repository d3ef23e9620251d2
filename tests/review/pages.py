"""Pages of reviewed states, made in this process, and the browser that looks at them."""

import datetime
from pathlib import Path

from egress.review.cluster import Cluster
from egress.review.comparison import compare
from egress.review.findings.acceptance import judge
from egress.review.findings.registry import find
from egress.review.matrix import Matrix
from egress.review.output.page.document import render

TODAY = datetime.date(2026, 11, 23)


def page_of(new: Cluster, old: Cluster | None = None) -> str:
    return render(
        origin="test",
        rows=list(Matrix(new).rows()),
        judged=judge(find(new), [], TODAY),
        comparison=compare(old, new) if old else None,
        judged_before=judge(find(old), [], TODAY) if old else None,
    )


def written(folder: Path, text: str) -> Path:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file
