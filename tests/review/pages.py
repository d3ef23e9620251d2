"""Pages of reviewed states, made in this process, and the browser that looks at them."""

import datetime
from pathlib import Path

from egress.review.changes.change import change
from egress.review.cluster import Cluster
from egress.review.judgement import judge_cluster
from egress.review.matrix import Matrix
from egress.review.output.page.document import render

TODAY = datetime.date(2026, 11, 23)


def page_of(new: Cluster, old: Cluster | None = None) -> str:
    head = judge_cluster(new, [], TODAY)
    base = judge_cluster(old, [], TODAY) if old else None
    return render(
        origin="test",
        rows=list(Matrix(new).rows()),
        judged=head.judged,
        change=change(base, head, TODAY) if base else None,
    )


def written(folder: Path, text: str) -> Path:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file
