"""Who is who: the cheapest one-to-one assignment of rows to columns where only some pairs are allowed.

The allowed pairs fall into small groups (people far apart do not compete), so each group is solved on its own: the
shortest augmenting paths of Kuhn and Munkres, in the form of Jonker and Volgenant.
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

FORBIDDEN = 1e6
"""Costs at or above this are pairs that must not be made."""

Pairs = list[tuple[int, int]]


def assign(cost: NDArray[np.float64]) -> Pairs:
    """Pairs (row, column) of least total cost that leave as few rows as possible without an allowed partner."""
    pairs: Pairs = []
    for rows, columns in _groups(cost < FORBIDDEN):
        if len(rows) == 1 == len(columns):
            pairs.append((rows[0], columns[0]))
        else:
            solved = _solve(cost[np.ix_(rows, columns)])
            pairs += [(rows[i], columns[j]) for i, j in solved]
    return [(i, j) for i, j in pairs if cost[i, j] < FORBIDDEN]


def _groups(allowed: NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Connected groups of rows and columns; rows and columns without any allowed pair are in none."""
    groups = []
    left = {int(row) for row in np.flatnonzero(allowed.any(axis=1))}
    while left:
        rows, columns, fresh = {start := min(left)}, set[int](), [start]
        while fresh:
            new_columns = {int(j) for j in np.flatnonzero(allowed[fresh].any(axis=0))} - columns
            columns |= new_columns
            reached = {int(i) for i in np.flatnonzero(allowed[:, sorted(new_columns)].any(axis=1))} - rows
            rows |= reached
            fresh = sorted(reached)
        groups.append((sorted(rows), sorted(columns)))
        left -= rows
    return groups


def _solve(cost: NDArray[np.float64]) -> Pairs:
    """Every row of the smaller side gets a partner, at least total cost."""
    if cost.shape[0] > cost.shape[1]:
        return [(i, j) for j, i in _solve(cost.T)]
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for row in range(rows):
        _augment(row, cost, row_price, column_price, owner)
    return [(int(owner[j]), j) for j in range(columns) if owner[j] >= 0]


def _augment(
    row: int,
    cost: NDArray[np.float64],
    row_price: NDArray[np.float64],
    column_price: NDArray[np.float64],
    owner: NDArray[np.int_],
) -> None:
    """Finds the cheapest way to give this row a column, moving other rows along the way."""
    columns = cost.shape[1]
    least, came_from, done = np.full(columns, inf), np.full(columns, -1), np.zeros(columns, bool)
    here, at = row, -1
    while True:
        reduced = cost[here] - row_price[here] - column_price
        better = ~done & (reduced < least)
        least[better], came_from[better] = reduced[better], at
        at = int(np.argmin(np.where(done, inf, least)))
        step = least[at]
        row_price[row] += step
        row_price[owner[done]] += step
        column_price[done] -= step
        least[~done] -= step
        done[at] = True
        if owner[at] < 0:
            break
        here = int(owner[at])
    while at >= 0:
        before = int(came_from[at])
        owner[at] = row if before < 0 else owner[before]
        at = before
