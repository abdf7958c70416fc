#!/usr/bin/python3
"""A camera for tests: serves one recording over RTSP on 127.0.0.1, from its beginning to each client.

    rtsp-server.py FILE PORT [basic|digest USER PASSWORD]

PORT 0 takes any free one; $RTSP_SERVER_ADDRESS is listened at instead of 127.0.0.1. Prints `ready PORT`, then obeys lines on
standard input: `cut` drops every client (each command is answered with `done`). Ends with its standard input, and after ten minutes in any case (or the seconds in
$RTSP_SERVER_SECONDS).
Debian: python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
"""
import os
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

LONGEST_SECONDS = int(os.environ.get("RTSP_SERVER_SECONDS", "600"))


class Camera(GstRtspServer.RTSPMediaFactory):
    """A media factory whose launch line is not parsed for an address's sake."""

    def __init__(self, launch):
        super().__init__()
        self.launch = launch

    def do_create_element(self, url):
        return Gst.parse_launch(self.launch)


def protect(server, factory, kind, user, password):
    """Lets only `user` look at the camera."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if kind == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)


def obey(server, loop):
    """Reads one command."""
    line = sys.stdin.readline()
    if not line:
        loop.quit()
        return False
    if line.strip() == "cut":
        server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)
    print("done", flush=True)
    return True


def main():
    path, port, *credentials = sys.argv[1:]
    signal.alarm(LONGEST_SECONDS)
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(os.environ.get("RTSP_SERVER_ADDRESS", "127.0.0.1"))
    server.set_service(port)
    video = f"filesrc location={path} ! qtdemux ! rtph264pay name=pay0 pt=96 config-interval=-1"
    sound = "audiotestsrc is-live=true ! audioconvert ! audio/x-raw,rate=8000,channels=1 ! rtpL16pay name=pay0 pt=97"
    camera = Camera(f"( {video} )")
    for name, factory in {"/camera": camera, "/sound": Camera(f"( {sound} )")}.items():
        if credentials:
            protect(server, factory, *credentials)
        server.get_mount_points().add_factory(name, factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on port {port}")
    loop = GLib.MainLoop()
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, lambda *_: obey(server, loop))
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


main()
