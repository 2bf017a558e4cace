"""The bare peer: python-telegram-bot as its documentation shows it, one row inserted and committed per message."""

import argparse
import sqlite3

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

TABLE = "CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, chat INTEGER, said TEXT)"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("token", "base-url", "db"):
        options.add_argument(f"--{name}", required=True)
    given = options.parse_args()
    database = sqlite3.connect(given.db)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(TABLE)

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        assert message
        database.execute("INSERT INTO message (chat, said) VALUES (?, ?)", (message.chat_id, message.text))
        database.commit()
        await message.reply_text(f"Noted: {message.text}")

    application = Application.builder().token(given.token).base_url(given.base_url).build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    application.run_polling()


if __name__ == "__main__":
    main()
