"""The net: plain convolutions that quantise well, a feature pyramid, and a head for people far away and close up.

Residual blocks after He et al., 2015; top-down pyramid after Lin et al., "Feature Pyramid Networks", 2016.
"""

from typing import Any

import torch
from torch import Tensor, nn

STRIDES = (8, 32)
"""Of the two heads, in pixels. The coarse one sees a whole person where the fine one sees a head, a torso and legs."""
FOUR = 4
"""Pixels of a row that the first layer takes for one of twelve channels: three channels fill no 8-bit kernel."""
CHANNELS = (32, 40, 80, 160)
"""After strides 4, 8, 16 and 32."""
VALUES = 5
"""logit; dx, dy of the middle in cells; log of width over 2 strides and of height over 5."""
BASE_WIDTH, BASE_HEIGHT = 2.0, 5.0
PRIOR_LOGIT = -4.6
"""One cell in a hundred holds a person at first."""
MEAN, DEVIATION = 115.0, 58.0


def _convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return _normed(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False))


def _normed(convolution: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU(inplace=True))


class _Residual(nn.Module):
    """Half as many channels between a 1x1 and a 3x3 convolution; it begins as nothing but its input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = _convolution(channels, channels // 2, 1)
        self.widen = nn.Conv2d(channels // 2, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(self.norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.norm(self.widen(self.narrow(x))))


class PersonNet(nn.Module):
    """BGR 0 .. 255 (n, h, w, 3) to one map (n, h / stride, w / stride, VALUES) a head.

    w is a multiple of 32, h of 16: the last row of the coarse map may lie half outside.
    """

    def __init__(self, channels: tuple[int, ...] = CHANNELS) -> None:
        super().__init__()
        c4, c8, c16, c32 = channels
        self.to4 = _normed(nn.Conv2d(3 * FOUR, c4, (6, 3), (4, 1), 1, bias=False))
        self.to8 = nn.Sequential(_convolution(c4, c8, 3, 2), *(_Residual(c8) for _ in range(2)))
        self.to16 = nn.Sequential(_convolution(c8, c16, 3, 2), *(_Residual(c16) for _ in range(3)))
        self.to32 = nn.Sequential(_convolution(c16, c32, 3, 2), *(_Residual(c32) for _ in range(2)))
        self.from32, self.join16 = nn.Conv2d(c32, c16, 1), _Residual(c16)
        self.from16 = nn.Conv2d(c16, c8, 1)
        self.from4 = nn.Sequential(_convolution(c4, c8 // 2, 3, 2), nn.Conv2d(c8 // 2, c8, 1))
        self.join8 = nn.Sequential(_Residual(c8), _Residual(c8))
        self.fine = _head(c8, c8)
        self.coarse = _head(c32, c16)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        rows = picture.unflatten(2, (-1, FOUR)).flatten(3).permute(0, 3, 1, 2)
        at4 = self.to4((rows.float() - MEAN) * (1 / DEVIATION))
        at8 = self.to8(at4)
        at16 = self.to16(at8)
        at32 = self.to32(at16)
        at16 = self.join16(at16 + _doubled(self.from32(at32))[:, :, : at16.shape[2]])
        at8 = self.join8(at8 + _doubled(self.from16(at16)) + self.from4(at4))
        return self.fine(at8), self.coarse(at32)


def _head(inputs: int, inner: int) -> nn.Sequential:
    last = nn.Linear(inner, VALUES)
    nn.init.normal_(last.weight, std=0.01)
    nn.init.zeros_(last.bias)
    with torch.no_grad():
        last.bias[0] = PRIOR_LOGIT
    return nn.Sequential(_convolution(inputs, inner), _ChannelsLast(), last)


class _ChannelsLast(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)


def _doubled(x: Tensor) -> Tensor:
    """Each cell four times; a cell's channels are copied at once, ONNX Runtime's own upsampling takes them singly."""
    rows = x.permute(0, 2, 3, 1)[:, :, None, :, None]
    n, high, _, wide, _, channels = rows.shape
    return rows.expand(n, high, 2, wide, 2, channels).reshape(n, 2 * high, 2 * wide, channels).permute(0, 3, 1, 2)


def cells(maps: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """Middle (cells, 2) in pixels and stride (cells,) of every cell of every head, in order."""
    middles, strides = [], []
    for stride, each in zip(STRIDES, maps, strict=True):
        rows, columns = (torch.arange(side, device=each.device) for side in each.shape[1:3])
        y, x = torch.meshgrid(rows, columns, indexing="ij")
        middles.append((torch.stack([x, y], -1).flatten(0, 1).float() + 0.5) * stride)
        strides.append(torch.full((len(middles[-1]),), float(stride), device=each.device))
    return torch.cat(middles), torch.cat(strides)


def people(maps: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """Logits (n, cells) and boxes (n, cells, 4) in pixels."""
    values: Any = torch.cat([each.float().flatten(1, 2) for each in maps], 1)
    middles, strides = cells(maps)
    centres = middles + values[..., 1:3] * strides[:, None]
    sizes = torch.exp(values[..., 3:].clamp(-3, 4)) * strides[:, None] * values.new_tensor([BASE_WIDTH, BASE_HEIGHT])
    return values[..., 0], torch.cat([centres - sizes / 2, centres + sizes / 2], -1)
