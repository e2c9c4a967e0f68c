"""``--sound``: a FluidSynth that the daemon starts, connects and ends, and that sounds."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, children, options, runs
from jack_world import JackServer, Peer, wait_until
from sounding import without_end
from synth import OURS, Recorder, connections, soundfont
from test_live_ends import GONE, MELODY

from live.sound.fluidsynth import how_to_install

FITTING = ["prog 0 0", "prog 1 53", "prog 2 53", "prog 3 19"]
"""The player's piano, two voices of a choir, an organ."""
AUDIBLE, INAUDIBLE = 10 ** (-50 / 20), 10 ** (-85 / 20)
"""Full scale -50 and -85 dB."""

pytestmark = [pytest.mark.jack, pytest.mark.synth]


@pytest.fixture
def spy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """FluidSynth under its own name, writing down what it plays; the file."""
    program = shutil.which("fluidsynth")
    if program is None or soundfont() is None:
        pytest.skip("no FluidSynth or no SoundFont on this machine")
    log = tmp_path / "played.txt"
    log.touch()
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "fluidsynth"
    script.write_text(
        "#!/bin/bash\n"
        f'[ "$2" = help ] && exec {program} "$@"\n'
        f'exec stdbuf -oL {program} -d -R 0 -C 0 "$@" > >(tee -a {log})\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return log


def in_chord(peer: Peer) -> None:
    """Holds a melody note with three voices; where a busy machine drops one as too late, the next note."""
    for pitch in MELODY:
        peer.send(bytes((0x90, pitch, 80)))
        until = time.perf_counter() + 0.5
        while time.perf_counter() < until:
            if sum(note.channel > 0 for note in without_end(peer.log)) == 3:
                return
            time.sleep(0.002)
        peer.send(bytes((0x80, pitch, 0)))
    raise AssertionError(f"no harmony: {peer.log}")


def synth_of(daemon: Daemon) -> int:
    """Its FluidSynth's process."""
    (found,) = (pid for pid in children(daemon.process.pid) if _name(pid) == "fluidsynth")
    return found


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def played(log: Path) -> list[str]:
    """What FluidSynth got: ``prog CHANNEL NUMBER``, ``noteon CHANNEL PITCH VELOCITY``..."""
    return [line[11:] for line in log.read_text().splitlines() if line.startswith("event_post_")]


def programs(log: Path) -> list[str]:
    return [line for line in played(log) if line.startswith("prog ")]


def test_the_player_and_three_voices_sound_and_all_ends_with_sigterm(
    jack_server: JackServer,
    daemons: Callable[..., Daemon],
    peers: Callable[[], Peer],
    spy: Path,
    tmp_path: Path,
) -> None:
    daemon = daemons(*options("harmonize", "--sound"))
    took = daemon.wait_until_ready()
    print(f"ready with sound after {took:.2f} s: {daemon.said[0]}")
    assert ", sound: " in daemon.said[0]
    client = f"Antiphon sound {daemon.process.pid}"
    assert connections(OURS) == [f"{client}:midi_00"]
    assert connections(f"{client}:left") == ["system:playback_1"]
    assert connections(f"{client}:right") == ["system:playback_2"]
    wait_until(lambda: programs(spy) == FITTING)

    recorder = Recorder(tmp_path / "sound.wav", 6, client)
    in_chord(peer := peers())
    wait_until(lambda: len([line for line in played(spy) if line.startswith("noteon")]) >= 4)
    channels = {line.split()[1] for line in played(spy) if line.startswith("noteon")}
    assert channels == {"0", "1", "2", "3"}, "the player and three voices"
    wait_until(lambda: recorder.seconds > 2)
    peer.send(*(bytes((0x80, pitch, 0)) for pitch in MELODY))
    loudness = recorder.loudness()
    loud = [level for level in loudness if level > AUDIBLE]
    print(f"{len(loud)} of {len(loudness)} windows of 50 ms above -50 dB; loudest {max(loudness):.4f}")
    assert len(loud) > 15
    assert loudness[0] < INAUDIBLE
    assert loudness[-1] < INAUDIBLE

    family = daemon.family
    assert len(family) == 3
    assert daemon.stop() == 0
    assert daemon.complained == []
    wait_until(lambda: not any(map(runs, family)))


def test_kill_9_of_the_daemon_leaves_no_synth(
    jack_server: JackServer, daemons: Callable[..., Daemon], spy: Path
) -> None:
    daemon = daemons(*options("off", "--sound"))
    daemon.wait_until_ready()
    family = daemon.family
    assert len(family) == 3
    assert daemon.stop(signal.SIGKILL) == -signal.SIGKILL
    wait_until(lambda: not any(map(runs, family)))


def test_a_synth_that_falls_is_started_again_with_its_programs_and_one_line(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], spy: Path
) -> None:
    daemon = daemons(*options("harmonize", "--sound"))
    daemon.wait_until_ready()
    wait_until(lambda: programs(spy) == FITTING)
    first = synth_of(daemon)
    os.kill(first, signal.SIGSEGV)
    wait_until(lambda: programs(spy) == 2 * FITTING)
    assert daemon.complained == [
        f"antiphon: FluidSynth ended (it ended with code {-signal.SIGSEGV}); started again"
    ]
    assert synth_of(daemon) != first
    in_chord(peers())
    wait_until(lambda: len([line for line in played(spy) if line.startswith("noteon")]) >= 4)
    assert daemon.stop() == 0


