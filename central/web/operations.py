"""For machines that watch this machine: is it well, and how many facts came in."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from central.web.access import ApiPerson, desk_of

router = APIRouter(include_in_schema=False)

_HELP = {
    "facts_total": "Facts committed, from the watermarks of all streams.",
    "quarantined_total": "Members of batches that were no event we know.",
    "duplicates_total": "Facts that came again and were taken once.",
    "gaps_total": "Facts refused because one before them was missing.",
    "lost_total": "Facts that devices reported as lost.",
    "newest_fact_age_seconds": "Seconds since any device was heard.",
}


@router.get("/healthz")
def healthz(request: Request) -> dict[str, str]:
    """200 when the store answers."""
    desk_of(request).plan()
    return {"status": "ok"}


@router.get("/metrics")
def metrics(request: Request, person: ApiPerson) -> PlainTextResponse:
    """Prometheus text; asks for a login, as Prometheus can send one."""
    return PlainTextResponse(exposition(desk_of(request).counters()), media_type="text/plain; version=0.0.4")


def exposition(counters: Mapping[str, float]) -> str:
    """The text format: help, type and value of each."""
    lines: list[str] = []
    for name, value in counters.items():
        full = f"floorpulse_{name}"
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {full} {_HELP.get(name, name)}", f"# TYPE {full} {kind}", f"{full} {value:g}"]
    return "\n".join(lines) + "\n"
