"""Foreground of a fixed camera: what moved, and the square pictures ("looks") that the encoder sees.

Reference for the Swift implementation, which follows it step by step. NumPy, and OpenCV for the components alone. All arithmetic on
pictures is float32; boxes and areas are integers. `//` is division rounded towards minus infinity.

Definition, with the constants of `Settings`:

1.  Grid. A picture [H, W, 3] (RGB, 0...255) is area-averaged to `columns` x rows cells,
    rows = max(1, (2*columns*H + W) // (2*W)), which is columns*H/W rounded half up. Area averaging from
    n to m samples: output i covers the input interval [i*n/m, (i+1)*n/m); the weight of input j is the
    length of its overlap with that interval, divided by n/m. Rows first, then columns. The same
    formula is used when m > n (enlarging); there is no interpolation.
2.  The first grid becomes the background; that frame has no regions.
3.  Every later frame, with r0 = grid - background:
    m       = per channel the median over all cells of r0: element count // 2 of the sorted values
    r       = r0 - m                           (removes changes of illumination)
    changed = max over channels |r| > threshold
    filtered: a cell is set when at least `majority` of the 9 cells around and including it are changed
              (cells outside the grid count as not changed)
    dilated:  a cell is set when any filtered cell lies within `dilation` cells (square neighbourhood)
    regions:  8-connected components of dilated. area = filtered cells inside; box = bounding box of these
              [x0, x1) x [y0, y1) in cells. Dropped when area * minimum_share < cells, that is when smaller
              than 1/minimum_share of the grid. Sorted by area descending, ties by the position of the
              first filtered cell in row order. At most `maximum_regions` are kept.
    flooded = changed cells (unfiltered) * 2 > cells.
4.  If this is the `restart_after`-th flooded frame in a row, the background becomes this grid and the frame
    has no regions and is not flooded, as if it were the first.
5.  Otherwise the background moves, per cell and channel:
    background += rate * m + (slow ? clamp(r, -step, step) : rate * r)
    where slow = changed or inside the dilated component of a kept region.
    Then what left the background is taken out of it. A kept region is left, not come, when along its contour the
    background before this frame stands out more than the grid: over all pairs of cells side by side, or one above
    the other, of which just one is changed and at least one lies in the region's component,
    sum of max over channels |difference of the pair| in the background > left_contrast * the same sum in the grid.
    Cells that lie in such a region in the `left_after`-th frame in a row (not flooded) become those of the grid.
6.  Looks, float32 [look, look, 3], RGB 0...255:
    - flooded: one look, the whole picture area-averaged to look x look (aspect not kept), undimmed.
      (A flooded frame reports no regions.)
    - no region: one look, the whole picture likewise, every pixel dimmed.
    - otherwise look 0 is the crop of the union of the kept boxes, lit in the union of their components; if
      there is more than one region, one further look per region, lit in its own component alone.
7.  Crop of a cell box: in pixels left = x0*W // columns, right = ceil(x1*W / columns), top and bottom likewise with
    rows and H. side = min(max(W, H), max(ceil(7*max(right-left, bottom-top) / 5), ceil(22*H / 100))).
    x = (left + right - side) // 2, then clamped to 0...W-side; if side > W, x = -((side - W) // 2).
    y likewise. Pixels of the square outside the picture are `grey`. Pixel (px, py) is lit when the
    cell (px*columns // W, py*rows // H) is; other pixels p of the picture are dimmed: keep*p + (1-keep)*grey.
    The square is then area-averaged to look x look.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np


@dataclass(frozen=True)
class Settings:
    """Constants of the method. The defaults are what the product uses."""

    columns: int = 160          # grid columns
    threshold: float = 14.0     # levels (of 255) that make a cell changed
    majority: int = 4           # changed cells of nine that keep a cell
    dilation: int = 2           # cells
    minimum_share: int = 2000   # a region has at least 1/2000 of all cells
    maximum_regions: int = 3
    rate: float = 0.05          # share by which unchanged cells follow the frame
    step: float = 0.5           # levels per frame by which changed cells may follow
    restart_after: int = 3      # flooded frames in a row
    left_contrast: float = 2.0  # by which a contour of the background stands out more than the picture's
    left_after: int = 3         # frames in a row
    keep: float = 0.3           # what dimming leaves of a pixel's contrast
    grey: float = 128.0
    look: int = 96              # side of a look in pixels


@dataclass(frozen=True)
class Region:
    """One moved thing. `box` = (x0, y0, x1, y1) in cells, half open; `mask` [rows, columns] is its dilated component."""

    box: tuple
    area: int
    mask: np.ndarray


@dataclass
class Foreground:
    """What one frame gave."""

    regions: list
    flooded: bool
    changed_share: float


@lru_cache(maxsize=512)
def area_weights(n, m):
    """Matrix [m, n] that area-averages n samples to m. Float32, rows sum to 1."""
    scale = n / m
    low = np.arange(m, dtype=np.float64)[:, None] * scale
    high = low + scale
    j = np.arange(n, dtype=np.float64)[None, :]
    overlap = np.clip(np.minimum(high, j + 1) - np.maximum(low, j), 0, None)
    return (overlap / scale).astype(np.float32)


def area_average(picture, rows, columns):
    """[H, W, 3] -> [rows, columns, 3], float32."""
    h, w, channels = picture.shape
    values = np.asarray(picture, dtype=np.float32)
    values = (area_weights(h, rows) @ values.reshape(h, w * channels)).reshape(rows, w, channels)
    return np.matmul(area_weights(w, columns), values)


def grid_rows(height, width, columns):
    return max(1, (2 * columns * height + width) // (2 * width))


def neighbourhood_count(mask, reach):
    """How many cells of the square of 2*reach+1 cells around each cell are set."""
    rows, columns = mask.shape
    padded = np.zeros((rows + 2 * reach, columns + 2 * reach), dtype=np.int32)
    padded[reach:reach + rows, reach:reach + columns] = mask
    span = 2 * reach + 1
    lines = sum(padded[i:i + rows] for i in range(span))
    return sum(lines[:, i:i + columns] for i in range(span))


def components(mask):
    """8-connected components of a boolean mask: labels [rows, columns] from 1 (0 = unset), and their number."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return labels, count - 1


