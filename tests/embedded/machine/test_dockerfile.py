from pathlib import Path

import pytest

from embedded.dockerfile import DockerfileError, parse


def dockerfile(folder: Path, text: str) -> Path:
    path = folder / "Dockerfile"
    path.write_text(text)
    return path


def test_instructions_are_read_in_order_with_their_lines(tmp_path: Path) -> None:
    path = dockerfile(
        tmp_path,
        '# a program\nFROM python:3.13-slim\n\nRUN one && \\\n  # between\n  two\nCMD ["a", "b"]\n',
    )
    read = parse(path)
    assert [(found.line, found.name, found.text) for found in read] == [
        (2, "FROM", "python:3.13-slim"),
        (4, "RUN", "one && two"),
        (7, "CMD", '["a", "b"]'),
    ]
    assert read[2].exec_form() == ["a", "b"]


def test_variables_may_be_quoted(tmp_path: Path) -> None:
    path = dockerfile(tmp_path, 'FROM python:3\nENV A=1 B="two words"\n')
    assert parse(path)[1].variables() == {"A": "1", "B": "two words"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM python:3\nVOLUME /data\n", ":2: VOLUME: not one of"),
        ("WORKDIR /app\n", "must begin with FROM"),
        ("FROM python:3\nRUN a \\\n", ":2: ends in a continued line"),
    ],
)
def test_what_is_not_understood_is_named_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(DockerfileError, match=said):
        parse(dockerfile(tmp_path, text))


def test_the_shell_form_of_a_command_is_refused(tmp_path: Path) -> None:
    command = parse(dockerfile(tmp_path, "FROM python:3\nCMD python app.py\n"))[1]
    with pytest.raises(DockerfileError, match=":2: CMD: the exec form is needed"):
        command.exec_form()
