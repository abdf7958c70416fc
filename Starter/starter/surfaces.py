"""Textures of ground and walls, made from noise and patterns."""

import cv2
import numpy as np

TILE = 512                       # side of a texture in pixels
GROUNDS = {                      # base colours
    "asphalt": [(88, 88, 90), (112, 112, 112), (70, 72, 76), (132, 130, 126)],
    "concrete": [(160, 158, 152), (142, 140, 134), (182, 178, 170)],
    "tiles": [(150, 140, 128), (176, 170, 160), (128, 112, 100), (196, 188, 176)],
    "bricks": [(150, 96, 76), (130, 112, 100), (164, 128, 100)],
    "grass": [(84, 112, 56), (104, 126, 70), (72, 94, 52), (130, 132, 84)],
    "gravel": [(150, 140, 124), (128, 122, 112)],
    "planks": [(176, 112, 60), (150, 98, 58), (196, 142, 84), (120, 84, 56)],
    "carpet": [(96, 92, 104), (120, 60, 56), (76, 88, 96)],
}
WALLS = [(206, 202, 192), (180, 172, 160), (226, 224, 218), (158, 110, 88), (132, 128, 124), (190, 176, 140), (110, 104, 98), (200, 214, 220)]


def cloud(rng, size, cells, amplitude):
    """Smooth noise [size, size], wrapping at the edges."""
    coarse = rng.normal(0, 1, (cells, cells)).astype(np.float32)
    coarse = np.pad(coarse, 2, mode="wrap")
    step = size // cells
    large = cv2.resize(coarse, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)[2 * step:2 * step + size, 2 * step:2 * step + size]
    return amplitude * cv2.resize(large, (size, size))


def ground_texture(rng, kind):
    """uint8 [TILE, TILE, 3], tileable; it covers `TILE` pixels = 8 metres."""
    palette = GROUNDS[kind]
    base = np.array(palette[rng.integers(len(palette))], np.float32) + rng.normal(0, 8, 3).astype(np.float32)
    picture = np.broadcast_to(base, (TILE, TILE, 3)).copy()
    grain = {"grass": 16, "gravel": 20, "asphalt": 9, "concrete": 6}.get(kind, 5) * rng.uniform(0.6, 1.4)
    texture = cloud(rng, TILE, 8, 7 * rng.uniform(0.3, 1.5)) + cloud(rng, TILE, 64, grain * 0.7) + rng.normal(0, grain, (TILE, TILE)).astype(np.float32)
    if kind in ("tiles", "bricks", "planks"):
        wide, tall = {"tiles": (rng.choice([32, 64]),) * 2, "bricks": (32, 16), "planks": (128, 16)}[kind]
        rows = np.arange(TILE) // tall
        shift = (rows % 2) * (wide // 2) if kind != "tiles" else rows * 0
        columns = (np.arange(TILE)[None, :] + shift[:, None]) // wide
        per = rng.normal(0, 7 if kind != "planks" else 12, (TILE // tall, TILE // min(wide, 16) + 2)).astype(np.float32)
        texture += per[rows[:, None], columns % (TILE // wide)]
        joint = (np.arange(TILE)[:, None] % tall < 1) | ((np.arange(TILE)[None, :] + shift[:, None]) % wide < 1)
        texture -= joint * rng.uniform(10, 40)
    return np.clip(picture + texture[:, :, None], 0, 255).astype(np.uint8)


def wall_texture(rng, wide, tall):
    """uint8 [tall*24, wide*24, 3] for a wall of wide x tall metres, with windows, doors and courses."""
    h, w = int(tall * 24), int(wide * 24)
    base = np.array(WALLS[rng.integers(len(WALLS))], np.float32)
    picture = np.broadcast_to(base, (h, w, 3)).copy()
    picture += cv2.resize(cloud(rng, 256, 8, 8), (w, h))[:, :, None] + rng.normal(0, 4, (h, w, 1)).astype(np.float32)
    if rng.random() < 0.4:
        picture[np.arange(h) % 6 == 0] -= rng.uniform(8, 25)
    pitch = int(rng.uniform(50, 110))
    if rng.random() < 0.7:
        glass = np.array((60, 72, 84)) if rng.random() < 0.7 else np.array((220, 200, 150))
        for x in range(int(rng.uniform(10, 50)), w - 40, pitch):
            top, bottom = int(0.2 * h), int(0.2 * h + 30)
            for y in range(top, h - 45, 72):
                picture[y:y + 32, x:x + 26] = glass + rng.normal(0, 10)
                picture[y:y + 32, x + 12:x + 14] = base * 0.8
        door = int(rng.uniform(0, max(w - 30, 1)))
        picture[h - 50:, door:door + 24] = rng.uniform(40, 150, 3)
    return np.clip(picture, 0, 255).astype(np.uint8)