def find_regions(changed, settings):
    """Step 3: regions of a mask of changed cells, largest first."""
    cells = changed.size
    filtered = neighbourhood_count(changed, 1) >= settings.majority
    dilated = neighbourhood_count(filtered, settings.dilation) > 0
    labels, count = components(dilated)
    found = []
    for label in range(1, count + 1):
        own = labels == label
        ys, xs = np.nonzero(own & filtered)      # row order
        if len(ys) * settings.minimum_share < cells:
            continue
        box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        found.append((-len(ys), int(ys[0]), int(xs[0]), Region(box, len(ys), own)))
    found.sort(key=lambda entry: entry[:3])
    return [entry[3] for entry in found[:settings.maximum_regions]]


def contour_contrast(grid, changed, mask):
    """Step 5: how much cells at the edge of what changed differ from those beside it, inside a region's component."""
    total = 0.0
    for axis in (0, 1):
        first, second = [slice(None)] * 2, [slice(None)] * 2
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        first, second = tuple(first), tuple(second)
        edge = (changed[first] != changed[second]) & (mask[first] | mask[second])
        total += float(np.abs(grid[first] - grid[second]).max(axis=2)[edge].sum(dtype=np.float64))
    return total


@dataclass
class Background:
    """Running background picture of one camera. `grid` is float32 [rows, columns, 3] after the first frame."""

    settings: Settings = field(default_factory=Settings)
    grid: np.ndarray = None
    flooded_run: int = 0
    left_run: np.ndarray = None     # frames in a row in which each cell lay in a region that is left
    average: object = area_average   # another area averaging of the same result, where speed counts

    def advance(self, picture):
        """Steps 1 to 5 for the next analysed picture [H, W, 3]."""
        s = self.settings
        height, width, _ = picture.shape
        grid = self.average(picture, grid_rows(height, width, s.columns), s.columns)
        if self.grid is None:
            self.grid, self.left_run = grid, np.zeros(grid.shape[:2], dtype=np.int32)
            return Foreground([], False, 0.0)
        difference = grid - self.grid
        cells = difference.shape[0] * difference.shape[1]
        flat = difference.reshape(cells, 3)
        median = np.partition(flat, cells // 2, axis=0)[cells // 2]
        residual = difference - median
        changed = np.abs(residual).max(axis=2) > np.float32(s.threshold)
        share = int(changed.sum())
        flooded = share * 2 > cells
        self.flooded_run = self.flooded_run + 1 if flooded else 0
        if self.flooded_run >= s.restart_after:
            self.grid, self.flooded_run = grid, 0
            self.left_run = np.zeros_like(self.left_run)
            return Foreground([], False, share / cells)
        regions = find_regions(changed, s)
        slow = changed.copy()
        for region in regions:
            slow |= region.mask
        step = np.clip(residual, np.float32(-s.step), np.float32(s.step))
        rate = np.float32(s.rate)
        left = np.zeros(changed.shape, dtype=bool)
        for region in [] if flooded else regions:
            before = contour_contrast(self.grid, changed, region.mask)
            if before > s.left_contrast * contour_contrast(grid, changed, region.mask):
                left |= region.mask
        self.left_run = np.where(left, self.left_run + 1, 0)
        self.grid = self.grid + (rate * median + np.where(slow[:, :, None], step, rate * residual))
        gone = self.left_run >= s.left_after
        self.grid = np.where(gone[:, :, None], grid, self.grid)
        self.left_run[gone] = 0
        return Foreground([] if flooded else regions, flooded, share / cells)


def crop_square(box, width, height, rows, settings):
    """Step 7: (x, y, side) in pixels of the square around a box of cells."""
    x0, y0, x1, y1 = box
    left, right = x0 * width // settings.columns, -(-x1 * width // settings.columns)
    top, bottom = y0 * height // rows, -(-y1 * height // rows)
    side = max(-(-7 * max(right - left, bottom - top) // 5), -(-22 * height // 100))
    side = min(side, max(width, height))

    def place(low, high, size):
        if side > size:
            return -((side - size) // 2)
        return min(max((low + high - side) // 2, 0), size - side)

    return place(left, right, width), place(top, bottom, height), side


def crop(picture, box, mask, settings, average=area_average):
    """Step 7: one look [look, look, 3] of a box of cells, lit where `mask` [rows, columns] is set."""
    height, width, _ = picture.shape
    rows = mask.shape[0]
    x, y, side = crop_square(box, width, height, rows, settings)
    xs = np.arange(max(x, 0), min(x + side, width))
    ys = np.arange(max(y, 0), min(y + side, height))
    part = np.asarray(picture[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1], dtype=np.float32)
    lit = mask[(ys * rows // height)[:, None], (xs * settings.columns // width)[None, :]]
    keep, grey = np.float32(settings.keep), np.float32(settings.grey)
    square = np.full((side, side, 3), grey, dtype=np.float32)
    square[ys[0] - y:ys[-1] + 1 - y, xs[0] - x:xs[-1] + 1 - x] = np.where(
        lit[:, :, None], part, keep * part + (np.float32(1) - keep) * grey)
    return average(square, settings.look, settings.look)


def looks(picture, foreground, settings=Settings()):
    """Step 6: the looks of one frame, a list of float32 [look, look, 3]."""
    if not foreground.regions:
        whole = area_average(picture, settings.look, settings.look)
        if foreground.flooded:
            return [whole]
        keep, grey = np.float32(settings.keep), np.float32(settings.grey)
        return [keep * whole + (np.float32(1) - keep) * grey]
    regions = foreground.regions
    boxes = np.array([region.box for region in regions])
    union = (int(boxes[:, 0].min()), int(boxes[:, 1].min()), int(boxes[:, 2].max()), int(boxes[:, 3].max()))
    mask = np.logical_or.reduce([region.mask for region in regions])
    result = [crop(picture, union, mask, settings)]
    if len(regions) > 1:
        result += [crop(picture, region.box, region.mask, settings) for region in regions]
    return result
