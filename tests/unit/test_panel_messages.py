"""The table of messages: what is sent has its fields, what comes is believed only so far."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.controls import ACTIONS, CONTROLS
from live.panel import messages
from live.panel.messages import BadMessageError, parsed, text
from live.panel.table import table

PAGE = Path(messages.__file__).with_name("page")


def test_the_module_of_the_page_is_made_from_the_table(request: pytest.FixtureRequest):
    path = PAGE / "messages.js"
    if request.config.getoption("--write-golden"):
        path.write_text(messages.module(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == messages.module()


def test_the_table_of_the_docs_is_made_from_the_table(request: pytest.FixtureRequest):
    path = Path(__file__).parents[2] / "docs/panel.md"
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("<!-- table: panel -->\n")
    rows = messages.table()
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([*row.values()] for row in rows)]
    wanted = (
        head
        + "<!-- table: panel -->\n"
        + "".join(f"| {' | '.join(line)} |\n" for line in lines)
        + "<!-- end -->"
        + rest.partition("<!-- end -->")[2]
    )
    if request.config.getoption("--write-golden"):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted, "write it anew: pytest --write-golden"


def test_what_is_sent_has_the_fields_of_its_row():
    assert json.loads(text("pong", sent=1, now=2.5)) == {"is": "pong", "sent": 1, "now": 2.5}
    with pytest.raises(ValueError, match="fields of pong"):
        text("pong", sent=1)


def test_what_a_page_says_is_read():
    frame = json.dumps({"is": "midi", "at": 12.5, "bytes": [144, 60, 80]})
    assert parsed(frame) == ("midi", {"at": 12.5, "bytes": [144, 60, 80]})


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "7",
        "null",
        "[" * 4000,
        '{"is": "ping"}',
        '{"is": "ping", "sent": "1"}',
        '{"is": "ping", "sent": true}',
        '{"is": "ping", "sent": NaN}',
        '{"is": "ping", "sent": 1e999}',
        '{"is": "ping", "sent": 1, "more": 2}',
        '{"is": "hello", "page": 0, "settings": {}, "presets": []}',
        '{"is": ["ping"], "sent": 1}',
        '{"is": "midi", "at": 1, "bytes": "abc"}',
        '{"is": "set", "name": 3, "value": 4}',
    ],
)
def test_what_is_no_message_of_a_page_is_refused(frame: str):
    with pytest.raises(BadMessageError):
        parsed(frame)


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_a_message_or_refused(frame: str):
    try:
        name, _ = parsed(frame)
    except BadMessageError:
        return
    assert messages.BY_NAME[name].sender == "page"


def test_every_control_and_action_is_in_the_page_s_table():
    told = table()
    assert {row["name"] for row in told["controls"]} == {control.name for control in CONTROLS}
    assert {row["name"] for row in told["actions"]} == {action.name for action in ACTIONS}
    assert {row["group"] for row in told["controls"]} == set(told["groups"])
    assert all(row["help"] and row["label"] for row in told["controls"])
    json.dumps(told)


def test_the_page_needs_no_network():
    for path in PAGE.iterdir():
        words = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in words, path.name
        assert "https://" not in words, path.name
