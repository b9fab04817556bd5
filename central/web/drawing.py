"""The page on which lines and zones are drawn: managers look, leads and admins draw. See the package `editor`."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from central.eyes import cameras_of
from central.store.users import User
from central.web import forms
from central.web.access import Lead, Manager, PageStore, desk_of
from central.web.login import Form
from central.web.page import render
from editor.form import answer, plain, read_form, rows_from, rows_of, written
from editor.page import Places, fragment
from events.layout import Layout
from events.settings import ConfigError
from events.site import Store
from events.topics import is_segment

router = APIRouter(prefix="/setup/stores/{store}/cameras", include_in_schema=False)


def _camera(store: PageStore, device: str) -> str:
    """404 for a device that cannot be one, and for one that does something else in this store."""
    others = {item.device for section in (store.kiosks, store.room_groups) for item in section}
    if not is_segment(device) or (device in others and device not in cameras_of(store)):
        raise HTTPException(404, "There is no such camera in this store.")
    return device


Camera = Annotated[str, Depends(_camera)]


@router.get("")
def find(request: Request, person: Manager, store: PageStore, device: str = "") -> Any:
    """Where the form for a new camera leads."""
    if not is_segment(device.strip()):
        raise HTTPException(400, "A device's id has small letters, digits, - and _, at most 40.")
    return RedirectResponse(f"/setup/stores/{store.id}/cameras/{device.strip()}", 303)


@router.get("/{device}")
def page(request: Request, person: Manager, store: PageStore, device: Camera) -> Any:
    return _page(request, person, store, device)


@router.post("/{device}")
def save(request: Request, person: Lead, store: PageStore, device: Camera, form: Form) -> Any:
    with request.app.state.plan_lock:
        plan = desk_of(request).plan()
        if plan is None or form.get("edition") != forms.edition(plan):
            wrong = "Somebody else changed the setup meanwhile. Look at it again, then save."
            return _page(request, person, store, device, form, wrong)
        try:
            desk_of(request).eyes.save(store.id, device, read_form(form), person.name)
        except ConfigError as error:
            return _page(request, person, store, device, form, f"{_sentence(plain(error))} Nothing was saved.")
    return RedirectResponse(f"/setup/stores/{store.id}/cameras/{device}?done=saved", 303)


@router.post("/{device}/check")
def check(request: Request, person: Manager, store: PageStore, device: Camera, form: Form) -> Any:
    """What is wrong with the drawing, or what follows from it; the script asks after each change."""
    return answer(form, desk_of(request).eyes.layout(store.id, device))


@router.post("/{device}/backdrop")
def ask(request: Request, person: Lead, store: PageStore, device: Camera) -> dict[str, str]:
    """Ask the camera for its floor without people."""
    return {"ticket": desk_of(request).eyes.ask_floor(store.id, device, person.name)}


@router.get("/{device}/backdrop/{ticket}.jpg")
def picture(request: Request, person: Lead, store: PageStore, device: Camera, ticket: str) -> Response:
    """Once."""
    shown = desk_of(request).eyes.picture(ticket, person.name)
    if shown is None:
        raise HTTPException(404, "This picture was shown already; ask for a new one.")
    return Response(shown, media_type="image/jpeg")


@router.get("/{device}/backdrop/{ticket}")
def state(request: Request, person: Lead, store: PageStore, device: Camera, ticket: str) -> dict[str, Any]:
    floor = desk_of(request).eyes.floor(ticket, person.name)
    return {"state": floor.state, "words": floor.words, "layout": floor.layout}


def _page(
    request: Request, person: User, store: Store, device: str, form: Mapping[str, str] | None = None, wrong: str = ""
) -> Any:
    """A refused drawing keeps what was drawn."""
    desk, here = desk_of(request), f"/setup/stores/{store.id}/cameras/{device}"
    plan, drawn = desk.plan(), desk.eyes.layout(store.id, device)
    assert plan is not None
    rows = rows_from(form) if form is not None else _rows(store, device, drawn)
    may = person.role.may(forms.MAY_CHANGE)
    places = Places(here, f"{here}/check", f"{here}/backdrop" if may else "")
    region = written(drawn.region) if drawn else ""
    body = fragment(rows, places, {"edition": forms.edition(plan)}, may, region)
    return render(
        request, "setup_camera.html", person, 422 if wrong else 200, store=store, device=device, editor=body,
        wrong=wrong, standing=desk.eyes.standing(store.id, device), may=may, drawn=drawn,
        done=request.query_params.get("done", ""), tab="setup",
    )  # fmt: skip


def _rows(store: Store, device: str, drawn: Layout | None) -> dict[str, list[dict[str, str]]]:
    """What is drawn, or else what the plan says that the device has: not drawn yet."""
    if drawn is not None:
        return rows_of(drawn)
    lines = [
        {"name": line.name, "role": line.role.value, "points": "", "pair": line.behind or ""}
        for line in store.lines if line.device == device
    ]  # fmt: skip
    zones = [
        {"name": zone.name, "kind": zone.kind.value, "points": "", "pair": zone.service or ""}
        for zone in store.zones if zone.device == device
    ]  # fmt: skip
    return {"line": lines, "zone": zones}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
