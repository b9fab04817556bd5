"""How wrong the net is: who should have found whom, how sure it should have been, and how far its boxes are off.

Task-aligned assignment after Feng et al., "TOOD", 2021; quality focal loss after Li et al., "Generalized Focal Loss",
2020; generalised IoU after Rezatofighi et al., 2019.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from edge_models.training.net import cells, people

CELLS_A_PERSON = 9
MIDDLE = 0.32
"""A cell may find whoever's middle lies within this share of the box's size."""
LEAST_QUALITY = 0.15
_SURE = 1e-12


class Loss(NamedTuple):
    total: Tensor
    score: Tensor
    box: Tensor


class _Assigned(NamedTuple):
    quality: Tensor
    """(n, cells): the score that a cell should give."""
    is_somebodys: Tensor
    """(n, cells)"""
    box: Tensor
    """(n, cells, 4): the box that it should give."""
    weight: Tensor
    """(n, cells): 0 where nobody can say."""


def loss(maps: tuple[Tensor, ...], truth: Tensor) -> Loss:
    """`truth` is (n, m, 5): x1, y1, x2, y2 in pixels, and 1 a person, -1 to ignore, 0 nothing."""
    logits, boxes = people(maps)
    middles, strides = cells(maps)
    with torch.no_grad():
        wanted = _assign(logits, boxes, middles, strides, truth)
    whole = wanted.quality.sum().clamp(min=1.0)
    wrong = binary_cross_entropy_with_logits(logits, wanted.quality, reduction="none")
    focus = torch.where(wanted.is_somebodys, 1.0, 0.75 * logits.sigmoid().detach() ** 2) * wanted.weight
    score = (wrong * focus).sum() / whole
    found, right, much = (each[wanted.is_somebodys] for each in (boxes, wanted.box, wanted.quality))
    off = ((1 - overlap(found, right, generalised=True)) * much).sum() / whole
    logs = (torch.log((each[:, 2:] - each[:, :2]).clamp(min=1)) for each in (found, right))
    size = (smooth_l1_loss(*logs, reduction="none", beta=0.1).sum(-1) * much).sum() / whole
    return Loss(score + 2 * off + 0.5 * size, score.detach(), off.detach())


def overlap(a: Tensor, b: Tensor, generalised: bool = False) -> Tensor:
    """Intersection over union of boxes (.., 4), or its generalised form, which falls on when they part."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    union = _area(a) + _area(b) - shared + 1e-6
    if not generalised:
        return shared / union
    around = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).prod(-1) + 1e-6
    return shared / union - (around - union) / around


def _assign(logits: Tensor, boxes: Tensor, middles: Tensor, strides: Tensor, truth: Tensor) -> _Assigned:
    corners, kind = truth[..., :4], truth[..., 4]
    sizes = corners[..., 2:] - corners[..., :2]
    off = middles[None, None] - ((corners[..., :2] + corners[..., 2:]) / 2)[:, :, None]
    # Of a person smaller than its cells, the cell that holds the middle may still speak.
    reach = torch.maximum(sizes[:, :, None] * MIDDLE, strides[None, None, :, None] * 0.8)
    near = (off.abs() < reach).all(-1) & (kind > 0)[..., None]
    iou = overlap(boxes[:, None], corners[:, :, None]).clamp(0, 1)
    distance = (off / sizes.clamp(min=8)[:, :, None]).pow(2).sum(-1)
    # At first no box fits: then the nearest cell is the best.
    fit = (logits.sigmoid()[:, None].sqrt() * iou**4 + 1e-6 * torch.exp(-4 * distance) + 1e-9) * near
    best = torch.zeros_like(fit).scatter_(-1, fit.topk(min(CELLS_A_PERSON, fit.shape[-1]), -1).indices, 1.0)
    fit = fit * best * near
    top, owner = fit.max(1)
    ceiling = (iou * (fit > 0)).amax(-1, keepdim=True).clamp(min=LEAST_QUALITY)
    quality = fit / (fit.amax(-1, keepdim=True) + _SURE) * ceiling
    mine = top > 0
    inside = ((middles > corners[:, :, None, :2]) & (middles < corners[:, :, None, 2:])).all(-1)
    unclear = (inside & (kind < 0)[..., None]).any(1) & ~mine
    return _Assigned(
        quality.gather(1, owner[:, None])[:, 0] * mine, mine,
        corners.gather(1, owner[..., None].expand(-1, -1, 4)), 1 - unclear.float(),
    )  # fmt: skip


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)
