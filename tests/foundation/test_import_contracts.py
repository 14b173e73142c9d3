"""The import contracts of pyproject.toml hold, and each of them sees a wrong import."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
NAMES = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
]
#: By contract: a file, and what it must not import.
WRONG = {
    "1": ("workers/mail.py", "import tasks.turnover.rows"),
    "2": ("tasks/turnover/rows.py", "import workers.columns"),
    "3a": ("tasks/turnover/closing.py", "import tasks.cli.status"),
    "3b": ("tasks/turnover/gather.py", "import tasks.turnover.closing"),
    "3c": ("tasks/realization/case.py", "import tasks.realization.deliver"),
    "4a": ("workers/secrets.py", "import workers.columns"),
    "4b": ("workers/afas/errors.py", "import workers.staff.models"),
    "5a": ("workers/runlog.py", "import requests"),
    "5b": ("tasks/housekeeping/outbox.py", "import smtplib"),
    "5c": ("workers/runlog.py", "from rich.progress import Progress"),
    "6": ("tests/simulator/values.py", "from workers.columns import now"),
}
#: More of the same: other ways to break the contracts that are broken most easily.
ALSO_WRONG = [
    ("1", "tasks/turnover/sources.py", "import tests.simulator"),
    ("2", "tasks/turnover/convert.py", "import sqlalchemy"),
    ("2", "tasks/turnover/report.py", "import msgspec"),
    ("3b", "tasks/turnover/made_up.py", ""),
    ("2", "tasks/realization/settle.py", "import workers.columns"),
    ("3c", "tasks/realization/made_up.py", ""),
    ("4a", "workers/made_up.py", ""),
    ("5a", "tasks/connect.py", "from requests.adapters import HTTPAdapter"),
    ("6", "tests/simulator/server.py", "import celery"),
]


def _linted(root: Path) -> tuple[int, list[str]]:
    """The exit code, and the numbers of the broken contracts."""
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    told = " ".join(done.stdout.split())
    return done.returncode, [name.split()[0] for name in NAMES if f"{name} BROKEN" in told]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the contracts are about."""
    copy = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for room in ("workers", "tasks", "tests/simulator"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "contracts.py", copy / "tests")
    return copy


def test_every_contract_is_broken_once_below() -> None:
    assert [name.split()[0] for name in NAMES] == list(WRONG)


def test_all_contracts_are_kept(tree: Path) -> None:
    assert _linted(tree) == (0, [])


@pytest.mark.parametrize(("number", "file", "line"), [(n, *wrong) for n, wrong in WRONG.items()] + ALSO_WRONG)
def test_a_wrong_import_breaks_its_contract_by_name(tree: Path, number: str, file: str, line: str) -> None:
    path = tree / file
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        code, broken = _linted(tree)
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert code == 1
    assert broken == [number]


def test_every_file_of_the_turnover_river_is_pure_or_touches_the_world() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    pure = set(contracts[1]["modules"])
    for path in (ROOT / "tasks" / "turnover").glob("[a-z]*.py"):
        module = f"tasks.turnover.{path.stem}"
        touches = re.search(r"^(from|import) (workers|celery|requests|sqlalchemy)\b", path.read_text(), re.MULTILINE)
        assert (module in pure) != bool(touches), module
