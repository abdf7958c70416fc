"""MANIFEST.json beside rendered clips."""

import hashlib
import json


def clip_entry(path, story, frames, present, absent, summary):
    """The entry of one clip. `present` are queries with spans, `absent` queries for what the clip does not hold."""
    data = path.read_bytes()
    light = story.place.light.time_of_day
    return {
        "file": path.name,
        "media": {"container": "mov,mp4,m4a,3gp,3g2,mj2", "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
                  "duration_s": round(frames / story.fps, 3), "video_codec": "h264", "width": story.place.camera.width, "height": story.place.camera.height,
                  "pix_fmt": "yuv420p", "fps": story.fps, "decoded_frames": frames, "audio": []},
        "licence": "Apache-2.0, rendered by this project", "transform": "none",
        "scene": f"rendered, fixed camera, {story.place.kind}, {light}", "summary": summary,
        "contains_anomaly": any(event["anomalous"] for event in story.events),
        "events": sorted(story.events, key=lambda event: event["start"]),
        "grounding_queries": present, "absent_queries": absent, "boundary_tolerance_s": 0.5, "notes": "",
    }


def write(directory, entries, **more):
    content = {"format": 1, "time_unit": "seconds from the first frame", "ground_truth": "exact, from the renderer; a thing counts from when its middle enters the picture until it leaves it",
               **more, "clips": entries}
    (directory / "MANIFEST.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
