"""Each control of the table as an option of a command, so that nothing is listed twice."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from live.control_kinds import Control
from live.controls import CONTROLS
from live.voice_controls import ROWS
from models import places


def with_controls(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that takes ``**controls`` an option for each; what is not given comes as None."""
    signature = inspect.signature(command, eval_str=True)
    own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    options = [_parameter(control) for control in CONTROLS if control.name not in ROWS]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in [*options, *own]]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def _parameter(control: Control) -> inspect.Parameter:
    flag = "--" + control.name.replace("_", "-")
    names = f"{flag}/--no-{flag[2:]}" if control.type is bool else flag
    option = typer.Option(names, help=_help(control), show_default=False)
    annotation = Annotated[control.type | None, option]  # type: ignore[name-defined]
    return inspect.Parameter(
        control.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _help(control: Control) -> str:
    text = control.help[0].upper() + control.help[1:]
    if control.type is bool:
        return f"{text}."
    unit = f" {control.unit}" if control.unit else ""
    own = places.own_names() if control.name == "model" else []
    yours = f" (yours: {', '.join(own)})" if own else ""
    return f"{text}: {control.allowed}{unit}{yours}; default {control.default}."
