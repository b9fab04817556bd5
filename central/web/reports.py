"""The pages of the reports: chain, store's day, zones, feedback, fitting rooms; each as CSV too."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.reports.shapes import ChainReport
from central.web import charts, export
from central.web.access import PageStore, SignedIn, desk_of, visible_stores
from central.web.definitions import FLAGS, GROUPS
from central.web.page import chart, render
from central.web.periods import LABELS, Period, read_period
from events.site import Store

router = APIRouter(include_in_schema=False)


def period_of(request: Request, store: Store, name: str, day: str, last_day: date | None = None) -> Period:
    """400 with the sentence that says what is wrong."""
    last_day = last_day or desk_of(request).last_day(store.id)
    try:
        return read_period(name, day, store.hours.opening, request.app.state.clock(), last_day)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _page_period(
    request: Request, store: PageStore, day: Annotated[str, Query()] = "", period: Annotated[str, Query()] = "day"
) -> Period:
    return period_of(request, store, period, day)


def chain_period(request: Request, stores: list[Store], day: str) -> Period:
    """The week that ends with the day; without one, with the last day on which any store was heard."""
    heard = [last for store in stores if (last := desk_of(request).last_day(store.id))]
    return period_of(request, stores[0], "week", day, max(heard, default=None))


def chain_of(request: Request, stores: list[Store], period: Period) -> ChainReport:
    """The chain as somebody sees it who may see these stores."""
    report, ids = desk_of(request).chain(period.first, period.last), {store.id for store in stores}
    return replace(report, stores=tuple(row for row in report.stores if row.store in ids))


Pages = Annotated[Period, Depends(_page_period)]


@router.get("/")
def chain(request: Request, person: SignedIn, day: str = "") -> Any:
    """All stores side by side; somebody with one store goes straight to its day."""
    stores = visible_stores(desk_of(request), person)
    if len(stores) == 1:
        return RedirectResponse(f"/stores/{stores[0].id}", 303)
    if not stores:
        return render(request, "empty.html", person)
    period = chain_period(request, stores, day)
    report = chain_of(request, stores, period)
    rows = list(report.stores)
    picture = chart(request, [store.id for store in stores], charts.ranking, rows, report.goals.get("happy_index"))
    return render(
        request, "chain.html", person, report=report, ranked=ranked(rows), period=period, chart=picture,
        measures_of=export.rank_measures, tab="chain",
    )  # fmt: skip


@router.get("/chain.csv")
def chain_csv(request: Request, person: SignedIn, day: str = "") -> Response:
    stores = visible_stores(desk_of(request), person)
    if not stores:
        raise HTTPException(404, "There is no store yet.")
    period = chain_period(request, stores, day)
    report = chain_of(request, stores, period)
    return _csv("chain", period, export.csv_of("", period.first, period.last, export.chain_lines(report)))


def ranked(rows: list[Any]) -> list[tuple[tuple[str, ...], list[Any]]]:
    """Stores in groups of equal score parts, the largest set of parts first; each group best first."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row.parts)), []).append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.zone_experience.value is None, -(row.zone_experience.value or 0)))
    return sorted(groups.items(), key=lambda item: -len(item[0]))


@router.get("/stores/{store}")
def day(request: Request, person: SignedIn, store: PageStore, period: Pages) -> Any:
    """A store's day: what to know first, the journey, the numbers, the hours, the devices."""
    if desk_of(request).last_day(store.id) is None:
        return render(request, "empty.html", person, store=store, tab="day")
    version = desk_of(request).version(store.id)  # before the report: a tap in between shows at the next question
    report = desk_of(request).store_day(store.id, period.last)
    yesterday = desk_of(request).store_day(store.id, period.last - timedelta(days=1)).tiles
    index = report.tiles.get("happy_index")
    picture = chart(request, [store.id], charts.footfall, report.footfall, index.goal if index else None)
    return render(
        request, "day.html", person, report=report, store=store, period=period, chart=picture, version=version,
        yesterday=yesterday, last_tap=desk_of(request).last_tap(store.id), tab="day",
        grades=desk_of(request).grades(store.id, period.last),
    )  # fmt: skip


