"""Who is who: the cheapest one-to-one assignment of rows to columns where only some pairs are allowed.

The allowed pairs fall into small groups (people far apart do not compete), so each group is solved on its own: the
shortest augmenting paths of Kuhn and Munkres, in the form of Jonker and Volgenant. Groups hold one pair or two, so
plain lists are several times as fast as arrays.
"""

from math import inf

FORBIDDEN = 1e6
"""Costs at or above this are pairs that must not be made."""

Pairs = list[tuple[int, int]]
Costs = list[list[float]]
"""One list for each row."""


def assign(costs: Costs) -> Pairs:
    """Pairs (row, column) of least total cost that leave as few rows as possible without an allowed partner."""
    pairs: Pairs = []
    for rows, columns in _groups(costs):
        if len(rows) == 1 == len(columns):
            pairs.append((rows[0], columns[0]))
        else:
            solved = _solve([[costs[i][j] for j in columns] for i in rows])
            pairs += [(rows[i], columns[j]) for i, j in solved]
    return [(i, j) for i, j in pairs if costs[i][j] < FORBIDDEN]


def _groups(costs: Costs) -> list[tuple[list[int], list[int]]]:
    """Connected groups of rows and columns; rows and columns without any allowed pair are in none."""
    partners = {i: {j for j, price in enumerate(row) if price < FORBIDDEN} for i, row in enumerate(costs)}
    groups = []
    left = [i for i in partners if partners[i]]
    while left:
        rows, columns = {left[0]}, partners[left[0]]
        while reached := {i for i in left if i not in rows and not columns.isdisjoint(partners[i])}:
            rows |= reached
            columns = columns.union(*(partners[i] for i in reached))
        groups.append((sorted(rows), sorted(columns)))
        left = [i for i in left if i not in rows]
    return groups


def _solve(cost: Costs) -> Pairs:
    """Every row of the smaller side gets a partner, at least total cost."""
    if len(cost) > len(cost[0]):
        return [(i, j) for j, i in _solve([list(column) for column in zip(*cost, strict=True)])]
    row_price, column_price = [0.0] * len(cost), [0.0] * len(cost[0])
    owner = [-1] * len(cost[0])
    for row in range(len(cost)):
        _augment(row, cost, row_price, column_price, owner)
    return [(row, j) for j, row in enumerate(owner) if row >= 0]


def _augment(row: int, cost: Costs, row_price: list[float], column_price: list[float], owner: list[int]) -> None:
    """Finds the cheapest way to give this row a column, moving other rows along the way."""
    open_columns, done = list(range(len(owner))), list[int]()
    least, came_from = [inf] * len(owner), [-1] * len(owner)
    here, at = row, -1
    while True:
        for j in open_columns:
            reduced = cost[here][j] - row_price[here] - column_price[j]
            if reduced < least[j]:
                least[j], came_from[j] = reduced, at
        at = min(open_columns, key=least.__getitem__)
        step = least[at]
        row_price[row] += step
        for j in done:
            row_price[owner[j]] += step
            column_price[j] -= step
        for j in open_columns:
            least[j] -= step
        open_columns.remove(at)
        done.append(at)
        if owner[at] < 0:
            break
        here = owner[at]
    while at >= 0:
        before = came_from[at]
        owner[at] = row if before < 0 else owner[before]
        at = before
