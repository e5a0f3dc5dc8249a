import subprocess
from pathlib import Path

import pytest

from embedded.images import DockerfileError, Registry

APP = Path(__file__).with_name("app")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "images")


def context(folder: Path, dockerfile: str) -> Path:
    (folder / "package").mkdir()
    (folder / "package" / "module.py").write_text("print('it runs')\n")
    (folder / "package" / "__pycache__").mkdir()
    (folder / "package" / "__pycache__" / "module.pyc").write_bytes(b"")
    (folder / "Dockerfile").write_text(dockerfile)
    return folder


PLAIN = "FROM python:3.13-slim\nWORKDIR /app\nCOPY package/ package/\nENV PYTHONPATH=/app\n"


def test_the_same_content_has_the_same_digest_and_is_built_once(
    registry: Registry, tmp_path: Path
) -> None:
    source = context(tmp_path, PLAIN)
    first = registry.push("shop/cart", source / "Dockerfile", source)
    image = registry.get("shop/cart", first)
    assert image is not None
    built = image.rootfs.stat().st_mtime_ns
    assert registry.push("shop/cart", source / "Dockerfile", source) == first
    assert image.rootfs.stat().st_mtime_ns == built


def test_another_content_has_another_digest(registry: Registry, tmp_path: Path) -> None:
    source = context(tmp_path, PLAIN)
    first = registry.push("shop/cart", source / "Dockerfile", source)
    (source / "package" / "module.py").write_text("print('changed')\n")
    second = registry.push("shop/cart", source / "Dockerfile", source)
    (source / "Dockerfile").write_text(PLAIN + "ENV A=1\n")
    assert len({first, second, registry.push("shop/cart", source / "Dockerfile", source)}) == 3


def test_bytecode_is_no_content(registry: Registry, tmp_path: Path) -> None:
    source = context(tmp_path, PLAIN)
    image = registry.get("a", registry.push("a", source / "Dockerfile", source))
    assert image is not None
    assert [path.name for path in (image.rootfs / "app/package").iterdir()] == ["module.py"]


def test_the_programs_of_an_image_see_nothing_but_the_image(
    registry: Registry, tmp_path: Path
) -> None:
    source = context(tmp_path, PLAIN)
    image = registry.get("a", registry.push("a", source / "Dockerfile", source))
    assert image is not None
    environment = {name: image.inside(value) for name, value in image.config.env.items()}
    python = str(image.programs / "python")

    def said(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 — the image's interpreter
            [python, *arguments], env=environment, text=True, capture_output=True, check=False
        )
        return done.stdout + done.stderr

    assert said("-m", "package.module") == "it runs\n"
    assert "No module named 'boto3'" in said("-c", "import boto3")


def test_paths_of_the_image_are_led_into_it_and_no_others(
    registry: Registry, tmp_path: Path
) -> None:
    source = context(tmp_path, PLAIN)
    image = registry.get("a", registry.push("a", source / "Dockerfile", source))
    assert image is not None
    root = image.rootfs
    assert image.inside("/app:/app/site-packages") == f"{root}/app:{root}/app/site-packages"
    assert image.inside("--config=/app/settings") == f"--config={root}/app/settings"
    for untouched in ("/apple", "https://host/app/x", "/charging/v1", "app/", ""):
        assert image.inside(untouched) == untouched


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("RUN rm -rf /", ":5: RUN: only: uv pip install"),
        ("RUN uv pip install --target /app/x --pre -r package/module.py", "unknown option --pre"),
        ("COPY missing.py ./", ":5: COPY: missing.py is not in"),
        ("COPY ../secret ./", ":5: COPY: ../secret is not in"),
        ("COPY --from=other a b", ":5: COPY: option --from=other is not understood"),
        ("FROM python:3", ":5: FROM: one stage only"),
    ],
)
def test_what_cannot_be_built_is_refused_and_leaves_nothing(
    registry: Registry, tmp_path: Path, line: str, said: str
) -> None:
    source = context(tmp_path, PLAIN + line + "\n")
    with pytest.raises(DockerfileError, match=said):
        registry.push("a", source / "Dockerfile", source)
    images = tmp_path / "images"
    assert not images.exists() or list(images.iterdir()) == []


@pytest.mark.integration
def test_requirements_are_installed_with_hashes(registry: Registry) -> None:
    image = registry.get("echo", registry.push("echo", APP / "Dockerfile", APP))
    assert image is not None
    assert (image.rootfs / "app/site-packages/websockets").is_dir()
    assert image.config.entrypoint == ["python", "-m"]
    assert image.config.exposed_ports == ["8000"]
