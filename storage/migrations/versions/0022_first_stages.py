"""The stages that BI tools see: of a deal that never moved, the one that it began in."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """The views are made anew after every migration."""
