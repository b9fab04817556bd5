"""The table of metrics says of the code what is so."""

import inspect
import pkgutil
from dataclasses import fields
from functools import reduce
from importlib import import_module

import pytest

import central.scores
from central.traced import TRACED, markdown
from events.facts import FACTS

PLUMBING = {"estimate"}
"""Intervals and ratios that every formula uses are no metrics of their own."""


def found(path: str) -> object:
    package, module, *names = path.split(".")
    return reduce(getattr, names, import_module(f"central.{package}.{module}"))


@pytest.mark.parametrize("row", TRACED, ids=lambda row: row.metric)
def test_every_metric_names_fields_that_facts_have_and_functions_that_exist(row):
    known = {f"{kind.__name__}.{field.name}" for kind in FACTS for field in fields(kind)}
    assert set(row.fields) <= known
    assert all(callable(found(function)) for function in row.functions)


def formulas(module: str) -> list[str]:
    """The public functions that a module of scores defines."""
    scores = import_module(f"central.scores.{module}")
    own = inspect.getmembers(scores, lambda item: inspect.isfunction(item) and item.__module__ == scores.__name__)
    return [f"scores.{module}.{name}" for name, _ in own if not name.startswith("_")]


def test_every_formula_belongs_to_a_metric():
    named = {function for row in TRACED for function in row.functions}
    modules = {module.name for module in pkgutil.iter_modules(central.scores.__path__)} - PLUMBING
    assert len(modules) > 5
    assert {formula for module in modules for formula in formulas(module)} <= named


def test_what_is_not_computed_yet_is_said():
    assert "| Feedback | Hesitation | `Impressions.hesitation` | not yet computed |" in markdown()
