"""Which MIDI systems and ports there are, and which of them a daemon is to use.

Listing opens a client of the MIDI system for a moment; it may block for as long as that takes. Main
thread. Errors are ``PortError``: one line with the ports that there are.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import rtmidi

from live.errors import PortError
from live.stage import apis
from live.stage.settings import NO_API, InputPort, OutputPort, StageSettings

INPUT_NAME, OUTPUT_NAME = "To Antiphon", "From Antiphon"
"""Our virtual ports; these names read rightly in either list of a DAW."""
PLAN_NAME = "Antiphon Plan"
"""The virtual port that shows what is about to sound, where one is asked for."""

_AUTO = {"linux": ("alsa", "jack"), "darwin": ("coremidi",), "win32": ("winmm",)}
_SECOND_TRY_SECONDS = 0.3
NO_VIRTUAL_PORTS = frozenset({"winmm"})

_WHY_NOT = {
    "alsa": "ALSA's sequencer does not open (is the module snd-seq loaded?)",
    "jack": "no JACK server answers (PipeWire's JACK cannot be reached by the libjack in "
    "python-rtmidi's wheel: use --api alsa there)",
    "coremidi": "CoreMIDI does not open",
    "winmm": "the Windows MIDI system does not open",
}

_NO_KEYBOARD = re.compile(r"through|loopmidi|iac driver|network session|antiphon|announce|timer", re.I)


@dataclass(frozen=True)
class PortList:
    """What there is on one MIDI system: inputs can be listened to, outputs can be played to."""

    api: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def list_ports(api: str) -> PortList:
    """The ports of one MIDI system. Raises ``PortError`` when it does not answer."""
    if api not in apis.compiled():
        known = ", ".join(apis.compiled())
        raise PortError(f"there is no MIDI system {api!r} here; there are: {known}")
    number = apis.NUMBERS[api]
    with silenced(), contextlib.ExitStack() as clients:
        try:
            midi_in = rtmidi.MidiIn(number)
            clients.callback(midi_in.delete)
            midi_out = _second_client(number)
            clients.callback(midi_out.delete)
        except rtmidi.RtMidiError as error:
            raise PortError(_WHY_NOT[api]) from error
        return PortList(api, tuple(midi_in.get_ports()), tuple(midi_out.get_ports()))


def _second_client(number: int) -> rtmidi.MidiOut:
    """A client of a system that has just answered; a JACK server under load may refuse one for a moment."""
    try:
        return rtmidi.MidiOut(number)
    except rtmidi.RtMidiError:
        time.sleep(_SECOND_TRY_SECONDS)
        return rtmidi.MidiOut(number)


def choose_api(wanted: str = "auto") -> str | None:
    """The MIDI system to use: ``wanted``, or with ``auto`` the first one that answers, or None.

    On Linux ALSA comes before JACK. Raises ``PortError`` when the one asked for does not answer.
    """
    if wanted != "auto":
        return list_ports(wanted).api
    for api in _AUTO.get(sys.platform, ("alsa", "jack")):
        with contextlib.suppress(PortError):
            return list_ports(api).api
    return None


def choose(
    api: str | None,
    inputs: Sequence[str] = (),
    output: str | None = None,
    thru: bool | None = None,
    plan: str | None = None,
    spare: int = 0,
) -> StageSettings:
    """The ports of a daemon, as settings for its stage.

    Without ``inputs``: the virtual port, and the hardware keyboard as well if there is exactly one.
    Thru is on where an input was named, off elsewhere; ``thru`` says it for all. ``plan`` is an output more
    that shows the plan: a name, or empty for a virtual port. ``spare``: places for inputs that are chosen
    later, and one for an output beside our virtual one. With ``api`` None there are no ports. Raises
    ``PortError`` for a port that is not there or not clear.

    Where another Antiphon has the names of our virtual ports, a number follows them: ``To Antiphon 2``.
    """
    if api is None:
        if inputs or output or plan is not None:
            raise PortError("there is no MIDI system, so no port can be named")
        return StageSettings(api=NO_API)
    there = list_ports(api)
    if api in NO_VIRTUAL_PORTS and (not inputs or output is None):
        raise PortError(
            "Windows has no virtual ports: install loopMIDI or Windows MIDI Services and name its "
            f"ports with --input and --output; {_there(there.inputs)}"
        )
    own_input, own_output, own_plan = _free_names(there)
    sources = [_input(name, own_input, there) for name in inputs]
    if not inputs:
        sources.append(InputPort(own_input, virtual=True))
        found = keyboards(there)
        if len(found) == 1:
            sources.append(InputPort(found[0]))
    if thru is not None:
        sources = [InputPort(port.name, port.virtual, thru) for port in sources]
    target = OutputPort(own_output, virtual=True)
    if output is not None and output != OUTPUT_NAME:
        target = OutputPort(match(output, there.outputs, "output"))
    outputs = [target] if plan is None else [target, _plan_port(plan, own_plan, there)]
    sources = list(dict.fromkeys(sources))
    if spare:
        sources += [InputPort("", thru=any(port.thru for port in sources)) for _ in range(spare)]
        outputs += [OutputPort("", beside=True)] if target.virtual else []
    return StageSettings(api=api, inputs=tuple(sources), outputs=tuple(outputs))


def _plan_port(name: str, own: str, there: PortList) -> OutputPort:
    if name not in ("", PLAN_NAME):
        return OutputPort(match(name, there.outputs, "plan port"), shows_plan=True)
    if there.api in NO_VIRTUAL_PORTS:
        raise PortError(
            "Windows has no virtual ports: install loopMIDI or Windows MIDI Services and name its port with "
            f"--plan-port; {_there(there.outputs)}"
        )
    return OutputPort(own, virtual=True, shows_plan=True)


def _free_names(there: PortList) -> tuple[str, str, str]:
    """Names for our virtual ports that no other daemon has, numbered alike from 2."""
    for number in itertools.count(1):
        suffix = "" if number == 1 else f" {number}"
        to, from_, plan = INPUT_NAME + suffix, OUTPUT_NAME + suffix, PLAN_NAME + suffix
        taken = [_is_there(to, there.outputs), *(_is_there(each, there.inputs) for each in (from_, plan))]
        if not any(taken):
            return to, from_, plan
    raise AssertionError


def _is_there(name: str, listed: Iterable[str]) -> bool:
    """Whether a list has a port of this very name, as the MIDI systems write it.

    ``NAME:NAME`` on JACK, ``CLIENT:NAME 128:0`` on ALSA, ``NAME`` on CoreMIDI.
    """
    own = re.compile(rf"(^|:){re.escape(name)}( \d+:\d+)?$")
    return any(own.search(each) for each in listed)


def _input(name: str, own: str, there: PortList) -> InputPort:
    if name == INPUT_NAME and there.api not in NO_VIRTUAL_PORTS:
        return InputPort(own, virtual=True)
    return InputPort(match(name, there.inputs, "input"), thru=True)


def match(name: str, there: Sequence[str], what: str) -> str:
    """The full name of the port that ``name`` means: exactly, else as part of one name only."""
    if name in there:
        return name
    found = [each for each in there if name.casefold() in each.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise PortError(f"MIDI {what} {name!r} could be any of: {', '.join(found)}")
    raise PortError(f"there is no MIDI {what} {name!r}; {_there(there)}")


def _there(names: Sequence[str]) -> str:
    return f"there are: {', '.join(names)}" if names else "there are none at all"


def keyboards(there: PortList) -> list[str]:
    """Inputs that are devices, as far as names tell, not programs or loops."""
    return [name for name in there.inputs if _is_device(there.api, name)]


def _is_device(api: str, name: str) -> bool:
    if _NO_KEYBOARD.search(name):
        return False
    if api == "alsa":  # "client:port 20:0"; programs have client numbers from 128, the system 0
        numbers = re.search(r"(\d+):\d+$", name)
        return numbers is not None and 0 < int(numbers[1]) < 128
    if api == "jack":
        return name.startswith(("system:midi_capture", "a2j:"))
    return True


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Nothing reaches descriptor 2 meanwhile: ALSA and libjack talk there. The whole process."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
