"""Real frames, as every contender sees them: 224 × 224, normalised."""

import os
import subprocess
from pathlib import Path

import numpy as np

import models

ROOT = Path(__file__).resolve().parents[2]


def videos():
    """The recordings that frames are taken from; the bundled clip alone where there are no others."""
    media = Path(os.environ.get("ALERTD_MEDIA") or ROOT.parent / "shared" / "data") / "videos"
    return sorted(media.glob("*.mp4")) or [ROOT / "share" / "demo" / "yard.mp4"]


def frames(count):
    """[count, 3, S, S]: frames five seconds apart, the recordings one after another."""
    pictures = []
    for video in videos():
        command = ["ffmpeg", "-v", "error", "-i", str(video), "-vf", f"fps=1/5,scale={models.SIDE}:{models.SIDE}", "-frames:v",
                   str(count), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        data = np.frombuffer(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout, np.uint8)
        pictures += list(data.reshape(-1, models.SIDE, models.SIDE, 3))
    chosen = np.stack([pictures[i] for i in np.linspace(0, len(pictures) - 1, count).astype(int)]).astype(np.float32) / 255
    mean, deviation = np.array([0.481, 0.458, 0.408], np.float32), np.array([0.269, 0.261, 0.276], np.float32)
    return np.ascontiguousarray(((chosen - mean) / deviation).transpose(0, 3, 1, 2))
