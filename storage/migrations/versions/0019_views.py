"""Nothing but its number: the views of storage/views.py are made after each migration, so after this one too."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """See above."""
