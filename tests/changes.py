"""Changes and actions for properties, drawn from the table itself: what is listed there is tried."""

from __future__ import annotations

from hypothesis import strategies as st

from live.controls import CONTROLS

ALLOWED = st.sampled_from(CONTROLS).flatmap(
    lambda control: st.tuples(st.just(control.name), st.floats(0, 1).map(control.from_unit))
)
"""A control and a value that it may have."""

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=200),
    st.binary(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.sampled_from(["auto", "on", "1", "1e400", "nan", "C#m", "folk", "../../etc/passwd.json", "\x00.json"]),
)
NAMES = st.one_of(st.sampled_from([control.name for control in CONTROLS]), st.text(max_size=50))
WILD = st.tuples(NAMES, ANYTHING)
"""Any name, any value."""
