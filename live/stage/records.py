"""The words that stage and engine say to each other; :mod:`live.stage.wire` carries them.

Times are integer nanoseconds of ``time.perf_counter_ns``, which every process of one machine
shares. MIDI messages are ``bytes`` of length 1 to 3. Tags and causes are 0 to 2**32 - 1; tag 0 is
for what belongs to no plan. Records are immutable: any thread may make and read them. They are
tuples, so tell them apart by ``isinstance`` or ``match``, never by ``==``.

Engine -> stage
    Plan               one message with its due time; note-offs carry the tag of their note-on
    Cancel             takes back what waits of one tag, and what becomes of its sounding notes
    ReleaseCompanion   everything of the engine's own ends now; thru is not touched
    Panic              everything ends now, on all channels, pedals and controllers included
    SetThru            thru of one source on or off
    SetBlocked         a channel, or one controller of it, is kept out of thru (control)
    SetLateLimit       how late a note-on may be before it is dropped
    SetClock           where the ticks of MIDI clock out lie, or that there are none
    FromPage           a key of a page of the panel: heard like one of an input
    SourceGone         a page has left: its keys and pedals are up (the stage says so then)
    Silence            one unconditional note-off (a stage that died left this note sounding)
    Stop               end everything and exit 0

Stage -> engine
    Ready              ports are open; sent once
    Heard              what a source said; sent after thru has been served
    Sent               what of a plan was sent: the engine's context takes only this
    Dropped            a planned note-on that was not sent, and why
    Cancelled          the answer to Cancel and ReleaseCompanion: everything before it has been done
    PortLost           a port, the MIDI system or the stage itself went away: nothing sounds any more
    Heartbeat          every 50 ms, from a thread that never calls a port
    Count              one counter; sent when it changed, at most once a second
    SourceGone         an input lost its player: its keys and pedals are up
    OutputGone         an output lost its device: what sounded there has been ended
    OutputBack         and has it again: it may have forgotten what it was told
    Text               words for a person: port names, the one line of an error
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import NamedTuple, TypeAlias

ALL = 255
"""In place of a source, channel, pitch or controller: all of them."""

SHOWN_TAGS = 1 << 31
"""Tags from here on are of notes that only show the plan, on a port of their own: the engine is not told what
becomes of them, for they are no music."""


class CancelMode(IntEnum):
    """What a :class:`Cancel` does beside dropping note-ons that wait."""

    END = 0
    """Sounding notes of the tag get their note-off now; everything else of the tag is dropped."""
    LET_RING = 1
    """Only what would start is dropped; sounding notes go on to their planned note-offs."""
    KEEP = 2
    """Only note-offs that wait are dropped: the notes go on until a new note-off is planned.
    (A new melody note adopts a voice. The engine then owes the note-off.)"""


class HeardFlag(IntFlag):
    """What the stage did with a heard message beside reporting it."""

    NONE = 0
    THRU = 1
    """It was sent on, byte for byte."""


class SentFlag(IntFlag):
    """How a planned message was sent."""

    NONE = 0
    MERGED = 1
    """Not put on the wire: another owner holds the same key, so it sounds, or goes on sounding."""
    EARLY_END = 2
    """A note-off that the stage made itself: cancel, release, CC 120, or the end."""


class DropReason(IntEnum):
    """Why a planned note-on was not sent."""

    LATE = 0
    """It came to its turn later than the limit."""
    ENDED = 1
    """Its own note-off stood at or before it."""


class LostReason(IntEnum):
    """Why the stage gives up its ports. Values 64 and above are the link's own findings."""

    SERVER = 2
    """The MIDI system (JACK server, ALSA sequencer) has gone away."""
    SEND_FAILED = 3
    """A port refused a message."""
    OPEN_FAILED = 4
    """A port could not be opened at start; a ``Text`` of topic LOST came before."""
    READ_FAILED = 5
    """An input could not be read any more."""
    CALL_STUCK = 64
    """A port call did not come back, or heartbeats stopped: the link killed the stage."""
    DIED = 65
    """The stage process ended without being asked."""
    ENDED = 66
    """Somebody ended the stage in order (a signal to it alone): the link does not start another."""


