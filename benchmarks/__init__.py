"""What the bot costs, measured: each module is a program that exits 1 when a bar is missed."""
