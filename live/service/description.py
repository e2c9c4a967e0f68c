"""What OpenAPI says of the service, made from the models that check it."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from live.service import wishes
from live.service.answers import LINES, OBJECT
from live.service.formats import WRITTEN
from live.service.limits import JOB_SECONDS, LARGEST_FILE, RETRY_SECONDS

_ANSWERS: tuple[type[BaseModel], ...] = (
    wishes.Read, wishes.Result, wishes.Models, wishes.WaitingLine, wishes.ReadLine, wishes.ProgressLine,
    wishes.MadeLine, wishes.DoneLine, wishes.FailedLine,
)  # fmt: skip
_LINES = ("WaitingLine", "ReadLine", "ProgressLine", "MadeLine", "DoneLine", "FailedLine")
_REFUSALS = {
    401: "The token is missing or wrong.",
    403: "The request comes from another site, or was sent to a name that is not ours.",
    408: "The file did not come in time.",
    413: f"The file is larger than {LARGEST_FILE} bytes. Nothing of it is kept; most of it is not even read.",
    415: "The body is packed (Content-Encoding).",
    422: f"An option or the file is wrong, or the job takes more than {JOB_SECONDS:.0f} s; why.",
    500: "Antiphon failed.",
    503: f"Too many jobs are under way; `Retry-After` ({RETRY_SECONDS} s) says when to ask again.",
    507: "There is no room for the file.",
}
_WORDS = {
    "read": ("See and hear a file", "What is in the file that is sent: parts and notes in seconds."),
    "continue": (
        "Continue a file",
        "The music that is sent stays as it is; new music follows in a part of its own.",
    ),
    "harmonize": (
        "Harmonise a file",
        "Voices beside the melody of the file that is sent, each a part of its own.",
    ),
    "compose": ("Compose a piece", "A new piece from nothing."),
}
_MADE = (
    " Without an `Accept` header the answer is the file that was made. "
    f"`Accept: {OBJECT}` has everything as one object, `Accept: {LINES}` a line for each thing as it "
    "happens. "
    "Closing the connection ends the job."
)


def description() -> dict[str, Any]:
    """The whole description (OpenAPI 3.1)."""
    _, schemas = models_json_schema(
        [(model, "serialization") for model in _ANSWERS], ref_template="#/components/schemas/{model}"
    )
    kinds: dict[str, type[BaseModel]] = {
        "continue": wishes.Continue,
        "harmonize": wishes.Harmonize,
        "compose": wishes.Compose,
    }
    paths: dict[str, Any] = {"/api/read": {"post": _operation("read", wishes.File, {OBJECT: _ref("Read")})}}
    for kind, wish in kinds.items():
        answers: dict[str, Any] = {
            media: {"schema": {"type": "string", "contentMediaType": media}} for media in WRITTEN.values()
        }
        answers |= {
            OBJECT: _ref("Result"),
            LINES: {"schema": {"oneOf": [_ref(each)["schema"] for each in _LINES]}},
        }
        paths[f"/api/{kind}"] = {"post": _operation(kind, wish, answers)}
    paths["/api/models"] = {"get": _getter("models", "The models that are there", _ref("Models"))}
    health = {
        "schema": {
            "type": "object",
            "properties": {"status": {"const": "ok"}, "running": {"type": "integer"}},
        }
    }
    paths["/health"] = {"get": {**_getter("health", "Whether the service is there", health), "security": []}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Antiphon",
            "version": _version(),
            "description": "Continue, harmonise and compose music files. An error is one line of text.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
        "security": [{}, {"bearer": []}, {"query": []}],
    }


def _operation(kind: str, wish: type[BaseModel], answers: dict[str, Any]) -> dict[str, Any]:
    summary, words = _WORDS[kind]
    found: dict[str, Any] = {
        "operationId": kind,
        "summary": summary,
        "description": words + (_MADE if kind != "read" else ""),
        "parameters": _parameters(wish),
        "responses": {
            "200": {"description": "It is done.", "content": answers},
            **{str(status): _line(words) for status, words in _REFUSALS.items()},
        },
    }
    if kind != "compose":
        body = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {
            "required": True,
            "description": f"The bytes of the file, at most {LARGEST_FILE}. Their media type does not count.",
            "content": {"application/octet-stream": body},
        }
    return found


def _parameters(wish: type[BaseModel]) -> list[dict[str, Any]]:
    schema = wish.model_json_schema()
    found = []
    for name, field in schema["properties"].items():
        words = field.pop("description", "")
        field.pop("title", None)
        needed = name in schema.get("required", ())
        found.append({"name": name, "in": "query", "required": needed, "description": words, "schema": field})
    return found


def _getter(name: str, summary: str, answer: dict[str, Any]) -> dict[str, Any]:
    content = {OBJECT: answer}
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": {"description": "So it is.", "content": content}},
    }


def _line(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _ref(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def _version() -> str:
    try:
        return metadata.version("antiphon")
    except metadata.PackageNotFoundError:
        return "0"
