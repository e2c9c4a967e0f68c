"""``antiphon ports``: what there is, for each MIDI system."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from live.errors import PortError
from live.ports import INPUT_NAME, list_ports
from live.stage import apis


def ports() -> None:
    """List the MIDI ports of every MIDI system; name one with `live --input` or `--output`."""
    console = Console()
    table = Table("system", "direction", "port", box=None, pad_edge=False)
    notes = []
    for api in apis.compiled():
        try:
            there = list_ports(api)
        except PortError as error:
            notes.append(f"{api}: {error}")
            continue
        rows = [("--input", name) for name in there.inputs]
        rows += [("--output", name) for name in there.outputs]
        for direction, name in rows or [("", "no ports")]:
            table.add_row(api, direction, escape(name))
    if table.row_count:
        console.print(table)
    for note in notes:
        console.print(note, soft_wrap=True, markup=False, highlight=False)
    if not table.row_count:
        console.print(f"No MIDI system answers, so there will be no port {INPUT_NAME!r}.")
