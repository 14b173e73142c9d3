"""What is installed is locked, and the lock names no host."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
LOCKS = {"requirements.txt": RUNTIME, "requirements-dev.txt": RUNTIME + PROJECT["dependency-groups"]["dev"]}


def _locked(name: str) -> dict[str, str]:
    """The text of each locked package, hashes included."""
    packages = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
    return {canonicalize_name(re.split(r"[=@ ;\[]", package)[0]): package for package in packages}


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_in_the_version_that_is_asked_for(name: str) -> None:
    locked = _locked(name)
    for asked in map(Requirement, LOCKS[name]):
        version = re.search(r"==([^ ;\\]+)", locked[canonicalize_name(asked.name)])
        assert version
        assert asked.specifier.contains(version[1]), asked


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    locked = _locked(name)
    assert len(locked) > 40
    assert [package for package, text in locked.items() if "--hash=sha256:" not in text] == []


def test_the_development_lock_holds_the_runtime_one() -> None:
    runtime, development = _locked("requirements.txt"), _locked("requirements-dev.txt")
    versions = {package: text.partition(" \\")[0] for package, text in runtime.items()}
    assert versions.items() <= {package: text.partition(" \\")[0] for package, text in development.items()}.items()


@pytest.mark.parametrize("name", [*LOCKS, "Makefile", ".ci/run", "pyproject.toml"])
def test_no_file_of_the_installation_names_a_host(name: str) -> None:
    assert re.findall(r"https?://\S+|file:\S+|index-url|--find-links|--trusted-host", (ROOT / name).read_text()) == []
