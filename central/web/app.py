"""Builds the web application."""

import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.sessions import SessionMiddleware

from central.results import Results
from central.store import Store
from central.web import access, api, calls, cameras, drawing, login, operations, paper, people, reports, setup, surveys
from central.web.clerk import over_store
from central.web.desk import Desk
from central.web.draw import Gallery, warm_up
from central.web.page import STATIC, render
from editor.page import STATIC as EDITOR

_TITLES = {
    400: "That address does not read well",
    401: "Please sign in",
    403: "Not for your role",
    404: "Nothing here",
    422: "That could not be understood",
    429: "Please wait a little",
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    store: Store, *, clock: Callable[[], datetime] = _utc_now, https: bool = False, results: Results | None = None
) -> FastAPI:
    """The whole web application over a store; `clock` gives aware UTC times, `results` what devices say of commands.

    With `https` the session cookie travels encrypted only. Sessions outlive a restart.
    """
    return build(over_store(store, clock, results), clock=clock, https=https)


def build(desk: Desk, *, clock: Callable[[], datetime] = _utc_now, https: bool = False) -> FastAPI:
    """The application over a desk."""
    app = FastAPI(
        title="floorpulse", version="1", description="What shoppers say and what they do, on one page.",
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=_lifespan,
    )  # fmt: skip
    app.state.desk, app.state.clock, app.state.gallery = desk, clock, Gallery()
    app.state.plan_lock = threading.Lock()
    app.state.guard = access.LoginGuard(time.monotonic)
    for part in (operations, login, people, surveys, setup, drawing, cameras, calls, api, paper, reports):
        app.include_router(part.router)
    app.mount("/static/editor", StaticFiles(directory=EDITOR), name="editor")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.middleware("http")(_guarded)
    app.add_middleware(
        SessionMiddleware, secret_key=desk.session_key, session_cookie="floorpulse",
        max_age=access.SESSION_SECONDS, same_site="lax", https_only=https,
    )  # fmt: skip
    app.add_exception_handler(access.SignInFirst, _to_login)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _broken)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    threading.Thread(target=warm_up, name="chart warm-up", daemon=True).start()
    yield


async def _guarded(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuses changes that other sites ask for, and puts the security headers on every answer."""
    if access.is_own(request.method, request.headers):
        response = await call_next(request)
    else:
        response = _error(request, 403, "This change was asked for by another site, so it was not made.")
    response.headers.update(access.HEADERS)
    if not request.url.path.startswith(("/static", "/charts")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _to_login(request: Request, error: Exception) -> Response:
    assert isinstance(error, access.SignInFirst)
    if request.url.path.endswith("/version"):
        return JSONResponse({"detail": "signed out"}, 401)
    return RedirectResponse(access.login_path(error.wanted), 303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(request, error.status_code, str(error.detail), error.headers)


def _unreadable(request: Request, error: Exception) -> Response:
    return _error(request, 422, "A part of the address or the form is not what it should be.")


def _broken(request: Request, error: Exception) -> Response:
    return _error(request, 500, "Something went wrong here, and it has been written to the log. Try again in a minute.")


def _error(request: Request, status: int, sentence: str, headers: Any = None) -> Response:
    """A sentence for people; JSON for programs."""
    if request.url.path.startswith("/api/v") or request.url.path == "/metrics":
        return JSONResponse({"detail": sentence}, status, headers)
    title = _TITLES.get(status, "Something went wrong")
    page: Response = render(request, "error.html", status=status, title=title, sentence=sentence, code=status)
    page.headers.update({**access.HEADERS, **(headers or {})})
    return page