def test_a_synth_that_falls_again_and_again_is_let_be(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], spy: Path
) -> None:
    daemon = daemons(*options("harmonize", "--sound"))
    daemon.wait_until_ready()
    for count in (1, 2, 3):
        wait_until(lambda: len(programs(spy)) == count * 4)  # noqa: B023
        os.kill(synth_of(daemon), signal.SIGKILL)
        wait_until(lambda: len(daemon.complained) == count)  # noqa: B023
    assert "no sound until Antiphon is started again" in daemon.complained[-1]
    in_chord(peers())  # through From Antiphon, as ever
    assert len(daemon.family) == 2
    assert daemon.stop() == 0


def test_jackd_started_again_is_taken_up_by_the_synth_too(
    mortal_jack: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], spy: Path
) -> None:
    daemon = daemons(*options("harmonize", "--sound"))
    daemon.wait_until_ready()
    wait_until(lambda: programs(spy) == FITTING)
    mortal_jack.kill()
    wait_until(lambda: daemon.complained)
    mortal_jack.start()
    wait_until(lambda: programs(spy) == 2 * FITTING, 20)
    in_chord(peers())
    wait_until(lambda: len([line for line in played(spy) if line.startswith("noteon")]) >= 4)
    assert daemon.complained == [GONE]
    assert daemon.stop() == 0


def test_no_thru_leaves_the_players_notes_to_somebody_else(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], spy: Path
) -> None:
    daemon = daemons(*options("harmonize", "--sound", "--no-thru"))
    daemon.wait_until_ready()
    in_chord(peers())
    wait_until(lambda: len([line for line in played(spy) if line.startswith("noteon")]) >= 3)
    assert not [line for line in played(spy) if line.startswith("noteon 0 ")]
    assert daemon.stop() == 0


def refused(daemon: Daemon) -> str:
    assert daemon.wait(30) == 2
    assert daemon.said == []
    assert len(daemon.complained) == 1, daemon.complained
    assert daemon.family == [daemon.process.pid]
    return daemon.complained[0]


def test_without_fluidsynth_one_line_says_how_to_install_it(
    jack_server: JackServer, daemons: Callable[..., Daemon], tmp_path: Path
) -> None:
    line = refused(daemons(*options("off", "--sound"), PATH=str(tmp_path)))
    assert line.startswith("antiphon: --sound needs FluidSynth, which is not installed: ")
    assert how_to_install().split()[-1] in line


def test_a_soundfont_that_is_none(jack_server: JackServer, daemons: Callable[..., Daemon], spy: Path) -> None:
    line = refused(daemons(*options("off", "--soundfont", str(spy))))
    assert line == f"antiphon: {spy} is no SoundFont that can be read (.sf2 or .sf3)"


def test_a_synth_that_cannot_open_its_audio_says_its_own_reason(
    jack_server: JackServer, daemons: Callable[..., Daemon], spy: Path
) -> None:
    script = Path(shutil.which("fluidsynth") or "")
    script.write_text(
        "#!/bin/bash\n"
        'echo "fluidsynth: warning: something else" >&2\n'
        'echo "fluidsynth: error: Failed to open the \\"default\\" audio device" >&2\n'
        'echo "Failed to create the audio driver. Giving up." >&2\n'
        "exit 255\n"
    )
    line = refused(daemons(*options("off", "--sound")))
    assert line.startswith(
        'antiphon: FluidSynth does not start: Failed to open the "default" audio device (audio by jack'
    )


def test_another_output_cannot_be_named_with_it(
    jack_server: JackServer, daemons: Callable[..., Daemon], spy: Path
) -> None:
    line = refused(daemons(*options("off", "--sound", "--output", "my old DX7")))
    assert line == "antiphon: --sound plays through From Antiphon: leave out --output"
