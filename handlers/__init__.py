"""What the bot can do, one file for each noun. Nothing to register: `@intent` marks a function, `collect` finds it."""
