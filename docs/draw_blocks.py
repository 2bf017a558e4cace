"""Draws Block Kit as Slack shows it, roughly: `python docs/draw_blocks.py docs/screens/slack-cards.json` makes a .png
beside it, where there is a chromium. The JSON is a list of what people said (`by`, `said`) and of messages, modals and
homes as the bot sent them; `tests/screens.py` writes it."""

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from pylopdf_fonts_zh_cn import sans_path

STYLE = """
@font-face { font-family: Chinese; src: url("FACE") }
body { font: 15px/1.46 Lato, Chinese, sans-serif; color: #1d1c1d; background: #fff;
       margin: 0; padding: 20px; width: 900px; columns: 2; column-gap: 28px }
.box { break-inside: avoid; margin-bottom: 16px; position: relative; padding-left: 44px }
.box::before { content: attr(data-letter); position: absolute; left: 0; top: 3px; width: 34px; height: 34px;
       border-radius: 6px; background: var(--colour, #1f3a5f); color: #fff; font: 700 16px/34px Lato, sans-serif;
       text-align: center }
.person { --colour: #8a5a2b }
.thread { margin-left: 28px; border-left: 3px solid #ddd; padding-left: 56px } .thread::before { left: 12px }
.modal, .home { border: 1px solid #ddd; border-radius: 8px; padding: 16px }
.modal::before, .home::before { display: none }
.who { font-weight: 900 } .who span { font-weight: 400; color: #616061; font-size: 12px; margin-left: 4px }
.who .app { background: #eee; padding: 0 3px; border-radius: 2px; font-size: 10px }
.person p b { color: #1264a3; background: #e8f5fa; font-weight: 400 }
h3 { font-size: 18px; margin: 6px 0 4px }
pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; font-size: 12px; margin: 4px 0 }
p { margin: 2px 0; white-space: pre-wrap }
button { font: 700 13px Lato, Chinese, sans-serif; background: #fff; border: 1px solid #bbb;
       border-radius: 8px; padding: 4px 12px; margin: 3px 6px 3px 0 }
.foot { display: flex; justify-content: flex-end; border-top: 1px solid #ddd; margin: 16px -16px 0;
       padding: 12px 16px 0 }
button.main { background: #007a5a; color: #fff; border-color: #007a5a; margin-right: 0 }
label { font-weight: 700; display: block; margin: 12px 0 4px } label span { font-weight: 400; color: #616061 }
.in { border: 1px solid #868686; border-radius: 4px; padding: 7px 12px; min-height: 22px; white-space: pre-wrap }
.in i { color: #868686; font-style: normal }
.select::after { content: "⌄"; float: right; color: #616061 }
.long { min-height: 66px } .bad { border-color: #c01343 } .wrong { color: #c01343; font-size: 13px; margin-top: 3px }
"""
WIDTH, TALLEST = 940, 2400


def page(shown: list[dict]) -> str:
    style = STYLE.replace("FACE", Path(sans_path()).as_uri())
    if any(each.get("thread") for each in shown):  # it is read from top to bottom
        style = style.replace("columns: 2", "columns: 1")
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>" + "".join(map(_box, shown))


def _box(given: dict) -> str:
    if said := given.get("said"):
        words = re.sub(r"@crm\b", "<b>@crm</b>", html.escape(said))
        where = f"<span>{html.escape(given.get('where', ''))}</span>"
        by = html.escape(given["by"])
        return f"<div class='box person' data-letter={by[0]}><div class=who>{by}{where}</div><p>{words}</p></div>"
    errors = given.get("errors", {})
    blocks = "".join(_block(each, errors) for each in given["blocks"])
    kind = given.get("type", "message")
    if kind == "modal":
        end = f"<div class=foot><button class=main>{_words(given['submit'])}</button></div>"
        return f'<div class="box modal"><h3>{_words(given["title"])}</h3>{blocks}{end}</div>'
    seen = "<span>Only visible to you</span>" if given.get("ephemeral") else ""
    who = "" if kind == "home" else f"<div class=who>crm <span class=app>APP</span>{seen}</div>"
    inside = " thread" if given.get("thread") else ""
    return f'<div class="box {kind}{inside}" data-letter=c>{who}{blocks}</div>'


def _block(block: dict, errors: dict) -> str:
    match block["type"]:
        case "section":
            return f"<p>{_words(block['text'])}</p>"
        case "header":
            return f"<h3>{_words(block['text'])}</h3>"
        case "rich_text":
            return "".join(map(_part, block["elements"]))
        case "actions":
            buttons = "".join(f"<button>{_words(each['text'])}</button>" for each in block["elements"])
            return f"<div>{buttons}</div>"
        case "input":
            return _input(block, errors.get(block["block_id"], ""))
    return f"<p>[{html.escape(block['type'])}]</p>"


def _input(block: dict, wrong: str) -> str:
    element, optional = block["element"], " <span>(optional)</span>" if block["optional"] else ""
    kind = "in" + " long" * element.get("multiline", False) + " bad" * bool(wrong)
    held = html.escape(element.get("initial_value", ""))
    if element["type"] == "static_select":
        kind += " select"
        chosen = element.get("initial_option")
        held = _words(chosen["text"]) if chosen else "<i>Select an option</i>"
    if not held and "placeholder" in element:
        held = f"<i>{_words(element['placeholder'])}</i>"
    below = f"<div class=wrong>{html.escape(wrong)}</div>" if wrong else ""
    return f'<label>{_words(block["label"])}{optional}</label><div class="{kind}">{held}</div>{below}'


def _part(part: dict) -> str:
    words = "".join(
        f"<b>{html.escape(leaf['text'])}</b>" if leaf.get("style", {}).get("bold") else html.escape(leaf["text"])
        for leaf in part["elements"]
    )
    return f"<pre>{words}</pre>" if part["type"] == "rich_text_preformatted" else f"<p>{words.rstrip()}</p>"


def _words(text: dict) -> str:
    return html.escape(text["text"])


def draw(source: Path) -> None:
    """As a .png beside it."""
    browser = shutil.which("chromium")
    if not browser:
        return
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "page.html"
        written.write_text(page(json.loads(source.read_text("utf-8"))), "utf-8")
        picture = source.with_suffix(".png").resolve()
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000"]
        size = f"--window-size={WIDTH},{TALLEST}"
        command = [browser, *options, size, f"--screenshot={picture}", written.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True)
    _trim(picture)


def _trim(picture: Path) -> None:
    """Without the white below."""
    with Image.open(picture) as drawn:
        shown = drawn.convert("RGB")
    edge = ImageChops.difference(shown, Image.new("RGB", shown.size, "white")).getbbox()
    if edge:
        shown.crop((0, 0, shown.width, min(shown.height, edge[3] + 20))).quantize(128).save(picture, optimize=True)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
