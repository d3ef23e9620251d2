"""The `constructs/` trap: an `__init__.py` there hides the package from PyPI that cdktf imports."""

from pathlib import Path

FOLDERS = ("constructs", "tests/constructs")


def trap(root: Path) -> str | None:
    """What is wrong and how to fix it; None where no folder called `constructs` is a package."""
    for folder in FOLDERS:
        if (root / folder / "__init__.py").exists():
            return (
                f"{folder}/__init__.py makes that folder a package called `constructs`, which hides the one from "
                "PyPI that cdktf imports: everything then fails with \"No module named 'constructs._jsii'\". Delete "
                "the file. Modules belong into constructs/egress_constructs/ and are imported as "
                "`from egress_constructs.firewall import ...`."
            )
    return None
