"""Moving average of weights: what is exported and measured."""

import torch


class Average:
    def __init__(self, model, decay=0.9995):
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model, step):
        """`step` counts from 1; the average forgets the beginning."""
        decay = min(self.decay, (1 + step) / (20 + step))
        mine, theirs = [], []
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                mine.append(self.values[name]), theirs.append(value.detach())
            else:
                self.values[name].copy_(value)
        torch._foreach_lerp_(mine, theirs, 1 - decay)

    def state(self):
        return self.values
