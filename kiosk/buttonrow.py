"""What a row of physical buttons means, also when there is more to choose from than there are buttons."""

from collections.abc import Sequence

from kiosk.glass import Control, Hit


def meanings(choices: Sequence[Hit], count: int, page: int, last: Hit | None = None) -> tuple[Hit, ...]:
    """One meaning for each of `count` buttons. What does not fit goes on further pages, by the last button.

    `last` is offered by the last button on the last page, as with 'skip'.
    """
    if count == 0:
        return ()
    whole = [*choices, *([last] if last else [])]
    if len(whole) <= count:
        return (*choices, *([None] * (count - len(whole))), *([last] if last else []))
    room = count - 1
    pages = [list(choices[start : start + room]) for start in range(0, len(choices), room)] if room else [[]]
    at = page % len(pages)
    shown = pages[at] + [None] * (room - len(pages[at]))
    end = last if last and at == len(pages) - 1 else Control.MORE
    return (*shown, end)
