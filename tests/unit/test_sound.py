"""Choosing a SoundFont, drivers and programs, without a synth."""

from __future__ import annotations

from pathlib import Path

import pytest

from live.errors import SoundError
from live.sound import drivers, programs, soundfont
from live.sound.fluidsynth import how_to_install

NAME = "Antiphon sound 7"
LINUX = {"alsa", "file", "jack", "oss", "pulseaudio", "pipewire", "sdl2"}


def font(path: Path, size: int = 12) -> Path:
    path.write_bytes(b"RIFF\0\0\0\0sfbk".ljust(size, b"\0"))
    return path


def find(folder: Path) -> Path:
    return soundfont.find(None, {}, (str(folder / "none"), str(folder)))


def test_the_default_is_taken_before_the_largest_before_others(tmp_path: Path):
    with pytest.raises(SoundError, match=r"there is no SoundFont: .* --soundfont PATH"):
        find(tmp_path)
    font(tmp_path / "small.sf2", 20)
    large = font(tmp_path / "large.SF3", 30)
    assert find(tmp_path) == large
    default = font(tmp_path / "default-GM.sf2")
    assert find(tmp_path) == default


def test_what_only_looks_like_a_soundfont_is_passed_over(tmp_path: Path):
    (tmp_path / "default.sf2").write_bytes(b"RIFF\0\0\0\0WAVE")
    (tmp_path / "folder.sf2").mkdir()
    good = font(tmp_path / "good.sf2")
    assert find(tmp_path) == good


def test_a_named_soundfont_goes_before_the_variable_and_is_looked_into(tmp_path: Path):
    one, two = font(tmp_path / "one.sf2"), font(tmp_path / "two.sf2")
    assert soundfont.find(one, {"SOUNDFONT": str(two)}) == one
    assert soundfont.find(None, {"SOUNDFONT": str(two)}) == two
    with pytest.raises(SoundError, match="there is no SoundFont at"):
        soundfont.find(tmp_path / "nowhere.sf2", {})
    with pytest.raises(SoundError, match="is no SoundFont that can be read"):
        soundfont.find(Path(__file__), {})


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's sound servers have their sockets; none at first."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    (tmp_path / "pulse").mkdir()
    return tmp_path


def test_on_alsa_audio_goes_to_whoever_owns_the_card(servers: Path):
    def audio(built_in: set[str] = LINUX, jack: bool = False) -> str:
        chosen = drivers.choose("alsa", NAME, built_in, jack_answers=jack)
        assert chosen.midi == "alsa_seq"
        return chosen.audio

    assert audio() == "alsa"
    (servers / "pulse" / "native").touch()
    assert audio() == "pulseaudio"
    (servers / "pipewire-0").touch()
    assert audio() == "pipewire"
    assert audio(LINUX - {"pipewire"}) == "pulseaudio"
    assert audio(jack=True) == "jack"
    assert audio(LINUX - {"jack"}, jack=True) == "pipewire"


@pytest.mark.parametrize(
    ("api", "audio", "midi", "setting"),
    [
        ("jack", "jack", "jack", f"midi.jack.id={NAME}"),
        ("coremidi", "coreaudio", "coremidi", f"midi.portname={NAME}"),
        ("winmm", "wasapi", "winmidi", "midi.winmidi.device=3"),
    ],
)
def test_midi_follows_the_system_that_we_play_on(api: str, audio: str, midi: str, setting: str):
    chosen = drivers.choose(api, NAME, {"wasapi", "dsound"}, jack_answers=False, device=3)
    assert (chosen.audio, chosen.midi) == (audio, midi)
    assert chosen.arguments[:4] == ["-a", audio, "-m", midi]
    assert setting in chosen.arguments
    quick = "audio.period-size=128" in chosen.arguments
    assert quick == (api != "jack"), "on JACK the server's period counts"


def test_each_voice_has_its_sound_and_the_player_a_piano():
    assert programs.messages("chorale", (1, 2, 3)) == [
        *(b"\xc0\x00", b"\xb0\x07\x7f"),
        *(b"\xc1\x35", b"\xb1\x07\x50"),
        *(b"\xc2\x35", b"\xb2\x07\x50"),
        *(b"\xc3\x13", b"\xb3\x07\x5a"),
    ]


def test_voices_on_one_channel_have_the_upper_ones_sound_and_the_player_wins():
    assert programs.messages("chorale", (4,))[2:] == [b"\xc4\x35", b"\xb4\x07\x50"]
    assert programs.messages("folk", (5, 6))[2::2] == [b"\xc5\x4a", b"\xc6\x4a"]
    assert programs.messages("chorale", (0,)) == [b"\xc0\x00", b"\xb0\x07\x7f"]


@pytest.mark.parametrize("model", ["piano", None, "a model of my own"])
def test_whatever_plays_otherwise_plays_the_piano(model: str | None):
    assert {message[1] for message in programs.messages(model, (1, 2)) if message[0] >= 0xC0} == {0}


def test_every_system_is_told_its_own_way_to_install():
    assert how_to_install("darwin") == "brew install fluid-synth"
    assert how_to_install("win32").startswith("winget install FluidSynth")
    assert "fluidsynth" in how_to_install("linux")
