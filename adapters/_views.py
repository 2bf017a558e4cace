"""Slack's own surfaces: modals that carry a form, and the App Home."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters import BLANK, cut, printable, units
from adapters._blocks import IN_A_BLOCK, Block, button
from adapters._payloads import Body
from crmbot.forms import EDITS, FORMS, Field
from crmbot.incoming import HOME, Filled
from crmbot.reply import Form, Text, text, verbatim
from crmbot.words import say

TITLE, LABEL, WORDS, NOTE, BLOCKS, OPTION = 24, 150, 3000, 3000, 100, 75
SHORTEST = 150  # of a message, what fits a line


def modal(form: str, words: str, note: str, language: str) -> Block:
    """The form with `words` in its longest field; `note` comes back with what is filled in."""
    fields = FORMS[form].fields
    first = next((field.slot for field in fields if field.long), fields[0].slot)
    return _modal(form, verbatim(""), {first: words}, note, language)


def edit(form: Form, language: str) -> Block:
    """A form that holds what the record does; by digests it is told later what was changed in it."""
    was = {field.slot: _digest(_held(field, form.values.get(field.slot, ""))) for field in FORMS[form.name].fields}
    note = json.dumps({"ref": form.ref, "was": was})
    return _modal(form.name, verbatim(form.ref), form.values, note, language)


def _modal(form: str, ref: Text, values: Mapping[str, str], note: str, language: str) -> Block:
    title = say(FORMS[form].title, language), say(ref, language)
    return {
        "type": "modal",
        "callback_id": form,
        "title": _plain(verbatim(" ".join(filter(None, title))), TITLE, language),
        "submit": _plain(text("form-save"), TITLE, language),
        "private_metadata": cut(note, NOTE),
        "blocks": [
            _input(field, values.get(field.slot, ""), language, optional=_is_optional(form, field, values))
            for field in FORMS[form].fields
        ],
    }


def _held(field: Field, words: str) -> str:
    words = cut(printable(words), WORDS if field.long else SHORTEST)
    return words if words.strip(BLANK) else ""


def _digest(words: str) -> str:
    return hashlib.sha256(" ".join(words.split()).encode("utf-8", "replace")).hexdigest()[:12]


def _is_optional(form: str, field: Field, values: Mapping[str, str]) -> bool:
    """What a record has stays, unless it may be taken away."""
    return field.clears or not values.get(field.slot) if form in EDITS else not field.required


def _input(field: Field, words: str, language: str, *, optional: bool) -> Block:
    element = _choice(field, words, language) if field.among else _words(field, words, language)
    label = _plain(field.label, LABEL, language)
    return {"type": "input", "block_id": field.slot, "optional": optional, "label": label, "element": element}


def _words(field: Field, words: str, language: str) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": field.slot, "multiline": field.long}
    if words := _held(field, words):
        element["initial_value"] = words
    if example := say(text("form-example", slot=field.reads), language):
        element["placeholder"] = {"type": "plain_text", "text": example, "emoji": False}
    return element


def _choice(field: Field, chosen: str, language: str) -> Block:
    options = {each: {"text": _plain(field.called(each), OPTION, language), "value": each} for each in field.among}
    element: Block = {"type": "static_select", "action_id": field.slot, "options": list(options.values())}
    return element | {"initial_option": options[chosen]} if chosen in options else element


def filled(view: Body) -> Filled:
    """What came back; of a form that held a record, what was changed in it."""
    values = (view.get("state") or {}).get("values") or {}
    fields = tuple((block, _given(next(iter(inner.values())))) for block, inner in values.items())
    form, note = view["callback_id"], view.get("private_metadata") or ""
    if form not in EDITS:
        return Filled(form, fields, note)
    before = json.loads(note)
    changed = tuple((slot, words) for slot, words in fields if _digest(words) != before["was"].get(slot))
    return Filled(form, changed, about=before["ref"])


def _given(element: Body) -> str:
    """What was typed, or chosen of a list."""
    return str((element.get("selected_option") or element).get("value") or "")


def errors(wrong: Mapping[str, Text], language: str) -> Block:
    """What stands under the fields; the modal stays open."""
    return {"response_action": "errors", "errors": {slot: say(each, language) for slot, each in wrong.items()}}


def home(messages: Sequence[Mapping[str, Any]], language: str) -> Block:
    """A reply as the App Home, its first line as the heading; and the way back to its first page."""
    *blocks, last = _headed([block for each in messages for block in each["blocks"]])[: BLOCKS - 1]
    back = button(HOME.payload, say(text("button-home"), language))
    if last["type"] == "actions" and 1 < len(last["elements"]) < IN_A_BLOCK:
        last = {"type": "actions", "elements": [*last["elements"], back]}
        return {"type": "home", "blocks": [*blocks, last]}
    return {"type": "home", "blocks": [*blocks, last, {"type": "actions", "elements": [back]}]}


def _headed(blocks: list[Block]) -> list[Block]:
    first, *others = blocks
    head, _, rest = first["text"]["text"].partition("\n") if first["type"] == "section" else ("", "", "")
    if not rest.strip(BLANK) or not head.strip(BLANK) or units(head) > LABEL:
        return blocks
    section = {"type": "section", "text": {"type": "plain_text", "text": rest, "emoji": False}}
    return [{"type": "header", "text": {"type": "plain_text", "text": head, "emoji": False}}, section, *others]


def _plain(words: Text, longest: int, language: str) -> Block:
    return {"type": "plain_text", "text": cut(say(words, language), longest), "emoji": False}
