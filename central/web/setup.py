"""Site setup: managers look, leads and admins change. Every change is checked whole before anything is saved."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from central.eyes import cameras_of
from central.web import forms
from central.web.access import Lead, Manager, PageStore, desk_of
from central.web.definitions import ALL
from central.web.login import Form
from central.web.page import render
from events.settings import ConfigError
from events.site import Plan

router = APIRouter(prefix="/setup", include_in_schema=False)

GOALS = {
    name: ALL[name]
    for name in ("happy_index", "zone_experience", "fitting_rooms", "engagement", "sla", "sla_120", "response_rate")
}


@router.get("")
def overview(request: Request, person: Manager) -> Any:
    return _overview(request, person)


def _overview(request: Request, person: Any, status: int = 200, wrong: str = "", form: Any = None) -> Any:
    plan = _plan(request)
    return render(
        request, "setup.html", person, status, plan=plan, goals=GOALS, edition=forms.edition(plan), wrong=wrong,
        form=form or {}, done=request.query_params.get("done", ""), tab="setup",
    )  # fmt: skip


@router.post("/goals")
def goals(request: Request, person: Lead, form: Form) -> Any:
    def change(plan: Plan) -> Plan:
        return forms.with_goals(plan, form, GOALS)

    wrong = _saved(request, form, change)
    return _overview(request, person, 422, wrong, form) if wrong else _back("/setup", "goals")


@router.post("/stores")
def new_store(request: Request, person: Lead, form: Form) -> Any:
    store = form.get("id", "").strip()

    def change(plan: Plan) -> Plan:
        return forms.with_new_store(plan, store, form.get("name", ""))

    wrong = _saved(request, form, change)
    return _overview(request, person, 422, wrong, form) if wrong else _back(f"/setup/stores/{store}", "store")


@router.post("/undo")
def undo(request: Request, person: Lead) -> Any:
    return _back("/setup", "undone" if desk_of(request).undo_plan() else "nothing")


@router.get("/stores/{store}")
def store_page(request: Request, person: Manager, store: PageStore) -> Any:
    return _store_page(request, person, store)


@router.post("/stores/{store}/{section}")
def store_section(request: Request, person: Lead, store: PageStore, section: str, form: Form) -> Any:
    """`hours` or one of the sections of `forms`."""
    if section != "hours" and section not in forms.SECTIONS:
        raise HTTPException(404, "There is no such part of the site setup.")

    def change(plan: Plan) -> Plan:
        if section == "hours":
            return forms.with_hours(plan, store.id, form)
        part = forms.SECTIONS[section]
        return forms.with_section(plan, store.id, part, forms.rows_from(form, part))

    wrong = _saved(request, form, change)
    if wrong:
        return _store_page(request, person, store, 422, wrong, section, form)
    return _back(f"/setup/stores/{store.id}", section)


def _store_page(
    request: Request, person: Any, store: Any, status: int = 200, wrong: str = "", section: str = "", form: Any = None
) -> Any:
    """The forms; the section that was refused keeps what was typed."""
    rows = {name: forms.rows_of(store, part) for name, part in forms.SECTIONS.items()}
    hours = forms.hours_row(store)
    if section in rows:
        rows[section] = forms.rows_from(form, forms.SECTIONS[section])
    elif section:
        hours |= {name: form.get(name, "") for name in hours}
    return render(
        request, "setup_store.html", person, status, store=store, cameras=cameras_of(store), sections=forms.SECTIONS,
        rows=rows, hours=hours,
        weekdays=forms.WEEKDAYS, wrong=wrong, refused=section, edition=forms.edition(_plan(request)),
        done=request.query_params.get("done", ""), tab="setup",
    )  # fmt: skip


def _saved(request: Request, form: Any, change: Callable[[Plan], Plan]) -> str:
    """Empty when the changed plan was saved, else the sentence that says why it was not."""
    with request.app.state.plan_lock:
        plan = _plan(request)
        if form.get("edition") != forms.edition(plan):
            return "Somebody else changed the setup meanwhile. Look at it again, then save."
        try:
            desk_of(request).save_plan(change(plan))
        except ConfigError as error:
            return str(error).removeprefix("plan: ")
    return ""


def _plan(request: Request) -> Plan:
    plan = desk_of(request).plan()
    if plan is None:
        raise HTTPException(404, "There is no plan yet. Load one with: floorpulse central plan load FILE")
    return plan


def _back(path: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"{path}?done={done}", 303)