class Counter(IntEnum):
    """What the stage counts, from its start."""

    HEARD = 0
    SENT = 1
    LATE_DROPPED = 2
    LONG_MESSAGES = 3
    """Sysex and other messages above 3 bytes: through thru, but not told to the engine."""
    ECHOES = 4
    """Messages that the echo guard swallowed."""
    DOUBLES = 5
    """Messages that the double-note rule swallowed."""
    BAD_BYTES = 6
    """Input messages that are not MIDI."""
    REPORTS_LOST = 7
    """Records that an engine which does not read made us throw away."""
    THRU_MUTED = 8
    """Times that the flood guard muted thru."""


class Topic(IntEnum):
    """What a :class:`Text` is about."""

    ERROR = 0
    """One line for standard error."""
    INPUT = 1
    """The name of the input with number ``number``."""
    OUTPUT = 2
    """The name of the output with number ``number``."""
    CONNECTED = 4
    """What is connected to our port ``number`` on JACK, one name a line. Stage to link."""
    PORT = 5
    """Engine to stage: our port ``number`` (inputs first) is to be the port of this name; empty: none."""
    LOOK = 6
    """Engine to stage: which ports are there? Answered by LISTED, now and whenever one comes or goes."""
    LISTED = 7
    """The ports of the MIDI system, as JSON: a list of inputs and one of outputs."""
    LOST = 3
    """Why the :class:`PortLost` that follows. Stage to link; the engine gets an ERROR line instead."""


# -- engine -> stage ------------------------------------------------------------------------------


class Plan(NamedTuple):
    """Send ``message`` at ``due_ns`` (a due time in the past means now).

    ``tag`` names the plan or decision that a later :class:`Cancel` may take back, and owns the
    note; ``cause`` is the engine's own number for what made it happen, given back in ``Sent``.
    """

    due_ns: int
    message: bytes
    tag: int
    cause: int = 0
    port: int = 0


class Cancel(NamedTuple):
    """Take back what waits of ``tag``: all of it, or one ``channel`` (0-15) and ``pitch``."""

    tag: int
    mode: CancelMode = CancelMode.END
    channel: int = ALL
    pitch: int = ALL


class ReleaseCompanion(NamedTuple):
    """All companion notes end now, nothing planned is left. Answered by ``Cancelled(tag=0)``."""


class Panic(NamedTuple):
    """Everything ends now; all channels get pedal up, CC 123 and CC 120."""


class SetThru(NamedTuple):
    """Thru of ``source`` on or off. Keys that are down keep their note-off. Also ends a mute."""

    on: bool
    source: int = ALL


class SetBlocked(NamedTuple):
    """Keep ``channel`` (0-15), or one ``controller`` of it, out of thru (it is still heard)."""

    channel: int
    controller: int = ALL
    blocked: bool = True


class SetLateLimit(NamedTuple):
    """Note-ons later than this are dropped."""

    limit_ns: int


class SetClock(NamedTuple):
    """Send MIDI clock: ``tick`` (24 a quarter, from the song's beginning; may be negative) is at ``at_ns``.

    The others lie ``tick_ns`` apart, before and after it. Another ``run``: the song has jumped. Not
    ``running``: stop it; the other fields say nothing then.
    """

    at_ns: int
    tick: int
    tick_ns: float
    running: bool = True
    run: int = 0


class Silence(NamedTuple):
    """Send this note-off now whatever the ledger says."""

    channel: int
    pitch: int
    port: int = 0


