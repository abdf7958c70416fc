"""One class per library: loads a model at a precision and times one forward pass of a batch."""

import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

import models

THREADS = 2


class Torch:
    label = "torch"

    def __init__(self, folder, name, precision):
        import torch
        torch.set_num_threads(THREADS)
        self.torch, self.tower = torch, models.load_tower(folder, name)

    def prepare(self, pixels):
        self.pixels = self.torch.from_numpy(pixels)

    def embeds(self):
        with self.torch.inference_mode():
            return self.tower(self.pixels).numpy()


class OnnxRuntime:
    label = "onnxruntime"

    def __init__(self, folder, name, precision):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.session = onnxruntime.InferenceSession(
            str(Path(folder) / name / f"{precision}.onnx"), options, providers=["CPUExecutionProvider"])

    def prepare(self, pixels):
        self.pixels = {"pixels": pixels}

    def embeds(self):
        return self.session.run(None, self.pixels)[0]


class OpenVINO:
    label = "openvino"

    def __init__(self, folder, name, precision):
        import openvino
        self.core = openvino.Core()
        self.model = self.core.read_model(str(Path(folder) / name / f"{precision}.xml"))
        self.options = {"INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY"}
        if precision == "fp32":  # else it may compute in bfloat16
            self.options["INFERENCE_PRECISION_HINT"] = "f32"

    def prepare(self, pixels):
        self.pixels = pixels
        self.model.reshape(pixels.shape)
        self.request = self.core.compile_model(self.model, "CPU", self.options).create_infer_request()

    def embeds(self):
        return np.array(self.request.infer([self.pixels])[self.request.model_outputs[0]])


class Alertd:
    """The engine in the benchmark program, which answers each line on its standard input with one line."""

    label = "alertd"
    program = None

    def __init__(self, folder, name, precision):
        self.process = subprocess.Popen([self.program, "serve", str(Path(folder) / name), precision, str(THREADS)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the benchmark program ended at `{line}`")
        return answer.split()

    def prepare(self, pixels):
        with tempfile.NamedTemporaryFile(suffix=".f32") as file:
            pixels.astype("<f4").tofile(file.name)
            self.ask(f"pixels {len(pixels)} {file.name}")

    def seconds(self):
        """By its own clock, around the same call."""
        return float(self.ask("run")[0])

    def embeds(self):
        self.ask("run")
        return np.array([[float(value) for value in self.ask(f"embeds {row}")] for row in range(int(self.ask("rows")[0]))])


def seconds(contender):
    """Of one forward pass."""
    if hasattr(contender, "seconds"):
        return contender.seconds()
    start = time.perf_counter()
    contender.embeds()
    return time.perf_counter() - start


ALL = [(Alertd, "fp32"), (Alertd, "int8"), (Torch, "fp32"), (OnnxRuntime, "fp32"), (OpenVINO, "fp32"), (OnnxRuntime, "int8"),
       (OpenVINO, "int8")]
