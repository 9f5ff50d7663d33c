"""A real RTSP server for tests: GStreamer's. A program of its own, since its bindings belong to the system's Python.

Usage: rtsp_server.py PORT PATH=CODEC=FILE... [--user NAME:PASSWORD]; it says "ready" when it listens. A client gets
the file from its beginning, at the speed of life, with RTCP sender reports, as from a camera.
"""

import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]  # noqa: E402


def main(port: str, streams: list[str], user: str) -> None:
    """Serve until killed."""
    Gst.init(None)
    for element in ("qtdemux", "h264parse", "h265parse", "rtph264pay", "rtph265pay"):
        if Gst.ElementFactory.find(element) is None:
            sys.exit(f"GStreamer has no {element}")
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    if user:
        _ask_for_password(server, *user.split(":", 1))
    for stream in streams:
        path, codec, file = stream.split("=", 2)
        factory = GstRtspServer.RTSPMediaFactory()
        pipeline = f"filesrc location={file} ! qtdemux ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=1"
        factory.set_launch(f"( {pipeline} )")
        if user:
            _only_for_users(factory)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


def _ask_for_password(server: "GstRtspServer.RTSPServer", name: str, password: str) -> None:
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(name, password), token)
    server.set_auth(auth)


def _only_for_users(factory: "GstRtspServer.RTSPMediaFactory") -> None:
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    with_user = arguments[arguments.index("--user") + 1] if "--user" in arguments else ""
    main(arguments[0], [one for one in arguments[1:] if "=" in one], with_user)