class FromPage(NamedTuple):
    """``message`` of a page: ``source`` is its number, behind those of the inputs (``StageSettings.page``).

    It goes the way of what an input says: thru, guards, then ``Heard``.
    """

    stamp_ns: int
    source: int
    message: bytes


class Stop(NamedTuple):
    """End all notes, close the ports, exit 0."""


# -- stage -> engine ------------------------------------------------------------------------------


class Ready(NamedTuple):
    """The ports are open. ``realtime``: SCHED_FIFO was granted. ``pid``: of the stage process.

    ``period_frames`` at ``sample_rate`` is the period of the MIDI system, 0 where there is none:
    notes spread over one period (to be printed, with a warning above 256 frames).
    """

    realtime: bool
    inputs: int
    outputs: int
    pid: int
    period_frames: int = 0
    sample_rate: int = 0

    @property
    def period_ns(self) -> int:
        """The period as a time; 0 where there is none."""
        return self.period_frames * 1_000_000_000 // self.sample_rate if self.sample_rate else 0


class Heard(NamedTuple):
    """``source`` (number of the input) said ``message``, stamped when it came in."""

    stamp_ns: int
    source: int
    message: bytes
    flags: HeardFlag = HeardFlag.NONE


class Sent(NamedTuple):
    """A planned message was handed to its port at ``actual_ns``; wanted at ``due_ns``."""

    due_ns: int
    actual_ns: int
    message: bytes
    tag: int
    cause: int = 0
    port: int = 0
    flags: SentFlag = SentFlag.NONE


class Dropped(NamedTuple):
    """A planned note-on that was not sent; ``now_ns`` is when that was decided."""

    due_ns: int
    now_ns: int
    message: bytes
    tag: int
    cause: int = 0
    port: int = 0
    reason: DropReason = DropReason.LATE


class Cancelled(NamedTuple):
    """``tag`` is cancelled: ``dropped`` messages will not come, ``ended`` notes were ended."""

    tag: int
    dropped: int
    ended: int


class PortLost(NamedTuple):
    """Ports are gone, and with them whatever sounded. ``number``: inputs first, then outputs; or ``ALL``.

    The link starts another stage, until it comes up: then the engine gets ``Ready`` again.
    """

    reason: LostReason
    number: int = ALL


class Heartbeat(NamedTuple):
    """The stage lives. ``call_since_ns``: begin of the port call that is under way now, else 0."""

    now_ns: int
    call_since_ns: int
    sounding: int


class Count(NamedTuple):
    """``counter`` stands at ``value``."""

    counter: Counter
    value: int


class SourceGone(NamedTuple):
    """Input ``source`` has lost its device, or a virtual one its last player. It may come back."""

    source: int


class OutputGone(NamedTuple):
    """Output ``port`` has lost its device. What is sent there is gone until ``OutputBack``."""

    port: int


class OutputBack(NamedTuple):
    """Output ``port`` plays again, or has a new listener on JACK: somebody there knows nothing yet."""

    port: int


class Text(NamedTuple):
    """Words for a person. Longer ones are packed into several records and come out whole."""

    topic: Topic
    text: str
    number: int = 0


def shows_the_plan(record: Record) -> bool:
    """Whether this is about a note that only shows the plan: a report is not for the engine, and an order
    waits for the music. Any thread."""
    return isinstance(record, Plan | Cancel | Sent | Dropped | Cancelled) and record.tag >= SHOWN_TAGS


EngineRecord: TypeAlias = (
    Plan
    | Cancel
    | ReleaseCompanion
    | Panic
    | SetThru
    | SetBlocked
    | SetLateLimit
    | SetClock
    | FromPage
    | SourceGone
    | Silence
    | Stop
)
PortNews: TypeAlias = SourceGone | OutputGone | OutputBack
StageRecord: TypeAlias = (
    Ready | Heard | Sent | Dropped | Cancelled | PortLost | Heartbeat | Count | PortNews | Text
)
Record: TypeAlias = EngineRecord | StageRecord
