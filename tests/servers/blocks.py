"""Block Kit as Slack checks it, and what people see of it: what it would refuse is refused here."""

import re
from html import unescape

TEXT, FIELD, HEADER, BUTTON, VALUE, ALT, OPTION = 3000, 2000, 150, 75, 2000, 2000, 75
BLOCKS, VIEW_BLOCKS, FIELDS, ELEMENTS, OPTIONS, ID, TITLE, LABEL = 50, 100, 10, 25, 100, 255, 24, 2000
ALL, FALLBACK, METADATA, PLACEHOLDER = 13_200, 40_000, 3000, 150
# what Slack's clients make of mrkdwn: mentions, links, and addresses that they find by themselves
LIVE = re.compile(r"<[!@#][^<>]*>|<[a-z][a-z+.-]*:[^<>]*>|<[^<> ]+\|[^<>]*>", re.I)
BARE = re.compile(r"https?://\S|(?<![\w.])[\w.+-]+@[\w-]+\.\w|(?<!\w)@(?:here|channel|everyone)\b", re.I)
STYLED = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
# code points that Slack, like other platforms, takes for nothing
BLANK = " \t\n\r\x0b\x0c\u00a0\u00ad\u061c\u180e\u3000\ufeff\u2800\u3164" + "".join(
    map(chr, [*range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070)])
)


class Invalid(Exception):
    """The `error` of an answer of the Web API."""


def check_message(given):
    """Raises `Invalid` as chat.postMessage would answer it."""
    text, blocks = given.get("text") or "", given.get("blocks") or []
    if not text.strip(BLANK) and not blocks:
        raise Invalid("no_text")
    if len(text) > FALLBACK:
        raise Invalid("msg_too_long")
    _encoded(text)
    check_blocks(blocks, BLOCKS)
    if sum(map(len, _texts(blocks))) > ALL:
        raise Invalid("msg_blocks_too_long")


def check_view(view):
    """Raises `Invalid` as views.open would answer it."""
    if view.get("type") not in ("modal", "home"):
        raise Invalid("invalid_arguments")
    if view["type"] == "modal":
        for name in ("title", "submit", "close"):
            if name in view:
                _plain(view[name], TITLE)
        if "title" not in view:
            raise Invalid("invalid_arguments")
    if len(view.get("private_metadata", "")) > METADATA or len(view.get("callback_id", "")) > ID:
        raise Invalid("invalid_arguments")
    check_blocks(view["blocks"], VIEW_BLOCKS)
    if view["type"] == "modal" and any(each["type"] == "input" for each in view["blocks"]) and "submit" not in view:
        raise Invalid("invalid_arguments")


def check_blocks(blocks, most):
    if len(blocks) > most:
        raise Invalid("invalid_blocks")
    ids = [each["block_id"] for each in blocks if "block_id" in each]
    if len(ids) != len(set(ids)) or any(not 0 < len(each) <= ID for each in ids):
        raise Invalid("invalid_blocks")
    for block in blocks:
        check = CHECKS.get(block.get("type"))
        if not check:
            raise Invalid("invalid_blocks")
        check(block)


def _section(block):
    if not block.get("text") and not block.get("fields"):
        raise Invalid("invalid_blocks")
    if "text" in block:
        _text(block["text"], TEXT)
    fields = block.get("fields")
    if fields is not None and not 0 < len(fields) <= FIELDS:
        raise Invalid("invalid_blocks")
    for field in fields or ():
        _text(field, FIELD)
    if "accessory" in block:
        _element(block["accessory"])


def _header(block):
    _plain(block["text"], HEADER)


def _actions(block):
    elements = block["elements"]
    if not 0 < len(elements) <= ELEMENTS:
        raise Invalid("invalid_blocks")
    ids = [each["action_id"] for each in elements]
    if len(ids) != len(set(ids)):
        raise Invalid("invalid_blocks")
    for each in elements:
        _element(each)


def _context(block):
    if not 0 < len(block["elements"]) <= 10:
        raise Invalid("invalid_blocks")
    for each in block["elements"]:
        _text(each, TEXT)


def _image(block):
    if ("image_url" in block) == ("slack_file" in block) or not 0 < len(block.get("alt_text", "")) <= ALT:
        raise Invalid("invalid_blocks")


