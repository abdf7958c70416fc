"""H.264 files."""

from fractions import Fraction

import av


def write(path, pictures, fps, quality=28):
    """Write RGB pictures as H.264 at a constant rate; `quality` is x264's CRF. Returns the number of frames."""
    rate = Fraction(fps).limit_denominator(100)
    count = 0
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = None
        for picture in pictures:
            if stream is None:
                stream = container.add_stream("libx264", rate=rate)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"crf": str(quality), "preset": "veryfast", "threads": "1"}
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = count
            frame.time_base = 1 / rate
            for packet in stream.encode(frame):
                container.mux(packet)
            count += 1
        for packet in stream.encode():
            container.mux(packet)
    return count


def read(path, step=1.0):
    """(seconds from the first frame, RGB picture) every `step` seconds."""
    with av.open(str(path)) as container:
        first, due = None, 0.0
        for frame in container.decode(video=0):
            time = float(frame.pts * frame.time_base)
            first = time if first is None else first
            if time - first >= due - 1e-6:
                yield time - first, frame.to_ndarray(format="rgb24")
                due += step
