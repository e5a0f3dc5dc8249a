import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.constructs import lambda_package
from stacks.constructs.lambda_package import HOST, LAMBDA, ROOT, LambdaPackage

PACKAGES = ("telemetry", "operations")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one package without dependencies."""
    for name, text in {
        "lambdas/__init__.py": "",
        "lambdas/lamp/__init__.py": "",
        "lambdas/lamp/switch.py": "def handler(event, context): return 'on'\n",
        "lambdas/lamp/requirements.txt": "",
        "contracts/__init__.py": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(lambda_package, "ROOT", tmp_path)
    monkeypatch.setattr(lambda_package, "PACKAGES", tmp_path / ".packages")
    return tmp_path


def key() -> str:
    return LambdaPackage("lamp", LAMBDA).key


@pytest.mark.parametrize(
    "name", ["lambdas/lamp/switch.py", "lambdas/lamp/requirements.txt", "contracts/__init__.py"]
)
def test_a_changed_source_or_lock_changes_the_key(repository: Path, name: str) -> None:
    before = key()
    (repository / name).write_text("# changed\n")
    assert key() != before


def test_a_renamed_or_added_source_changes_the_key(repository: Path) -> None:
    before = key()
    (repository / "lambdas/lamp/switch.py").rename(repository / "lambdas/lamp/dimmer.py")
    renamed = key()
    (repository / "lambdas/lamp/empty.py").touch()
    assert len({before, renamed, key()}) == 3


def test_the_platform_is_part_of_the_key(repository: Path) -> None:
    assert LambdaPackage("lamp", HOST).key != LambdaPackage("lamp", LAMBDA).key


def test_compiled_files_and_times_are_no_part_of_the_key(repository: Path) -> None:
    before = key()
    compiled = repository / "lambdas/lamp/__pycache__/switch.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"compiled")
    os.utime(repository / "lambdas/lamp/switch.py", (1, 1))
    assert key() == before


def test_an_unchanged_package_is_not_built_again(repository: Path) -> None:
    package = LambdaPackage("lamp", HOST)
    package.build()
    (package.folder / "mark").touch()
    package.build()
    assert (package.folder / "mark").exists()
    assert [folder.name for folder in (repository / ".packages").iterdir()] == [package.key]


def test_a_build_that_fails_leaves_nothing_under_its_key(repository: Path) -> None:
    (repository / "lambdas/lamp/requirements.txt").write_text("no such thing!\n")
    package = LambdaPackage("lamp", HOST)
    with pytest.raises(subprocess.CalledProcessError):
        package.build()
    assert not list((repository / ".packages").iterdir())


@pytest.mark.parametrize("name", PACKAGES)
def test_no_lock_brings_what_the_runtime_has(name: str) -> None:
    lock = LambdaPackage(name, LAMBDA).lock.read_text()
    assert "boto" not in lock


def test_a_package_runs_by_itself_under_the_names_of_the_repository() -> None:
    package = LambdaPackage("telemetry", HOST)
    package.build()
    assert not (package.folder / "bin").exists()
    assert not list(package.folder.rglob("__pycache__"))
    program = (
        f"import sys; sys.path.insert(0, {str(package.folder)!r})\n"
        "import contracts.settings, lambdas.telemetry.domain.status as status, msgspec\n"
        f"for module in (contracts.settings, status, msgspec):\n"
        f"    assert module.__file__.startswith({str(package.folder)!r}), module\n"
    )
    command = [sys.executable, "-B", "-I", "-S", "-c", program]
    subprocess.run(command, check=True, cwd=ROOT.parent)  # noqa: S603 — the program above
