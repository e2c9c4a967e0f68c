"""Errors that a person sees: one line that says what was wrong and what to do; exit code 2.

AntiphonError (ValueError)
├── FileError      a file that cannot be read or written
├── PortError      a MIDI port or MIDI system that is not there
└── SoundError     no synth: FluidSynth or a SoundFont is not there, or the audio device does not open
"""

from __future__ import annotations


class AntiphonError(ValueError):
    """Something that the user can put right. The message is one line, complete, without jargon."""

    user_error = True
    """The command ``antiphon`` prints such errors without a traceback, from whichever package."""


class FileError(AntiphonError):
    """A file that cannot be read or written."""


class PortError(AntiphonError):
    """A MIDI port or MIDI system that is not there."""


class SoundError(AntiphonError):
    """No synth: FluidSynth or a SoundFont is not there, or the audio device does not open."""
