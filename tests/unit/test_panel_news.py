"""What is told to pages waits while the engine has a turn, but not for ever."""

from __future__ import annotations

import asyncio

import pytest

from live.panel.news import GIVE_WAY_SECONDS, MOST_GIVEN_WAY_SECONDS, MOST_WAITING, Item, News


def told(busy_for: int, items: list[str]) -> tuple[list[Item], int]:
    """What was taken, and how often the engine was asked; it is busy so many times."""
    taken: list[Item] = []
    asked = 0

    def busy() -> bool:
        nonlocal asked
        asked += 1
        return asked <= busy_for

    async def run() -> None:
        news = News(asyncio.get_running_loop(), taken.append, busy)
        news.put("nobody is there")
        news.open = True
        for item in items:
            news.put(item)
        async with asyncio.timeout(5):
            while not taken:
                await asyncio.sleep(0)

    asyncio.run(run())
    return taken, asked


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_what_came_in_a_turn_is_told_together_after_it(turns: int):
    assert told(turns, ["a", "b", "c"]) == (["a", "b", "c"], turns + 1)


def test_a_turn_without_end_does_not_keep_pages_waiting():
    items, asked = told(1000, ["a", "b"])
    assert items == ["a", "b"]
    assert 1 <= asked <= MOST_GIVEN_WAY_SECONDS / GIVE_WAY_SECONDS + 1


def test_what_is_too_much_is_lost():
    taken, _ = told(2, [str(number) for number in range(MOST_WAITING + 7)])
    assert len(taken) == MOST_WAITING
