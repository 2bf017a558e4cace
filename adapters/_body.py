"""What a request brings, as long as it is no longer than any platform sends."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

BIGGEST = 1_000_000  # bytes of a request


async def body_of(request: Request) -> bytes | Response:
    """Its bytes; or the answer to one that is too long, 413, or that ends before it is whole, 400."""
    data = b""
    try:
        async for piece in request.stream():
            data += piece
            if len(data) > BIGGEST:
                return Response(status_code=413)
    except ClientDisconnect:  # it said that there is more
        return Response(status_code=400)
    return data
