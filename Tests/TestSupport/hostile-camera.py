#!/usr/bin/python3
"""Cameras for tests, on 127.0.0.1, each with a will of its own: RTSP with RTP over TCP, UDP or TLS; Motion JPEG and HLS
over HTTP or HTTPS. Only the standard library.

    hostile-camera.py [SECONDS]

Each line on standard input is a JSON object, each is answered with one line:

    {"open": NAME, "clip": {"file": …, "times": …, "codec": "h264"|"hevc"}, …}     {"port": N}
    {"name": NAME, "do": …, …}                                                     {}
    {"clock": true}                       {"began": seconds since 1970 of the moment at which every clip began}
    {"report": NAME}                      {"sent": [[first, last], …]} by the wall clock, a stretch a connection, pause or freeze

All cameras show one moment of their clip at one time, so that they can be compared. Ends with its standard input, and after
SECONDS (fifteen minutes) in any case.
"""
import base64
import json
import random
import select
import signal
import socket
import ssl
import struct
import sys
import threading
import time

LONGEST_SECONDS = 900
MOST_PAYLOAD = 1400
NTP_EPOCH = 2208988800
CLOCK = 90000
BEGIN = time.monotonic()


class Clip:
    """Access units of one recording, in decoding order, with presentation times in seconds."""

    def __init__(self, file, times, codec):
        self.codec = codec
        header = 1 if codec == "h264" else 2
        units = self.split(open(file, "rb").read())
        delimiter = 9 if codec == "h264" else 35
        self.frames = []
        for unit in units:
            if self.kind(unit) == delimiter:
                self.frames.append([])
            elif self.frames and len(unit) > header:
                self.frames[-1].append(unit)
        stamps, base = [], None
        for line in open(times):
            if line.startswith("#tb"):
                first, second = line.split(":")[1].strip().split("/")
                base = int(first) / int(second)
            elif not line.startswith("#"):
                stamps.append(int(line.split(",")[2]) * base)
        assert len(stamps) == len(self.frames), (len(stamps), len(self.frames))
        low = min(stamps)
        self.times = [stamp - low for stamp in stamps]
        ordered = sorted(self.times)
        self.step = (ordered[-1] - ordered[0]) / (len(ordered) - 1)
        self.seconds = self.step * len(ordered)
        self.cut = {}

    @staticmethod
    def split(data):
        places, at = [], data.find(b"\0\0\1")
        while at >= 0:
            places.append(at + 3)
            at = data.find(b"\0\0\1", at + 3)
        ends = [place - 3 for place in places[1:]] + [len(data)]
        return [data[start:end].rstrip(b"\0") for start, end in zip(places, ends)]

    def kind(self, unit):
        return unit[0] & 31 if self.codec == "h264" else unit[0] >> 1 & 63

    def is_key(self, index):
        keys = (5,) if self.codec == "h264" else (16, 17, 18, 19, 20, 21)
        return any(self.kind(unit) in keys for unit in self.frames[index])

    def payloads(self, index):
        """The frame's RTP payloads, cut once."""
        if index not in self.cut:
            self.cut[index] = list(self.cut_payloads(index))
        return self.cut[index]

    def cut_payloads(self, index):
        """RTP payloads of a frame (RFC 6184, RFC 7798): whole units, or fragments of large ones."""
        for unit in self.frames[index]:
            if len(unit) <= MOST_PAYLOAD:
                yield unit
                continue
            if self.codec == "h264":
                head, kind, body = bytes([unit[0] & 0xE0 | 28]), unit[0] & 31, unit[1:]
            else:
                head, kind, body = bytes([unit[0] & 0x81 | 49 << 1, unit[1]]), unit[0] >> 1 & 63, unit[2:]
            for at in range(0, len(body), MOST_PAYLOAD):
                flags = (0x80 if at == 0 else 0) | (0x40 if at + MOST_PAYLOAD >= len(body) else 0)
                yield head + bytes([flags | kind]) + body[at:at + MOST_PAYLOAD]


