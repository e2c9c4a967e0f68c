from live.stage import messages


def test_a_note_on_of_velocity_0_is_a_note_off() -> None:
    assert messages.is_note_off(b"\x90\x3c\x00")
    assert not messages.is_note_on(b"\x90\x3c\x00")
    assert messages.is_note_on(b"\x9f\x3c\x01")
