"""A link as a picture to print or to show."""

import io

from crmbot.reply import Chart, Text


def qr(name: str, link: str, alt: Text) -> Chart:
    import segno  # only when one is asked for

    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="png", scale=12, border=4)
    return Chart(name, out.getvalue(), alt)
