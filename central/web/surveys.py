"""The pages on which the experience lead writes what kiosks ask. Managers look; leads and admins change."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

from central.drafts import KINDS, Draft, gaps, goals, mix, wording_of
from central.store.surveys import Conflict, Edition
from central.web import surveyform
from central.web.access import Lead, Manager, desk_of
from central.web.login import Form
from central.web.page import render
from central.web.panels import previews
from central.web.publisher import Publisher
from central.web.words import sentence
from events.settings import ConfigError
from events.site import PlaceKind, Plan
from events.survey import ICONS, LANGUAGES, MOST_NEWS, MOST_REASONS, AskReason

router = APIRouter(prefix="/setup/surveys", include_in_schema=False)

ASK_REASONS = {
    AskReason.ALWAYS: "after every answer",
    AskReason.UNHAPPY: "after an unhappy answer",
    AskReason.NEVER: "never",
}
_KNOWN = {
    "LANGUAGES": LANGUAGES, "PLACES": list(PlaceKind), "KINDS": KINDS, "ASK_REASONS": ASK_REASONS, "ICONS": ICONS,
    "MOST_REASONS": MOST_REASONS, "wording_of": wording_of,
}  # fmt: skip


@router.get("")
def overview(request: Request, person: Manager) -> Any:
    return _overview(request, person)


@router.post("")
def begin(request: Request, person: Lead, form: Form) -> Any:
    """A new survey, which begins as the one that every kiosk knows."""
    survey = form.get("id", "").strip()
    try:
        _publisher(request).begin(survey, person.name)
    except ConfigError as error:
        return _overview(request, person, 422, sentence(str(error)), form)
    return RedirectResponse(f"/setup/surveys/{survey}", 303)


def _overview(request: Request, person: Any, status: int = 200, wrong: str = "", form: Any = None) -> Any:
    publisher = _publisher(request)
    rows = [(publisher.draft(name), publisher.history(name)) for name in publisher.names()]
    return _page(request, "surveys.html", person, status, rows=rows, wrong=wrong, form=form or {})


@router.get("/{survey}")
def survey_page(request: Request, person: Manager, survey: str) -> Any:
    return _survey_page(request, person, survey)


def _survey_page(
    request: Request, person: Any, survey: str, status: int = 200, wrong: str = "", form: Any = None
) -> Any:
    publisher, edition, plan = _publisher(request), _edition(request, survey), _plan(request)
    draft = surveyform.with_settings(edition.body, form, _store_ids(plan)) if form else edition.body
    history, sent_to = publisher.history(survey), goals(draft, plan)
    everyone = goals({"stores": [], "places": []}, plan)
    return _page(
        request, "survey.html", person, status, edition=edition, draft=draft, plan=plan, history=history, wrong=wrong,
        gaps=gaps(draft), goals=sent_to, states=_of_interest(publisher.states(everyone), survey, sent_to),
        note=form.get("note", "") if form else "",
        next_version=publisher.next_version(survey), mixes=_mixes(draft, sent_to),
        is_news=not history or history[0].body != draft,
        done=request.query_params.get("done", ""),
    )  # fmt: skip


def _mixes(draft: Draft, sent_to: Any) -> list[tuple[PlaceKind, list[tuple[str, float]]]]:
    """What is asked at each touchpoint that it goes to."""
    places = dict.fromkeys(goal.kiosk.place for goal in sent_to)
    return [(place, mix(draft, place)) for place in places] if draft["question"] else []


def _of_interest(states: Any, survey: str, sent_to: Any) -> list[Any]:
    """The kiosks that ask this survey, and those that it would go to."""
    return [state for state in states if state.survey == survey or state.goal in sent_to]


@router.post("/{survey}/settings")
def survey_settings(request: Request, person: Lead, survey: str, form: Form) -> Any:
    stores = _store_ids(_plan(request))
    wrong = _saved(request, person, survey, form, lambda draft: surveyform.with_settings(draft, form, stores))
    return _survey_page(request, person, survey, 422, wrong, form) if wrong else _back(survey, "saved", "#goes")


@router.post("/{survey}/questions")
def new_question(request: Request, person: Lead, survey: str, form: Form) -> Any:
    name = form.get("name", "").strip()
    wrong = _saved(request, person, survey, form, lambda draft: surveyform.with_new_question(draft, name))
    if wrong:
        return _survey_page(request, person, survey, 422, wrong)
    index = len(_edition(request, survey).body["question"]) - 1
    return RedirectResponse(f"/setup/surveys/{survey}/questions/{index}", 303)


@router.get("/{survey}/questions/{index}")
def question_page(request: Request, person: Manager, survey: str, index: int) -> Any:
    return _question_page(request, person, survey, index)


@router.post("/{survey}/questions/{index}")
def question(request: Request, person: Lead, survey: str, index: int, form: Form) -> Any:
    """Save it, remove it, or make it the first. `was` is its name when the form was made: it may have moved since."""
    edition, was = _edition(request, survey), form.get("was", "")
    before: dict[str, Any] = next((each for each in edition.body["question"] if each["name"] == was), {"text": {}})
    typed = surveyform.typed_question(form, before, edition.body["languages"])

    def work(draft: Draft) -> Draft:
        at = surveyform.index_of(draft, was)
        if "remove" in form:
            return surveyform.without_question(draft, at)
        if "first" in form:
            return surveyform.with_question_first(draft, at)
        return surveyform.with_question(draft, at, typed)

    wrong = _saved(request, person, survey, form, work)
    if wrong:
        return _question_page(request, person, survey, index, 422, wrong, typed, was)
    if "remove" in form or "first" in form:
        return _back(survey, "removed" if "remove" in form else "saved")
    at = surveyform.index_of(_edition(request, survey).body, typed["name"])
    return RedirectResponse(f"/setup/surveys/{survey}/questions/{at}?done=saved", 303)


def _question_page(
    request: Request,
    person: Any,
    survey: str,
    index: int,
    status: int = 200,
    wrong: str = "",
    typed: Any = None,
    was: str = "",
) -> Any:
    edition = _edition(request, survey)
    shown = typed or _question(edition, index)
    draft = {**edition.body, "question": [shown]} if isinstance(shown["scale"], int) else edition.body
    missing = {gap.language: gap.words for gap in gaps(draft) if gap.question == 0}
    return _page(
        request, "survey_question.html", person, status, edition=edition, index=index, question=shown, wrong=wrong,
        was=was or shown["name"], missing=missing, done=request.query_params.get("done", ""),
    )  # fmt: skip


@router.get("/{survey}/news")
def news_page(request: Request, person: Manager, survey: str) -> Any:
    return _news_page(request, person, survey)


@router.post("/{survey}/news")
def news(request: Request, person: Lead, survey: str, form: Form) -> Any:
    """'You said, we did', for between two shoppers."""
    body = _edition(request, survey).body
    typed = surveyform.typed_news(form, body["languages"], body["news"])
    wrong = _saved(request, person, survey, form, lambda draft: surveyform.with_news(draft, typed))
    if wrong:
        return _news_page(request, person, survey, 422, wrong, typed)
    return RedirectResponse(f"/setup/surveys/{survey}/news?done=saved", 303)


def _news_page(
    request: Request, person: Any, survey: str, status: int = 200, wrong: str = "", typed: Any = None
) -> Any:
    edition = _edition(request, survey)
    shown = edition.body["news"] if typed is None else typed
    blank = [{"begins": "", "ends": "", "text": {}}] if len(shown) < MOST_NEWS else []
    return _page(
        request, "survey_news.html", person, status, edition=edition, news=[*shown, *blank], wrong=wrong,
        done=request.query_params.get("done", ""),
    )  # fmt: skip


@router.get("/{survey}/preview")
def preview(request: Request, person: Manager, survey: str, question: int = 0, language: str = "") -> Any:
    """One question in one language on every panel."""
    edition = _edition(request, survey)
    languages = edition.body["languages"]
    language = language if language in languages else (languages or ["en"])[0]
    shown = _question(edition, question)
    return _page(
        request, "survey_preview.html", person, edition=edition, index=question, question=shown, language=language,
        previews=previews(shown, language, languages),
    )  # fmt: skip


@router.post("/{survey}/publish")
def publish(request: Request, person: Lead, survey: str, form: Form) -> Any:
    note = " ".join(form.get("note", "").split())[:200]
    try:
        _publisher(request).publish(survey, form.get("edition", ""), note, person.name)
    except (Conflict, ConfigError) as error:
        return _survey_page(request, person, survey, 422, _whole(error))
    return _back(survey, "published", "#kiosks")


@router.post("/{survey}/versions/{version}")
def roll_back(request: Request, person: Lead, survey: str, version: int) -> Any:
    """One click: what was asked then is asked again, as a new version."""
    try:
        _publisher(request).roll_back(survey, version, person.name)
    except ConfigError as error:
        return _survey_page(request, person, survey, 422, _whole(error))
    return _back(survey, "back", "#kiosks")


@router.post("/{survey}/undo")
def undo(request: Request, person: Lead, survey: str, form: Form) -> Any:
    try:
        undone = _publisher(request).undo(survey, form.get("edition", ""))
    except (Conflict, ConfigError) as error:
        return _survey_page(request, person, survey, 422, _whole(error))
    return _back(survey, "undone" if undone else "nothing")


def _saved(request: Request, person: Any, survey: str, form: Any, work: Callable[[Draft], Draft]) -> str:
    """Empty when the draft was changed, else the sentence that says why it was not."""
    try:
        _publisher(request).change(survey, form.get("edition", ""), work, person.name)
    except (Conflict, ConfigError) as error:
        return _whole(error)
    return ""


def _whole(error: ValueError) -> str:
    again = " Look at it below, then save again." if isinstance(error, Conflict) else ""
    return sentence(str(error)) + again


def _edition(request: Request, survey: str) -> Edition:
    edition = _publisher(request).draft(survey)
    if edition is None:
        raise HTTPException(404, "There is no such survey.")
    return edition


def _question(edition: Edition, index: int) -> dict[str, Any]:
    if not 0 <= index < len(edition.body["question"]):
        raise HTTPException(404, "There is no such question.")
    found: dict[str, Any] = edition.body["question"][index]
    return found


def _plan(request: Request) -> Plan:
    plan = desk_of(request).plan()
    if plan is None:
        raise HTTPException(404, "There is no plan yet. Load one with: floorpulse central plan load FILE")
    return plan


def _store_ids(plan: Plan) -> list[str]:
    return [store.id for store in plan.stores]


def _publisher(request: Request) -> Publisher:
    return desk_of(request).surveys


def _page(request: Request, template: str, person: Any, status: int = 200, **values: Any) -> Any:
    return render(request, template, person, status, **_KNOWN, **values, tab="setup")


def _back(survey: str, done: str, part: str = "") -> RedirectResponse:
    return RedirectResponse(f"/setup/surveys/{survey}?done={done}{part}", 303)