@router.get("/stores/{store}/zones")
def zones(request: Request, person: SignedIn, store: PageStore, period: Pages) -> Any:
    report = desk_of(request).dwell(store.id, period.first, period.last)
    pictures = {
        zone.zone: [
            chart(request, [store.id], draw, what, wide=charts.HALF)
            for draw, what in ((charts.stays, zone.hours), (charts.distribution, zone))
        ]
        for zone in report.zones
    }
    return _report(request, "zones", person, store, period, report, pictures)


@router.get("/stores/{store}/feedback")
def feedback(request: Request, person: SignedIn, store: PageStore, period: Pages) -> Any:
    version = desk_of(request).version(store.id)
    report = desk_of(request).feedback(store.id, period.first, period.last)
    pictures = {
        kiosk.device: chart(request, [store.id], charts.votes, kiosk.hours, _goal(kiosk.measures))
        for kiosk in report.kiosks
    }
    return _report(request, "feedback", person, store, period, report, pictures, version)


@router.get("/stores/{store}/rooms")
def rooms(request: Request, person: SignedIn, store: PageStore, period: Pages) -> Any:
    report = desk_of(request).rooms(store.id, period.first, period.last)
    pictures = {group.group: chart(request, [store.id], charts.rooms, group.hours) for group in report.groups}
    return _report(request, "rooms", person, store, period, report, pictures)


def _report(
    request: Request, tab: str, person: Any, store: Store, period: Period, report: Any, pictures: Any, version: str = ""
) -> Any:
    return render(
        request, f"{tab}.html", person, report=report, store=store, period=period, pictures=pictures, tab=tab,
        lengths=LABELS, version=version, last_tap=desk_of(request).last_tap(store.id),
    )  # fmt: skip


def _goal(measures: Any) -> float | None:
    return next((m.goal for name, m in measures.items() if name.startswith("index") and m.goal is not None), None)


@router.get("/stores/{store}/{report}.csv")
def report_csv(request: Request, person: SignedIn, store: PageStore, report: str, period: Pages) -> Response:
    """`day`, `zones`, `feedback` or `rooms`: the same numbers as the page."""
    return _csv(f"{store.id}-{report}", period, _lines(request, store, report, period))


def _lines(request: Request, store: Store, report: str, period: Period) -> str:
    desk, first, last = desk_of(request), period.first, period.last
    match report:
        case "day":
            lines = export.store_day_lines(desk.store_day(store.id, last))
            first = last
        case "zones":
            lines = export.dwell_lines(desk.dwell(store.id, first, last))
        case "feedback":
            lines = export.feedback_lines(desk.feedback(store.id, first, last))
        case "rooms":
            lines = export.rooms_lines(desk.rooms(store.id, first, last))
        case _:
            raise HTTPException(404, "There is no such report; there are day, zones, feedback and rooms.")
    return export.csv_of(store.id, first, last, lines)


def _csv(name: str, period: Period, text: str) -> Response:
    file = f"{name}-{period.last}.csv"
    return Response(text, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{file}"'})


@router.get("/definitions")
def definitions(request: Request, person: SignedIn) -> Any:
    return render(request, "definitions.html", person, groups=GROUPS, flags=FLAGS, tab="definitions")


@router.get("/charts/{name}.svg")
def picture(request: Request, person: SignedIn, name: str) -> Response:
    """A chart of stores that the reader may see."""
    mine = {store.id for store in visible_stores(desk_of(request), person)}
    svg = request.app.state.gallery.svg(name, mine)
    if svg is None:
        raise HTTPException(404, "This chart is no longer kept; load its page again.")
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400, immutable"})


@router.get("/stores/{store}/version")
def version(request: Request, store: PageStore) -> dict[str, Any]:
    """Changes when the store's pages may have changed, and the age of the last tap; a script asks every 2 s."""
    last = desk_of(request).last_tap(store.id)
    age = None if last is None else max(0.0, (request.app.state.clock() - last).total_seconds())
    return {"version": desk_of(request).version(store.id), "last_tap_seconds": age}
