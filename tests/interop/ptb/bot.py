"""An ordinary python-telegram-bot bot: answers, edits its answer, handles a button.

Nothing in it knows about the sandbox but the address of the API.
"""

import os
import socket

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters


async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    said = update.message.text
    sent = await update.message.reply_text("<i>thinking…</i>", parse_mode="HTML", do_quote=True)
    button = InlineKeyboardButton("More", callback_data=f"more:{said}")
    await sent.edit_text(f"You said: {said}", reply_markup=InlineKeyboardMarkup([[button]]))


async def more(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    await query.answer("Here you are")
    await query.edit_message_text(f"More of: {query.data.removeprefix('more:')}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main() -> None:
    app = ApplicationBuilder().token(os.environ["BOT_TOKEN"]).base_url(os.environ["API_ROOT"] + "/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, answer))
    app.add_handler(CallbackQueryHandler(more))
    if os.environ["MODE"] == "polling":
        app.run_polling()
    else:
        port = free_port()
        app.run_webhook(
            listen="127.0.0.1",
            port=port,
            url_path="hook",
            webhook_url=f"http://127.0.0.1:{port}/hook",
            secret_token="interop-secret",
        )


main()
