"""What became of the files of a corpus: taken, refused and why, and the figures worth knowing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field


class RefusedError(ValueError):
    """A file that is sound but not usable; the message is the reason, without the file's name."""


@dataclass
class Report:
    """``refused`` names each file not taken, with its reason; ``figures`` count what was."""

    corpus: str
    taken: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def reasons(self) -> Counter[str]:
        """How many files were refused for each reason (what follows a colon is detail)."""
        return Counter(reason.partition(":")[0] for reason in self.refused.values())

    def lines(self, most: int = 5) -> list[str]:
        """The report for people; at most ``most`` files are named for each reason."""
        found = [f"{self.corpus}: {self.taken:,} taken, {len(self.refused):,} refused"]
        for reason, count in self.reasons.most_common():
            names = [n for n, r in self.refused.items() if r.partition(":")[0] == reason]
            more = ", ..." if count > most else ""
            found.append(f"  {count:,} {reason}: {', '.join(names[:most])}{more}")
        found += [f"  {name}: {figure:,.6g}" for name, figure in self.figures.items()]
        return found

    def to_json(self) -> str:
        """For the cache."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Report:
        """The reverse of :meth:`to_json`."""
        return Report(**json.loads(text))
