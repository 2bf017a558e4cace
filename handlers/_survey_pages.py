"""Survey links: a page for those who are on neither platform. The link finds the survey, the first POST binds it."""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from crmbot.incoming import storable
from crmbot.survey_page import LONGEST, SurveyPage
from handlers.csat import is_fixed, is_over, question_of, rated
from storage import Customer, Store, Survey

if TYPE_CHECKING:
    from crmbot.app import App
    from crmbot.turn import Road
    from storage import Database


class SurveyLinks:
    """As the web page asks for them. `follow`: what is told of an answer is sent."""

    def __init__(self, app: "App", database: "Database", follow: "Callable[[Road], None]") -> None:
        self._app = app
        self._database = database
        self._follow = follow

    async def look(self, token: str, pass_: str) -> SurveyPage | None:
        now = self._app.clock()
        return await self._database.arun(lambda store: _page(store, token, pass_, now))

    async def answer(self, token: str, pass_: str, score: int, words: str) -> str:
        def work(store: Store) -> tuple[str, Store]:
            return self._answer(store, token, pass_, score, words), store

        given, store = await self._database.arun(work)
        self._follow(store)
        return given

    def _answer(self, store: Store, token: str, pass_: str, score: int, words: str) -> str:
        now = self._app.clock()
        store.acts(None, "survey.page", now)
        found = _found(store, token)
        if found is None or not _may(store, found[0], token, pass_, now):
            store.audit("refused")
            return ""
        reply = rated(found[0], score, storable(words).strip()[:LONGEST], found[1], store, now)
        self._app.tell(reply, store)
        return _pass(store, token)


def _found(store: Store, token: str) -> tuple[Survey, Customer] | None:
    survey = store.surveys.linked(token)
    customer = store.customers.one(survey.customer_id) if survey else None
    return (survey, customer) if survey and customer and not customer.archived_at else None


def _page(store: Store, token: str, pass_: str, now: datetime) -> SurveyPage | None:
    found = _found(store, token)
    if found is None:
        return None
    survey, customer = found
    if is_over(survey, now) and survey.score is None:
        return SurveyPage("over", customer.language)
    if not _may(store, survey, token, pass_, now):
        return SurveyPage("answered", customer.language)
    return SurveyPage("open", customer.language, question_of(survey, store), survey.score, survey.comment or "")


def _may(store: Store, survey: Survey, token: str, pass_: str, now: datetime) -> bool:
    """Once; from then on only the browser that answered, and for a day."""
    if is_over(survey, now) or is_fixed(survey, now):
        return False
    return survey.score is None or hmac.compare_digest(pass_.encode(), _pass(store, token).encode())


def _pass(store: Store, token: str) -> str:
    """Only this database can make it, and keeps nothing for it."""
    return store.keys.digest("survey.pass", token).hex()
