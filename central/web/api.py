"""The reports as JSON: the same numbers as the pages, described by /api/openapi.json."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request

from central.reports.shapes import ChainReport, DwellReport, FeedbackReport, RoomsReport, StoreDay
from central.web.access import ApiPerson, ApiStore, desk_of, visible_stores
from central.web.definitions import GROUPS, Definition
from central.web.periods import Period
from central.web.reports import chain_of, chain_period, period_of

router = APIRouter(prefix="/api/v1", tags=["reports"])
Day = Annotated[str, Query(description="Last business day, 2026-11-21; without it the last one with data.")]
Length = Annotated[str, Query(description="`day`, `week` or `4weeks`, ending with the day.")]


def _period(request: Request, store: ApiStore, day: Day = "", period: Length = "day") -> Period:
    return period_of(request, store, period, day)


ApiPeriod = Annotated[Period, Depends(_period)]


@router.get("/stores")
def stores(request: Request, person: ApiPerson) -> list[dict[str, str]]:
    """The stores you may see."""
    return [{"store": s.id, "name": s.name, "region": s.region} for s in visible_stores(desk_of(request), person)]


@router.get("/chain")
def chain(request: Request, person: ApiPerson, day: Day = "") -> ChainReport:
    """The week that ends with the day, all stores."""
    mine = visible_stores(desk_of(request), person)
    if not mine:
        raise HTTPException(404, "There is no store yet.")
    return chain_of(request, mine, chain_period(request, mine, day))


@router.get("/stores/{store}/day")
def day(request: Request, store: ApiStore, period: ApiPeriod) -> StoreDay:
    """A store's day: journey, tiles, hours, devices."""
    return desk_of(request).store_day(store.id, period.last)


@router.get("/stores/{store}/zones")
def zones(request: Request, store: ApiStore, period: ApiPeriod) -> DwellReport:
    """Zone dwell: visits, median, p90, engagement, draw, queues; by hour."""
    return desk_of(request).dwell(store.id, period.first, period.last)


@router.get("/stores/{store}/feedback")
def feedback(request: Request, store: ApiStore, period: ApiPeriod) -> FeedbackReport:
    """What shoppers said: indices, levels, reasons, response rate; by hour."""
    return desk_of(request).feedback(store.id, period.first, period.last)


@router.get("/stores/{store}/rooms")
def rooms(request: Request, store: ApiStore, period: ApiPeriod) -> RoomsReport:
    """Fitting rooms: sessions, utilisation, waits, calls; by hour."""
    return desk_of(request).rooms(store.id, period.first, period.last)


@router.get("/definitions")
def definitions(person: ApiPerson) -> dict[str, dict[str, Definition]]:
    """What every metric means."""
    return GROUPS
