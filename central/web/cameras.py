"""What a manager asks of a camera: can I trust it, and how far is a line from what a person counts there."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse

from central.eyes import Unreachable, cameras_of
from central.web.access import Manager, PageStore, SignedIn, desk_of
from central.web.login import Form
from central.web.page import render
from central.web.reports import Pages
from events.site import Line

router = APIRouter(prefix="/stores/{store}", include_in_schema=False)
DAYS = 7
MOST_COUNTED = 100_000


@router.get("/cameras/{device}")
def camera(request: Request, person: SignedIn, store: PageStore, device: str, period: Pages) -> Any:
    """Its grade on the day and on those before, and the audits of its lines."""
    if device not in cameras_of(store):
        raise HTTPException(404, "There is no such camera in this store.")
    desk = desk_of(request)
    days = [period.last - timedelta(days=back) for back in range(DAYS)]
    grades = [grade for day in days for grade in desk.grades(store.id, day) if grade.device == device]
    audits = {line: desk.eyes.audited(store.id, device, line.name) for line in store.lines if line.device == device}
    return render(
        request, "camera.html", person, store=store, device=device, grade=grades[0], before=grades[1:], audits=audits,
        period=period, tab="day",
    )  # fmt: skip


def _line(store: PageStore, line: str) -> Line:
    found = next((each for each in store.lines if each.name == line), None)
    if found is None:
        raise HTTPException(404, "There is no such line in this store.")
    return found


AuditedLine = Annotated[Line, Depends(_line)]


@router.get("/audits/{line}")
def audit(request: Request, person: Manager, store: PageStore, line: AuditedLine, began: str = "") -> Any:
    """Before a count it explains, during a count it is two big buttons."""
    return _page(request, person, store, line, began)


@router.post("/audits/{line}/start")
def start(request: Request, person: Manager, store: PageStore, line: AuditedLine) -> Any:
    try:
        began = desk_of(request).eyes.begin_audit(store.id, line.device, line.name, person.name)
    except Unreachable as error:
        return _page(request, person, store, line, wrong=str(error), status=503)
    return RedirectResponse(f"/stores/{store.id}/audits/{line.name}?began={int(began.timestamp())}", 303)


@router.post("/audits/{line}/stop")
def stop(request: Request, person: Manager, store: PageStore, line: AuditedLine, form: Form) -> Any:
    """What was counted stays in the form until the camera has ended its count too."""
    ins, outs, began = (_whole(form.get(name, "")) for name in ("ins", "outs", "began"))
    if ins is None or outs is None or began is None or max(ins, outs) > MOST_COUNTED:
        return _page(request, person, store, line, form.get("began", ""), "IN and OUT are whole numbers.", 422, form)
    try:
        counted = (ins, outs, datetime.fromtimestamp(began, UTC))
        desk_of(request).eyes.end_audit(store.id, line.device, line.name, person.name, counted)
    except (Unreachable, OverflowError) as error:
        again = f"{error} Your count is kept here: press Stop again."
        return _page(request, person, store, line, str(began), again, 503, form)
    return RedirectResponse(f"/stores/{store.id}/audits/{line.name}", 303)


def _page(
    request: Request, person: Any, store: Any, line: Line, began: str = "", wrong: str = "", status: int = 200,
    form: Any = None,
) -> Any:  # fmt: skip
    audited = desk_of(request).eyes.audited(store.id, line.device, line.name)
    typed = form or {}
    return render(
        request, "audit.html", person, status, store=store, line=line, audited=audited,
        began=began if _whole(began) is not None else "", wrong=wrong, ins=_whole(typed.get("ins", "")) or 0,
        outs=_whole(typed.get("outs", "")) or 0, zone=store.hours.opening.zone, tab="audit",
    )  # fmt: skip


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else None
