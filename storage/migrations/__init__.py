"""How the tables came to be, one file a step. `python bot.py migrate` takes a database to the last of them."""
