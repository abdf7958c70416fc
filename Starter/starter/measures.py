"""Figures of merit on held-out crops."""

import numpy as np
import torch

from . import model as towers
from . import examination, sentences


def area_under_curve(scores, labels):
    """Probability that a positive scores higher than a negative (ties count half)."""
    scores, labels = np.asarray(scores, float), np.asarray(labels, bool)
    if labels.all() or not labels.any():
        return float("nan")
    values, inverse = np.unique(scores, return_inverse=True)
    ranks = np.cumsum(np.bincount(inverse))
    middle = (ranks - np.bincount(inverse) / 2 + 0.5)[inverse]
    positive = labels.sum()
    return float((middle[labels].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def crop_figures(trainer, data, styles=(0, 2)):
    """Top-1 among the exclusive meanings, the best constant answer's top-1, and the area under the curve of every meaning."""
    keep = np.isin(data["style"], styles)
    truth = sentences.truth_of(data)[keep]
    image = towers.encode_looks(trainer.model, data["looks"][keep])
    with torch.no_grad():
        text = trainer.encode_texts([sentences.PLAIN[name] for name in sentences.NAMES]).cpu().numpy()
    cosines = image @ text.T
    columns = [sentences.NAMES.index(name) for name in sentences.EXCLUSIVE]
    part = truth[:, columns]
    clear = (part == 1).any(1)
    right = np.take_along_axis(part[clear], cosines[clear][:, columns].argmax(1)[:, None], 1)[:, 0] == 1
    areas = {name: area_under_curve(cosines[truth[:, i] >= 0, i], truth[truth[:, i] >= 0, i] == 1) for i, name in enumerate(sentences.NAMES)}
    recall = {name: float(right[part[clear][:, i] == 1].mean()) if (part[clear][:, i] == 1).any() else float("nan") for i, name in enumerate(sentences.EXCLUSIVE)}
    return {"top1": float(right.mean()), "top1_constant": float((part[clear] == 1).mean(0).max()), "area": areas, "recall": recall, "crops": int(clear.sum())}


def examined(trainer, data, least=0.1, styles=(0, 2)):
    """The examination on single looks: for every meaning the share of the crops of it whose own sentence beats all sentences that are
    false there; means over the meanings, coarse and activities apart and together, and mean average precision over all crops."""
    keep = np.isin(data["style"], styles) & ((data["share"] >= least) | (data["share"] == 0))
    truth = sentences.truth_of(data)[keep][:, [sentences.NAMES.index(name) for name in examination.MEANINGS]]
    image = towers.encode_looks(trainer.model, data["looks"][keep])
    with torch.no_grad():
        text = trainer.encode_texts(list(examination.SENTENCES.values())).cpu().numpy()
    cosines = image @ text.T
    shares, precisions, chances = {}, [], []
    for column, name in enumerate(examination.MEANINGS):
        true, decided = truth[:, column] == 1, truth[:, column] >= 0
        if true.sum() < 3:
            continue
        rivals = np.where(truth[true] == 0, cosines[true], -2).max(1)
        shares[name] = float((cosines[true, column] > rivals).mean())
        chances.append(float((1 / (1 + (truth[true] == 0).sum(1))).mean()))
        order = np.argsort(-cosines[decided, column], kind="stable")
        hits = true[decided][order]
        precisions.append(float((np.cumsum(hits) / (1 + np.arange(len(hits))))[hits].mean()))
    coarse = [share for name, share in shares.items() if name in examination.COARSE]
    acts = [share for name, share in shares.items() if name not in examination.COARSE]
    return {"coarse_top1": float(np.mean(coarse)), "activity_top1": float(np.mean(acts)), "top1": float(np.mean(list(shares.values()))), "chance": float(np.mean(chances)),
            "map": float(np.mean(precisions)), "by_meaning": shares}


def brief(figures):
    area = figures["area"]
    return "top-1 {:.2f} (constant {:.2f})  person {:.2f}  vehicle {:.2f}  ".format(figures["top1"], figures["top1_constant"], area["person"], area["vehicle"]) \
        + " ".join(f"{name[:9]} {value:.2f}" for name, value in area.items() if name not in ("person", "vehicle") and not name.startswith("does "))
