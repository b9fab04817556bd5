"""The page that staff keep open on a phone: who waits in a fitting room, and 'I am going'.

Whoever may see the store may answer a call: help must not wait for a role.
"""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from central.reports.calls import CallBoard
from central.web.access import PageStore, SignedIn, desk_of
from central.web.login import Form
from central.web.page import render

router = APIRouter(include_in_schema=False)

TICK_SECONDS = 10
"""How often the page of a waiting call is fetched anew, so that its waiting time is true."""


@router.get("/stores/{store}/calls")
def calls(request: Request, person: SignedIn, store: PageStore, over: Annotated[bool, Query()] = False) -> Any:
    board = desk_of(request).floor.calls(store.id)
    return render(
        request, "calls.html", person, store=store, board=board, version=_version(request, board), over=over,
        tick_seconds=TICK_SECONDS, tab="calls",
    )  # fmt: skip


@router.post("/stores/{store}/calls")
def going(request: Request, person: SignedIn, store: PageStore, form: Form) -> Any:
    """Tell the device that somebody is coming; told twice it is told once."""
    floor = desk_of(request).floor
    call = floor.calls(store.id).find(form.get("device", ""), form.get("call", ""))
    if call is None:
        return RedirectResponse(f"/stores/{store.id}/calls?over=true", 303)
    if call.going is None or call.going.state in ("refused", "unheard"):
        floor.go(store.id, call.device, call.call, person.name)
    return RedirectResponse(f"/stores/{store.id}/calls", 303)


@router.get("/stores/{store}/calls/version")
def version(request: Request, store: PageStore) -> dict[str, Any]:
    """Changes when the page has; a script asks every 2 s."""
    return {"version": _version(request, desk_of(request).floor.calls(store.id)), "last_tap_seconds": None}


def _version(request: Request, board: CallBoard) -> str:
    ticks = int(request.app.state.clock().timestamp()) // TICK_SECONDS if board.waiting else 0
    states = [(one.call, one.device, one.going, one.reachable, one.escalated) for one in board.waiting]
    return sha256(repr((ticks, states, board.ended)).encode()).hexdigest()[:16]
