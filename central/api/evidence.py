"""Evidence files, by the hash of their content: what was given once never changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from central.api.access import ServicesOfApp, SignedIn
from central.evidence_store import EvidenceNotFound

router = APIRouter(prefix="/evidence", tags=["evidence"])

_SHOWN_AS_IS = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm"})
_HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    # What a box sent is shown as a picture or a film, never run as a page.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.head("/{sha256}", include_in_schema=False)
@router.get(
    "/{sha256}",
    summary="One evidence file",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "video/mp4": {}}, "description": "the file"}},
)
def get_evidence(sha256: Sha256, request: Request, services: ServicesOfApp, _: SignedIn) -> Response:
    """Give the bytes that have this SHA-256. A browser may keep them for good."""
    media_type = services.cases.media_type_of(sha256) or services.pictures.media_type_of(sha256)
    if media_type is None:
        raise EvidenceNotFound(sha256)
    headers = _HEADERS | {"ETag": f'"{sha256}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if media_type not in _SHOWN_AS_IS:
        headers["Content-Disposition"] = f'attachment; filename="{sha256}"'
        media_type = "application/octet-stream"
    return Response(services.evidence.get(sha256), media_type=media_type, headers=headers)
