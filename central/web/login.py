"""Coming in and going out: login, logout, invitations."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse

from central.store.users import Role
from central.web.access import Admin, desk_of, guarded_check, local_path
from central.web.page import render
from central.web.words import sentence

router = APIRouter(include_in_schema=False)


async def form_of(request: Request) -> Mapping[str, str]:
    """The text fields of a form."""
    async with request.form(max_fields=5000) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


Form = Annotated[Mapping[str, str], Depends(form_of)]


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Any:  # noqa: A002 - the name that stands in the address
    return render(request, "login.html", wanted=local_path(next), wrong="", name="")


@router.post("/login")
def login(request: Request, form: Form) -> Any:
    name, wanted = form.get("name", ""), local_path(form.get("next", "/"))
    try:
        person = guarded_check(request, name, form.get("password", ""))
        wrong, status = "Name and password do not fit. Check both and try again.", 401
    except HTTPException as error:
        person, wrong, status = None, str(error.detail), error.status_code
    if person is None:
        return render(request, "login.html", status=status, wanted=wanted, wrong=wrong, name=name[:64])
    request.session.clear()
    request.session["name"] = person.name
    return RedirectResponse(wanted, 303)


@router.post("/logout")
def logout(request: Request) -> Any:
    request.session.clear()
    return RedirectResponse("/login", 303)


@router.get("/setup/people")
def people(request: Request, person: Admin) -> Any:
    return _people(request, person)


@router.post("/setup/people")
def invite(request: Request, person: Admin, form: Form) -> Any:
    """A link that works once; it is shown here and nowhere else."""
    try:
        token = desk_of(request).people.invite(form.get("name", ""), Role(form.get("role", "")))
    except ValueError as error:
        return _people(request, person, 422, wrong=sentence(str(error)))
    return _people(request, person, link=str(request.base_url.replace(path=f"/invitation/{token}")))


def _people(request: Request, person: Any, status: int = 200, wrong: str = "", link: str = "") -> Any:
    everyone = desk_of(request).people.everyone()
    return render(
        request, "people.html", person, status, everyone=everyone, wrong=wrong, link=link, roles=list(Role),
        tab="setup",
    )  # fmt: skip


@router.get("/invitation/{token}")
def invitation(request: Request, token: str) -> Any:
    return render(request, "invitation.html", token=token, wrong="")


@router.post("/invitation/{token}")
def accept(request: Request, token: str, form: Form) -> Any:
    password = form.get("password", "")
    try:
        if password != form.get("again", ""):
            raise ValueError("The two passwords differ.")
        person = desk_of(request).people.accept(token, password)
        if person is None:
            raise ValueError("This link has been used or is too old. Ask for a new one.")
    except ValueError as error:
        return render(request, "invitation.html", status=422, token=token, wrong=sentence(str(error)))
    request.session.clear()
    request.session["name"] = person.name
    return RedirectResponse("/", 303)
