"""Pages for paper and for programs: the notice at the shop's door, and the routes of the API in words."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from central.web.access import PageStore, SignedIn, desk_of
from central.web.page import render
from events.site import LineRole, Store, ZoneKind

router = APIRouter(include_in_schema=False)
LONGEST_CONTACT = 200


@dataclass(frozen=True)
class Counted:
    """What a store counts, by the plan; empty is nothing of that kind."""

    doors: tuple[str, ...]
    passers_by: bool
    places: tuple[str, ...]
    """Zones that a camera watches, staff zones left out."""
    kiosks: tuple[str, ...]
    rooms: int

    @property
    def cameras(self) -> bool:
        return bool(self.doors or self.passers_by or self.places)


def counted(store: Store) -> Counted:
    return Counted(
        tuple(line.label or line.name for line in store.lines if line.role is LineRole.DOOR),
        any(line.role is LineRole.PASSERS_BY for line in store.lines),
        tuple(zone.label or zone.name for zone in store.zones if zone.kind is not ZoneKind.STAFF),
        tuple(kiosk.label or kiosk.device for kiosk in store.kiosks),
        sum(group.rooms for group in store.room_groups),
    )


@router.get("/stores/{store}/notice")
def notice(request: Request, person: SignedIn, store: PageStore, contact: str = "") -> Any:
    """For the shop's door: who counts what, how, and whom to ask; `contact` stands in the address alone."""
    plan = desk_of(request).plan()
    return render(
        request, "notice.html", person, store=store, chain=plan.chain if plan else "", counted=counted(store),
        contact=contact.strip()[:LONGEST_CONTACT], tab="notice",
    )  # fmt: skip


@router.get("/api/")
def api(request: Request, person: SignedIn) -> Any:
    """The routes for programs, read from the same description that /api/openapi.json is."""
    described = request.app.openapi()
    return render(request, "api.html", person, routes=described["paths"], described=described["info"], tab="api")


@router.get("/api")
def to_api() -> Response:
    return RedirectResponse("/api/", 308)


@router.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that ask before they have read the page."""
    return RedirectResponse("/static/logo.svg", 308)