class Camera:
    """One port, and what it does to whoever connects."""

    def __init__(self, order):
        self.lock = threading.Lock()
        self.clips = {name: Clip(**clip) for name, clip in order.get("clips", {}).items()}
        self.clip = self.clips.get(order.get("show", "main"))
        self.sdp_rate = order.get("rate")
        self.reports = order.get("reports", "right")
        self.reset_every = order.get("reset_every")
        self.offset = order.get("offset", random.randrange(1 << 32))
        if "wraps_after" in order:
            self.offset = (1 << 32) - int((time.monotonic() - BEGIN + order["wraps_after"]) * CLOCK)
        self.until = {}
        self.turned = None
        self.cuts = 0
        self.sent = []
        self.pictures = []
        self.playlist = order.get("playlist")
        if "pictures" in order:
            self.pictures = Camera.jpegs(open(order["pictures"], "rb").read())
            self.picture_rate = order["picture_rate"]
        self.tls = None
        if "certificate" in order:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(order["certificate"])
        self.port = 0
        self.listener = None
        self.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    @staticmethod
    def jpegs(data):
        parts = data.split(b"\xff\xd8\xff")[1:]
        return [b"\xff\xd8\xff" + part for part in parts]

    def listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(16)
        self.port = listener.getsockname()[1]
        self.listener = listener

    def serve(self):
        while True:
            if self.is_on("refuse"):
                if self.listener:
                    self.listener.close()
                    self.listener = None
                time.sleep(0.02)
                continue
            if not self.listener:
                self.listen()
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.attend, args=(client,), daemon=True).start()

    def attend(self, client):
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            client.settimeout(20)
            if self.pictures or self.playlist:
                WebClient(self, client).run()
            else:
                Client(self, client).run()
        except (OSError, ValueError, ssl.SSLError):
            pass
        finally:
            client.close()

    def is_on(self, what):
        return time.monotonic() < self.until.get(what, 0)

    def obey(self, order):
        """Carries out one order."""
        what, now = order["do"], time.monotonic()
        if what in ("refuse", "hang", "deny", "stall", "freeze", "repeat"):
            self.until[what] = now + order["seconds"]
        if what == "backwards":
            self.turned = (now, now + order["seconds"])
        if what == "jump":
            self.offset += int(order["seconds"] * CLOCK)
        if what == "show":
            self.clip = self.clips[order["clip"]]
        if what == "report":
            self.reports = order["kind"]
        if what in ("refuse", "hang", "deny", "cut"):
            self.cuts += 1

    def begin_stretch(self):
        with self.lock:
            self.sent.append(None)

    def note_sent(self):
        now = time.time()
        with self.lock:
            first = self.sent[-1][0] if self.sent[-1] else now
            self.sent[-1] = [first, now]

    def stamp(self, moment, seconds):
        """The RTP time of what is presented at `seconds` since the beginning, sent at `moment`."""
        if self.turned and moment > self.turned[0]:
            start, end = self.turned
            # Runs back until the end, and goes on from there.
            if moment < end:
                seconds -= 2 * (moment - start)
            else:
                seconds -= 2 * (end - start)
        if self.is_on("repeat"):
            seconds -= seconds % 1
        return int(seconds * CLOCK + self.offset) % (1 << 32)


