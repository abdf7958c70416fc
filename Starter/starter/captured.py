"""A training step as one CUDA graph: hundreds of small kernels started at once."""

import warnings

import torch


class Captured:
    """`step(*tensors)` -> tensor, on tensors of one shape and type. On a GPU the step is recorded at the first call and played again at each later
    one (the first call runs it a few times to warm up); elsewhere, and where it cannot be recorded, it is simply called."""

    def __init__(self, step):
        self.step, self.graph, self.inputs, self.output = step, None, None, None
        self.plain = False

    def __call__(self, *tensors):
        if self.graph is None and not self.plain and tensors[0].device.type == "cuda":
            try:
                self._record(tensors)
            except RuntimeError as error:
                warnings.warn(f"not recorded, called step by step: {error}")
                self.graph, self.plain = None, True
        if self.graph is None:
            return self.step(*tensors)
        for own, given in zip(self.inputs, tensors):
            own.copy_(given)
        self.graph.replay()
        return self.output

    def _record(self, tensors):
        self.inputs = [tensor.clone() for tensor in tensors]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.step(*self.inputs)
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.output = self.step(*self.inputs)
