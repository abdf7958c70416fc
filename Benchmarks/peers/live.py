"""A daemon with many cameras; see live.sh."""
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

LONGEST_AGE = 2.0
ROOT = pathlib.Path(__file__).resolve().parents[2]


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], check=True)


def clip(folder, size, rate):
    """The bundled scene as a camera would send it: with a sensor's noise, at a camera's bit rate."""
    film, raw, times = (str(folder / name) for name in ("clip.mp4", "clip.raw", "clip.times"))
    kilobits = "512k" if size == "640x360" else "4M"
    ffmpeg("-ss", "10", "-t", "30", "-i", str(ROOT / "share/demo/yard.mp4"), "-vf",
           f"scale={size.replace('x', ':')},fps={rate},noise=alls=4:allf=t", "-c:v", "libx264", "-preset", "veryfast",
           "-x264-params", f"keyint={rate}:min-keyint={rate}:scenecut=0:bframes=0:log-level=none", "-b:v", kilobits,
           "-maxrate", kilobits, "-bufsize", kilobits, "-pix_fmt", "yuv420p", "-an", film)
    ffmpeg("-i", film, "-c", "copy", "-bsf:v", "h264_mp4toannexb,h264_metadata=aud=insert", "-f", "h264", raw)
    ffmpeg("-i", film, "-c", "copy", "-f", "framecrc", times)
    return {"file": raw, "times": times, "codec": "h264"}


def measure(streams, size, rate, seconds):
    """Watches this many cameras; returns whether all went well."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="alertd-live-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        shown = clip(folder, size, rate)
        server = subprocess.Popen(
            [sys.executable, ROOT / "Tests/TestSupport/hostile-camera.py"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        ports = []
        for number in range(streams):
            server.stdin.write(json.dumps({"open": f"c{number}", "clips": {"main": shown}}) + "\n")
            server.stdin.flush()
            ports.append(json.loads(server.stdout.readline())["port"])
        lines = "".join(f"  c{n}: {{ url: 'rtsp://127.0.0.1:{port}/a' }}\n" for n, port in enumerate(ports))
        configuration = folder / "alertd.yaml"
        configuration.write_text(
            f"database: embedded\nstate: {folder}/state\nlog: {{ level: info }}\nmodels: {{ precision: int8 }}\ncameras:\n{lines}"
            'queries: { person: { text: "a person walks through the yard" } }\n')
        daemon = subprocess.Popen(
            [ROOT / ".build/release/alertd", "run", "--config", configuration], stderr=subprocess.PIPE, text=True)
        time.sleep(seconds)
        cpu = cpu_seconds(daemon.pid)
        daemon.send_signal(signal.SIGTERM)
        log = daemon.communicate()[1]
        served = cpu_seconds(server.pid)
        server.stdin.close()
        server.wait()
    found = re.findall(r"camera (c\d+): (\d+) frames analysed, (\d+) dropped, oldest ([\d.]+) s", log)
    frames, dropped = sum(int(line[1]) for line in found), sum(int(line[2]) for line in found)
    oldest = max((float(line[3]) for line in found), default=float("inf"))
    middle = statistics.median(float(line[3]) for line in found) if found else float("inf")
    reading = sum(float(text) for text in re.findall(r"camera c\d+: .* ([\d.]+) s of CPU", log))
    print(f"{streams} x {size} at {rate}: {frames} frames analysed, {dropped} dropped, oldest {oldest:.2f} s "
          f"(median of cameras {middle:.2f} s); of {os.cpu_count()} cores the daemon took {cpu / seconds:.2f} "
          f"({reading / seconds:.2f} for reading and decoding), the cameras {served / seconds:.2f}", flush=True)
    whole = len(found) == streams and frames >= streams * (seconds - 15)
    if not whole:
        print(log[-3000:], file=sys.stderr)
    good = whole and dropped == 0 and oldest <= LONGEST_AGE
    note(f"live {streams} x {size} at {rate}: oldest frame at the encoder, seconds", oldest, LONGEST_AGE, good)
    return good


def note(line, found, wanted, met):
    """Adds a line to the file of results, if there is one."""
    if "ALERTD_BENCH_JSON" not in os.environ:
        return
    path = pathlib.Path(os.environ["ALERTD_BENCH_JSON"])
    result = json.loads(path.read_text()) if path.exists() else {}
    kept = [one for one in result.get("lines", []) if one["line"] != line]
    one = {"line": line, "found": found, "wanted": wanted, "met": met}
    path.write_text(json.dumps(result | {"lines": [*kept, one]}, indent=1))


def limit(streams, size, rate, seconds):
    """Adds a quarter more cameras until something breaks, and says how many were carried."""
    carried = 0
    while measure(streams, size, rate, seconds):
        carried, streams = streams, streams + max(1, streams // 4)
    print(f"{size} at {rate}: {carried} cameras were carried, {streams} were too many")
    return carried > 0


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    work = limit if sys.argv[1] == "limit" else measure
    count, size, rate, seconds = sys.argv[-4:]
    sys.exit(0 if work(int(count), size, int(rate), float(seconds)) else 1)
