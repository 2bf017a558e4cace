"""Slack's Web API: one session, no retry of its own, and what its errors mean to us."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from crmbot.errors import Passing, Permanent

BASE_URL = AsyncWebClient.BASE_URL
BIGGEST_FILE = 20_000_000
PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between tries after something failed
FAILED = (SlackClientError, ClientError, TimeoutError, OSError)  # all that a call may raise

DEAD = frozenset({
    "access_denied", "cannot_dm_bot", "channel_not_found", "external_channel_migrating", "is_archived",
    "messages_tab_disabled", "not_in_channel", "restricted_action", "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_locked", "restricted_action_thread_only_channel",
    "team_access_not_granted", "user_disabled", "user_not_found", "user_not_in_channel", "users_not_found",
})  # fmt: skip
UNSEEN = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel"})  # the bot is no member there
LOCKED_OUT = frozenset({
    "account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_allowed_token_type", "not_authed",
    "org_login_required", "token_expired", "token_revoked", "two_factor_setup_required",
})  # fmt: skip
AWAY = frozenset({
    "accesslimited", "fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org",
})  # fmt: skip
LIMITED = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
NOT_EDITABLE = frozenset({
    "cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found", "update_failed",
})  # fmt: skip


class WebApi:
    """The library's client; `library_log` is where it may write."""

    def __init__(self, token: str, base_url: str, library_log: Any) -> None:
        # the library's own retry posts twice; the outgoing rows are what is tried again
        self.client = AsyncWebClient(token, base_url, retry_handlers=[], logger=library_log)
        self.client.proxy = proxy_for(self.client.base_url)

    async def close(self) -> None:
        if self.client.session:
            await self.client.session.close()

    def session(self) -> ClientSession:
        """Opened by the first who needs it."""
        if not self.client.session or self.client.session.closed:
            self.client.session = ClientSession(timeout=ClientTimeout(total=60, sock_connect=5, sock_read=10))
        return self.client.session

    async def call(self, method: str, given: Mapping[str, Any] | None = None) -> Any:
        """With JSON, for the methods that post."""
        self.session()
        return await self.client.api_call(method, json=dict(given or {}))

    async def ask(self, method: str, **given: str | int) -> Any:
        """With a form: the methods that only read take no JSON."""
        self.session()
        return await self.client.api_call(method, data=dict(given))

    async def post_at(self, url: str, message: Mapping[str, Any]) -> None:
        """To an address that came with a command."""
        async with self.session().post(url, json=dict(message), proxy=proxy_for(url)) as answer:
            if answer.status >= 500:
                raise TimeoutError

    async def upload(self, name: str, data: bytes, channel: str = "", thread: str = "") -> str:
        """Slack's id of the file; it is shown in the channel, else nowhere until a message does."""
        place = await self.ask("files.getUploadURLExternal", filename=name, length=len(data))
        url = place["upload_url"]
        async with self.session().post(url, data=data, proxy=proxy_for(url)) as answer:
            if answer.status != 200:
                raise TimeoutError
        shown = {"channel_id": channel} | ({"thread_ts": thread} if thread else {}) if channel else {}
        await self.call("files.completeUploadExternal", {"files": [{"id": place["file_id"], "title": name}], **shown})
        return str(place["file_id"])

    async def download(self, url: str) -> bytes:
        """Nothing, if it is not to be had; nobody but Slack is shown the token."""
        if not self._is_slacks(url):
            return b""
        token = {"Authorization": f"Bearer {self.client.token}"}
        async with self.session().get(url, headers=token, proxy=proxy_for(url), allow_redirects=False) as answer:
            if answer.status >= 500:
                raise TimeoutError
            if answer.status != 200 or answer.content_type == "text/html":
                return b""  # the page where people log in
            data = await answer.content.read(BIGGEST_FILE + 1)
            while len(data) <= BIGGEST_FILE and (more := await answer.content.read(BIGGEST_FILE)):
                data += more
            return data if len(data) <= BIGGEST_FILE else b""

    def _is_slacks(self, url: str) -> bool:
        there, api = urlsplit(url), urlsplit(self.client.base_url)
        if there.netloc == api.netloc and there.scheme == api.scheme:
            return True
        return there.scheme == "https" and (there.hostname or "").endswith((".slack.com", ".slack-edge.com"))


def in_our_words(error: Exception) -> Exception:
    """What an error means for the reply that was to be sent."""
    if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
        return Passing(PAUSE)
    reason = reason_of(error)
    if reason in LIMITED or _status(error) == 429:
        return Passing(retry_after(error))
    if reason in DEAD:
        return Permanent(reason)
    if reason in LOCKED_OUT:
        return Passing(LONGEST_PAUSE)
    if not reason or reason in AWAY or _status(error) >= 500:
        return Passing(PAUSE, doubtful=True)
    return RuntimeError(f"Slack refuses it: {reason}")  # our own bug


def trouble_of(error: Exception) -> str:
    if reason_of(error) in LOCKED_OUT:
        return f"Slack does not accept the bot token ({reason_of(error)})"
    return f"not reached ({reason_of(error) or type(error).__name__}); trying again"


def reason_of(error: Exception) -> str:
    """Slack's word for what is wrong; nothing when it did not answer in its own format."""
    data = getattr(getattr(error, "response", None), "data", None) if isinstance(error, SlackApiError) else None
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""


def retry_after(error: Exception) -> float:
    """Seconds; one, where Slack does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return float(headers.get("Retry-After", PAUSE))
    except ValueError:
        return PAUSE


def _status(error: Exception) -> int:
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def proxy_for(url: str) -> str | None:
    """The library takes the environment's proxy for loopback too."""
    there = urlsplit(url)
    return None if proxy_bypass(there.hostname or "") else getproxies().get(there.scheme)