class Client:
    """One connection by RTSP (RFC 2326)."""

    def __init__(self, camera, client):
        self.camera, self.client = camera, client
        self.clip = camera.clip
        self.buffer = b""
        self.sequence = 0
        self.source = random.randrange(1 << 32)
        self.udp = None
        self.packets = self.octets = 0

    def run(self):
        while True:
            request = self.receive()
            if request is None:
                return
            if self.answer(request) == "PLAY":
                self.play()
                return

    def receive(self):
        """The next request's lines; None at the end."""
        while b"\r\n\r\n" not in self.buffer:
            data = self.client.recv(4096)
            if not data:
                return None
            self.buffer += data
        while self.buffer[:1] == b"$" and len(self.buffer) >= 4:
            self.buffer = self.buffer[4 + struct.unpack(">H", self.buffer[2:4])[0]:]
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.decode("latin-1").split("\r\n")

    def answer(self, lines):
        method = lines[0].split()[0]
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
        extra, body, status = [], "", "200 OK"
        if method == "OPTIONS":
            extra = ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"]
        elif self.camera.is_on("deny"):
            status, extra = "401 Unauthorized", ['WWW-Authenticate: Basic realm="camera"']
        elif method == "DESCRIBE":
            name = "H264" if self.clip.codec == "h264" else "H265"
            body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
            body += f"c=IN IP4 0.0.0.0\r\na=rtpmap:96 {name}/90000\r\na=control:track1\r\n"
            if self.clip.codec == "h264":
                sets = [u for u in self.clip.frames[0] if self.clip.kind(u) in (7, 8)]
                text = ",".join(base64.b64encode(unit).decode() for unit in sets)
                body += f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={text}\r\n"
            if self.camera.sdp_rate:
                body += f"a=framerate:{self.camera.sdp_rate}\r\n"
            extra = ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            asked = headers.get("transport", "")
            if "TCP" in asked:
                extra = ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
            else:
                ports = asked.split("client_port=")[1].split(";")[0].split("-")
                self.udp = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
                for channel, port in zip(self.udp, ports):
                    channel.bind(("127.0.0.1", 0))
                    channel.connect(("127.0.0.1", int(port)))
                own = "-".join(str(channel.getsockname()[1]) for channel in self.udp)
                extra = [f"Transport: RTP/AVP;unicast;client_port={'-'.join(ports)};server_port={own}"]
        elif method == "PLAY":
            while self.camera.is_on("hang"):
                time.sleep(0.05)
        extra.append("Session: 1234;timeout=60")
        text = f"RTSP/1.0 {status}\r\nCSeq: {headers.get('cseq', '0')}\r\n" + "".join(f"{x}\r\n" for x in extra)
        self.client.sendall((text + "\r\n" + body).encode())
        return method if status.startswith("200") else "refused"

    def play(self):
        """Sends frames at their time, from the next key frame on, until something ends it."""
        camera, clip = self.camera, self.clip
        cuts, begin = camera.cuts, time.monotonic()
        now = begin - BEGIN
        loop, index = int(now // clip.seconds), 0
        while index < len(clip.frames) and (index * clip.step < now % clip.seconds or not clip.is_key(index)):
            index += 1
        camera.begin_stretch()
        last_report, pausing, frozen = 0.0, False, None
        while True:
            if index == len(clip.frames):
                loop, index = loop + 1, 0
            if camera.clip is not clip and clip.is_key(index):
                if camera.clip.codec != clip.codec:
                    return
                clip = camera.clip
            # A frame is sent when it would be decoded; those that are presented out of order are not sent late.
            due = BEGIN + loop * clip.seconds + index * clip.step
            self.wait(due)
            seconds = loop * clip.seconds + clip.times[index]
            is_middle = not clip.is_key(index)
            if camera.cuts != cuts and is_middle:
                return
            if camera.reset_every and time.monotonic() - begin > camera.reset_every:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if camera.is_on("stall"):
                pausing = True
            elif pausing and clip.is_key(index):
                pausing = False
                camera.begin_stretch()
            # A frozen camera sends the key frame that it froze at, until the next key frame after its thaw.
            if clip.is_key(index):
                if camera.is_on("freeze"):
                    frozen = index if frozen is None else frozen
                elif frozen is not None:
                    frozen = None
                    camera.begin_stretch()
            if not pausing:
                moment = time.monotonic()
                stamp = camera.stamp(moment, seconds)
                if camera.reports != "none" and moment - last_report > 2:
                    last_report = moment
                    # What the camera sees now, which with B-frames is not what it sends now.
                    self.report(camera.stamp(moment, loop * clip.seconds + index * clip.step))
                self.send(clip, index if frozen is None else frozen, stamp)
                if frozen is None:
                    camera.note_sent()
            index += 1

    def wait(self, due):
        """Waits, and drops what the client says meanwhile."""
        while True:
            left = due - time.monotonic()
            if not self.tls_pending() and not select.select([self.client], [], [], max(0, left))[0]:
                return
            if not self.client.recv(4096):
                raise OSError("gone")

    def tls_pending(self):
        return isinstance(self.client, ssl.SSLSocket) and self.client.pending() > 0

    def send(self, clip, index, stamp):
        payloads = clip.payloads(index)
        block = []
        for at, payload in enumerate(payloads):
            mark = 0x80 if at + 1 == len(payloads) else 0
            header = struct.pack(
                ">BBHBBHII", 36, 0, 12 + len(payload), 0x80, mark | 96, self.sequence, stamp, self.source)
            self.sequence = (self.sequence + 1) % (1 << 16)
            self.octets += len(payload)
            if self.udp:
                self.udp[0].send(header[4:] + payload)
            else:
                block += [header, payload]
        self.packets += len(payloads)
        if block:
            self.client.sendall(b"".join(block))

    def report(self, stamp):
        """A sender report (RFC 3550, section 6.4.1)."""
        wall = time.time()
        if self.camera.reports == "wrong":
            wall += 3600
        if self.camera.reports == "uptime":
            wall = time.monotonic()
        seconds = wall + NTP_EPOCH
        packet = struct.pack(
            ">BBHIIIIII", 0x80, 200, 6, self.source, int(seconds) % (1 << 32), int(seconds % 1 * (1 << 32)), stamp,
            self.packets, self.octets % (1 << 32))
        if self.udp:
            self.udp[1].send(packet)
        else:
            self.client.sendall(struct.pack(">BBH", 36, 1, len(packet)) + packet)


class WebClient:
    """One request by HTTP."""

    def __init__(self, camera, client):
        self.camera, self.client = camera, client

    def run(self):
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.client.recv(4096)
            if not more:
                return
            data += more
        path = data.split()[1].decode().split("?")[0]
        if self.camera.is_on("deny"):
            self.reply("401 Unauthorized", "text/plain", b"no", 'WWW-Authenticate: Basic realm="camera"\r\n')
        elif path == "/video.mjpg" and self.camera.pictures:
            self.pictures()
        elif path == "/live.m3u8" and self.camera.playlist:
            self.reply("200 OK", "application/vnd.apple.mpegurl", self.window().encode())
        elif path.endswith(".ts") and self.camera.playlist:
            number = int(path[4:-3])
            names = self.camera.playlist["segments"]
            self.reply("200 OK", "video/mp2t", open(names[number % len(names)], "rb").read())
        elif path == "/text":
            self.reply("200 OK", "text/html", b"<p>login</p>")
        else:
            self.reply("404 Not Found", "text/plain", b"none")

    def reply(self, status, kind, body, more=""):
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
        self.client.sendall(head.encode() + body)

    def window(self):
        """The live end of an endless programme that repeats its segments."""
        length = self.camera.playlist["seconds"]
        newest = int((time.monotonic() - BEGIN) / length) + 3
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{int(length) + 1}"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{newest - 3}")
        elsewhere = self.camera.playlist.get("elsewhere")
        count = len(self.camera.playlist["segments"])
        for number in range(newest - 3, newest):
            if number % count == 0:
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{length},", f"{elsewhere or ''}/seg{number}.ts"]
        return "\n".join(lines) + "\n"

    def pictures(self):
        self.client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
        cuts, rate = self.camera.cuts, self.camera.picture_rate
        number = int((time.monotonic() - BEGIN) * rate)
        self.camera.begin_stretch()
        while self.camera.cuts == cuts:
            picture = self.camera.pictures[number % len(self.camera.pictures)]
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.client.sendall(head.encode() + picture + b"\r\n")
            self.camera.note_sent()
            number += 1
            time.sleep(max(0, BEGIN + number / rate - time.monotonic()))


def main():
    signal.alarm(int(sys.argv[1]) if len(sys.argv) > 1 else LONGEST_SECONDS)
    cameras = {}
    for line in sys.stdin:
        order, answer = json.loads(line), {}
        if "clock" in order:
            answer = {"began": time.time() - time.monotonic() + BEGIN}
        elif "open" in order:
            cameras[order["open"]] = Camera(order)
            answer = {"port": cameras[order["open"]].port}
        elif "report" in order:
            camera = cameras[order["report"]]
            with camera.lock:
                answer = {"sent": [stretch for stretch in camera.sent if stretch]}
        else:
            cameras[order["name"]].obey(order)
        print(json.dumps(answer), flush=True)


main()
