"""The boxes."""

from __future__ import annotations

from fastapi import APIRouter

from central.api.access import ServicesOfApp, SignedIn
from central.devices import DeviceView

router = APIRouter(prefix="/devices", tags=["devices"])


@router.get("", summary="All boxes and how they are")
def list_devices(services: ServicesOfApp, _: SignedIn) -> list[DeviceView]:
    """Give all boxes by id."""
    return services.devices.list()


@router.get("/{device_id}", summary="One box")
def get_device(device_id: str, services: ServicesOfApp, _: SignedIn) -> DeviceView:
    """Give one box."""
    return services.devices.get(device_id)
