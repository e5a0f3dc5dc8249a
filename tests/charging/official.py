"""The official JSON schemas, which the `ocpp` package carries."""

import json
from importlib.resources import files
from typing import Any

import jsonschema

Schema = dict[str, Any]


class OfficialSchemas:
    """Those of one version of OCPP."""

    def __init__(self, package: str) -> None:
        self._folder = files(package) / "schemas"

    @property
    def names(self) -> list[str]:
        """Calls and their answers."""
        found = (file.name for file in self._folder.iterdir() if file.name.endswith(".json"))
        return sorted(name.removesuffix(".json") for name in found)

    def schema(self, name: str) -> Schema:
        schema: Schema = json.loads((self._folder / f"{name}.json").read_text("utf-8-sig"))
        return schema

    def check(self, name: str, payload: dict[str, Any]) -> None:
        """Raise `jsonschema.ValidationError` unless the schema allows the payload."""
        # Dividing by 0.1 tells nothing in binary: 16.3 would not be a multiple of it.
        jsonschema.validate(payload, _without_multiples(self.schema(name)))


OCPP_1_6 = OfficialSchemas("ocpp.v16")
OCPP_2_0_1 = OfficialSchemas("ocpp.v201")


def shape(schema: Schema, definitions: Schema) -> Any:
    """What a schema allows, in one form for all dialects."""
    if "$ref" in schema:
        return shape(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        [present] = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
        return shape(present, definitions)
    if "enum" in schema:
        return {"enum": set(schema["enum"]) - {None}}
    match schema.get("type"):
        case None:
            return {}
        case "object":
            properties = schema.get("properties", {})
            return {
                "required": set(schema.get("required", [])),
                "properties": {
                    name: shape(property_, definitions) for name, property_ in properties.items()
                },
            }
        case "array":
            lengths = {key: schema[key] for key in ("minItems", "maxItems") if key in schema}
            return {"items": shape(schema["items"], definitions), **lengths}
        case "string" if schema.get("format") == "decimal":
            return {"type": "number"}
        case _:
            kept = ("type", "maxLength", "format", "minimum", "maximum")
            return {key: schema[key] for key in kept if key in schema}


def _without_multiples(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: _without_multiples(v) for k, v in schema.items() if k != "multipleOf"}
    return [_without_multiples(item) for item in schema] if isinstance(schema, list) else schema
