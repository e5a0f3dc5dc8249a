"""CSV files as the body of a request: read whole, each fault named by its row and column."""

import csv
import http
import io
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

MOST_ROWS = 20_000
MOST_FAULTS = 100
"""Faults that are named; a file with more is likely no such file at all."""

CSV_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}},
    "responses": {"415": {"description": "The body is no text/csv"}},
}
"""For the OpenAPI description."""


async def _text(request: Request) -> str:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "text/csv":
        raise HTTPException(http.HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is to be text/csv")
    body = await request.body()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise _refused([_fault(line, None, "is not UTF-8")]) from error


CsvText = Annotated[str, Depends(_text)]


def rows(text: str, model: type[BaseModel], *, unique: str) -> list[dict[str, str]]:
    """The rows as fields of a model, empty ones left out; 422 names every fault.

    Columns are set apart by commas or semicolons. No two rows may agree in `unique`.
    """
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        lines = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise _refused([_fault(reader.line_num, None, str(error))]) from error
    _check_header(header, model)
    if len(lines) > MOST_ROWS:
        raise _refused([_fault(lines[MOST_ROWS][0], None, f"at most {MOST_ROWS} rows")])
    faults: list[dict[str, Any]] = []
    found: list[dict[str, str]] = []
    seen: dict[str, int] = {}
    for number, row in lines:
        if len(row) != len(header):
            faults.append(_fault(number, None, f"{len(row)} fields, {len(header)} are named"))
            continue
        fields = {name: value.strip() for name, value in zip(header, row, strict=True)}
        given = {name: value for name, value in fields.items() if value}
        try:
            model.model_validate(given)
        except ValidationError as error:
            faults += [
                _fault(number, ".".join(map(str, fault["loc"])), fault["msg"])
                for fault in error.errors(include_url=False)
            ]
        identity = fields[unique].upper()
        if seen.setdefault(identity, number) != number:
            faults.append(_fault(number, unique, f"is in row {seen[identity]} already"))
        found.append(given)
    if faults:
        raise _refused(faults[:MOST_FAULTS])
    return found


def _check_header(header: list[str], model: type[BaseModel]) -> None:
    fields = model.model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    faults = [_fault(1, name, "is no known column") for name in header if name not in fields]
    faults += [_fault(1, name, "is missing") for name in needed if name not in header]
    if len(set(header)) < len(header):
        faults.append(_fault(1, None, "a column is named twice"))
    if faults:
        raise _refused(faults)


def _fault(row: int, column: str | None, what: str) -> dict[str, Any]:
    where = ("row", row) if column is None else ("row", row, column)
    return {"loc": where, "msg": what}


def _refused(faults: list[dict[str, Any]]) -> RequestValidationError:
    return RequestValidationError(faults)
