"""What a picture is evidence of: the camera, the zone, the event, and how pictures are kept on this box."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.config.box import BoxConfig, CameraConfig
from rules.event import Event
from rules.zone import Zone


@dataclass(frozen=True, slots=True)
class Scene:
    """One event of one zone of one camera of a box."""

    box: BoxConfig
    camera: CameraConfig
    zone: Zone
    event: Event

    @classmethod
    def of(cls, box: BoxConfig, event: Event) -> Scene:
        """Find camera and zone of an event. Raises KeyError when the configuration does not know them."""
        for camera in box.cameras:
            for zone in camera.zones:
                if (camera.id, zone.id) == (event.camera, event.zone):
                    return cls(box, camera, zone, event)
        raise KeyError(f"no zone {event.zone!r} of camera {event.camera!r} in the configuration")
