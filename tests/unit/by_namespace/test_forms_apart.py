"""The two forms know nothing of each other, and one module chooses between them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ISTIO = ROOT / "egress" / "derived" / "istio"
FORMS = {
    form: re.compile(rf"egress\.derived\.istio(?:\.| import ){form}\b")
    for form in ("by_identity", "by_namespace")
}


def test_no_form_imports_the_other() -> None:
    for form, other in (("by_identity", "by_namespace"), ("by_namespace", "by_identity")):
        modules = list((ISTIO / form).glob("*.py"))
        assert len(modules) > 2
        assert [path.name for path in modules if FORMS[other].search(path.read_text(encoding="utf-8"))] == []


def test_only_the_choice_imports_both_forms() -> None:
    folders = [ROOT / name for name in ("egress", "constructs", "stacks")]
    sources = {path: path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py")}

    both = [path for path, text in sources.items() if all(each.search(text) for each in FORMS.values())]
    assert both == [ISTIO / "routing.py"]
