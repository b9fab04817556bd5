"""Who may come in: admins invite, change roles and stores, and remove."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from central.store.users import Role
from central.web.access import Admin, desk_of, sign_in
from central.web.login import Form
from central.web.page import render
from central.web.words import sentence

router = APIRouter(prefix="/setup/people", include_in_schema=False)


@router.get("")
def people(request: Request, person: Admin) -> Any:
    return _people(request, person)


@router.post("")
def invite(request: Request, person: Admin, form: Form) -> Any:
    """A link that works once; it is shown here and nowhere else."""
    try:
        token = desk_of(request).people.invite(form.get("name", ""), Role(form.get("role", "")), _stores(form))
    except ValueError as error:
        return _people(request, person, 422, wrong=sentence(str(error)))
    return _people(request, person, link=str(request.base_url.replace(path=f"/invitation/{token}")))


@router.post("/change")
def change(request: Request, person: Admin, form: Form) -> Any:
    """Another role, other stores, or out; the sessions of whoever is changed end."""
    name, keepers = form.get("name", ""), desk_of(request).people
    try:
        if "remove" in form:
            keepers.remove(name)
        else:
            keepers.set_rights(name, Role(form.get("role", "")), _stores(form))
    except ValueError as error:
        return _people(request, person, 422, wrong=sentence(str(error)))
    if name == person.name and "remove" not in form:
        sign_in(request, person)
    return RedirectResponse("/setup/people", 303)


def _stores(form: Form) -> list[str]:
    """The stores that were ticked, as `store-ID`."""
    return [name.removeprefix("store-") for name in form if name.startswith("store-")]


def _people(request: Request, person: Any, status: int = 200, wrong: str = "", link: str = "") -> Any:
    everyone = desk_of(request).people.everyone()
    return render(
        request, "people.html", person, status, everyone=everyone, wrong=wrong, link=link, roles=list(Role),
        tab="setup",
    )  # fmt: skip
