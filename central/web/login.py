"""Coming in and going out: login, logout, invitations, one's own password."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse

from central.web.access import SignedIn, desk_of, guarded_check, local_path, sign_in
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
    sign_in(request, person)
    return RedirectResponse(wanted, 303)


@router.post("/logout")
def logout(request: Request) -> Any:
    request.session.clear()
    return RedirectResponse("/login", 303)


@router.get("/account")
def account(request: Request, person: SignedIn) -> Any:
    return render(request, "account.html", person, wrong="", done="done" in request.query_params, tab="account")


@router.post("/account")
def change_password(request: Request, person: SignedIn, form: Form) -> Any:
    """One's own password; every other session of the person ends."""
    try:
        _checked_change(request, person.name, form)
    except (ValueError, HTTPException) as error:
        wrong = sentence(str(error.detail if isinstance(error, HTTPException) else error))
        return render(request, "account.html", person, 422, wrong=wrong, done=False, tab="account")
    sign_in(request, person)
    return RedirectResponse("/account?done", 303)


def _checked_change(request: Request, name: str, form: Mapping[str, str]) -> None:
    password = form.get("password", "")
    if password != form.get("again", ""):
        raise ValueError("The two new passwords differ.")
    if guarded_check(request, name, form.get("current", "")) is None:
        raise ValueError("The password you have now is a different one.")
    desk_of(request).people.set_password(name, password)


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
    sign_in(request, person)
    return RedirectResponse("/", 303)