def _rich(block):
    if not block["elements"]:
        raise Invalid("invalid_blocks")
    for part in block["elements"]:
        if part["type"] not in ("rich_text_section", "rich_text_preformatted") or not part["elements"]:
            raise Invalid("invalid_blocks")
        for leaf in part["elements"]:
            if leaf["type"] != "text" or not leaf["text"] or not set(leaf.get("style", {})) <= {"bold", "italic"}:
                raise Invalid("invalid_blocks")
            if leaf.get("style") and part["type"] == "rich_text_preformatted":
                raise Invalid("invalid_blocks")
            _encoded(leaf["text"])


def _input(block):
    _plain(block["label"], LABEL)
    if "hint" in block:
        _plain(block["hint"], LABEL)
    _element(block["element"])


def _element(element):
    if not 0 < len(element["action_id"]) <= ID:
        raise Invalid("invalid_blocks")
    if "placeholder" in element:
        _plain(element["placeholder"], PLACEHOLDER)
    match element["type"]:
        case "button":
            _plain(element["text"], BUTTON)
            if len(element.get("value", "")) > VALUE or element.get("style", "primary") not in ("primary", "danger"):
                raise Invalid("invalid_blocks")
        case "plain_text_input":
            longest = element.get("max_length", TEXT)
            if not 0 < longest <= TEXT or len(element.get("initial_value", "")) > longest:
                raise Invalid("invalid_blocks")
        case "static_select":
            options = element["options"]
            if not 0 < len(options) <= OPTIONS or element.get("initial_option", options[0]) not in options:
                raise Invalid("invalid_blocks")
            for each in options:
                _plain(each["text"], OPTION)
                if not 0 < len(each["value"]) <= 150:
                    raise Invalid("invalid_blocks")
        case "datepicker":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", element.get("initial_date", "2025-01-01")):
                raise Invalid("invalid_blocks")
        case _:
            raise Invalid("invalid_blocks")


CHECKS = {
    "section": _section,
    "header": _header,
    "actions": _actions,
    "context": _context,
    "image": _image,
    "rich_text": _rich,
    "input": _input,
    "divider": lambda _: None,
}


def _text(text, longest):
    if text["type"] == "plain_text":
        return _plain(text, longest)
    if text["type"] != "mrkdwn":
        raise Invalid("invalid_blocks")
    return _length(text["text"], longest)


def _plain(text, longest):
    if text["type"] != "plain_text":
        raise Invalid("invalid_blocks")
    _length(text["text"], longest)


def _length(words, longest):
    _encoded(words)
    if not words.strip(BLANK) or len(words.encode("utf-16-le")) // 2 > longest:  # the stricter reading
        raise Invalid("invalid_blocks")


def _encoded(words):
    if any("\ud800" <= each <= "\udfff" for each in words):
        raise Invalid("invalid_arguments")


def people_see(given):
    """The words of a message in its blocks (else its text), and all in them that acts: mentions, links, markup."""
    seen, live = [], []
    for kind, words, verbatim in _shown(given):
        if kind == "plain":
            seen.append(words)
            continue
        live += LIVE.findall(words)
        if not verbatim:
            live += BARE.findall(unescape(words))
        seen.append(unescape(STYLED.sub(r"\1", words)))
    live += LIVE.findall(given.get("text") or "")  # it is what notifications are made of
    return "\n".join(seen), live


def buttons_of(given):
    """Label → action id, in order."""
    elements = [each for block in given.get("blocks") or () for each in block.get("elements", ())]
    return {each["text"]["text"]: each["action_id"] for each in elements if each["type"] == "button"}


def _shown(given):
    blocks = given.get("blocks") or []
    if not blocks:
        yield "mrkdwn", given.get("text", ""), False
    for block in blocks:
        texts = [block.get("text"), block.get("label"), block.get("hint"), *block.get("fields", ())]
        texts += block["elements"] if block["type"] == "context" else []
        for text in filter(None, texts):
            yield "plain" if text["type"] == "plain_text" else "mrkdwn", text["text"], text.get("verbatim", False)
        if block["type"] == "image":
            yield "plain", block["alt_text"], True
        if block["type"] == "rich_text":
            for part in block["elements"]:
                yield "plain", "".join(leaf["text"] for leaf in part["elements"]), True


def _texts(blocks):
    """Everything that counts against the limit of a whole message."""
    for _, words, _ in _shown({"blocks": blocks} if blocks else {"text": ""}):
        yield words
    yield from (label for label in buttons_of({"blocks": blocks}))
