"""The channels that the settings name. Each is imported only when it is there: their libraries are large."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from crmbot.config import Settings
from crmbot.config import Web as WebTable
from crmbot.errors import BadInput
from crmbot.serving import Served
from crmbot.survey_page import SurveyPages
from crmbot.understand import slash_words
from crmbot.words import LANGUAGES, MENU, MENUS, menu

if TYPE_CHECKING:
    from adapters._webhook import Webhook
    from adapters.telegram import Telegram
    from adapters.web import Ask, Web


def channels_of(settings: Settings, found: Callable[[str, str], None]) -> list[Served]:
    """Those that the settings turn on; `found` is told where people find the bot on one, once that is known."""
    made: list[Served] = []
    if settings.telegram:
        made.append(telegram_of(settings, partial(found, "telegram")))
    if settings.slack:
        from adapters._signed import SignedHttp
        from adapters.slack import Slack

        table = settings.slack
        tokens = table.bot_token.get_secret_value(), table.app_token.get_secret_value()
        if not (table.app_token if table.mode == "socket" else table.signing_secret).get_secret_value():
            raise BadInput(
                "slack: mode http needs signing_secret" if table.mode == "http" else "slack: app_token is needed"
            )
        http = SignedHttp(table.signing_secret.get_secret_value()) if table.mode == "http" else None
        made.append(Slack(*tokens, table.base_url, commands={*MENU, *slash_words()}, http=http))
    return made


def telegram_of(settings: Settings, found: Callable[[str], None] = lambda address: None) -> "Telegram":
    from adapters.telegram import Telegram

    assert settings.telegram
    table = settings.telegram
    menus = {whose: {language: menu(whose, language) for language in LANGUAGES} for whose in MENUS}
    addresses = table.token.get_secret_value(), table.base_url, table.base_file_url
    return Telegram(*addresses, menus=menus, found=found, webhook=_webhook(settings))


def _webhook(settings: Settings) -> "Webhook | None":
    """Where Telegram is to send to, unless it is polled."""
    table = settings.telegram
    if table is None or table.mode == "polling":
        return None
    from adapters._webhook import PATH, Webhook

    public = settings.web.public_url.rstrip("/") + PATH if settings.web and settings.web.public_url else ""
    url, secret = table.webhook_url or public, table.webhook_secret.get_secret_value()
    if not url.startswith("https://") or not re.fullmatch(r"[\w-]{16,256}", secret):
        raise BadInput(
            "telegram: mode webhook needs webhook_url (https://…/telegram), and a webhook_secret of 16 or more letters,"
            " figures, _ and -"
        )
    return Webhook(url, secret)


def web_of(settings: Settings, signs: "Ask", channels: Iterable[Served], surveys: SurveyPages) -> "list[Web]":
    """The web server, if there is to be one: asked for, or needed by a channel that has pages."""
    pages = [page for each in channels for page in getattr(each, "pages", ())]
    if settings.web and settings.web.public_url:
        from adapters._survey import SurveySite

        pages.append(SurveySite(surveys, settings.web.public_url, settings.bot.language).page)
    if settings.web is None and not pages:
        return []
    from adapters.web import Web

    table = settings.web or WebTable()
    return [Web(table.host, table.port, signs, pages)]
