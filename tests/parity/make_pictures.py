"""What Pillow and torchvision make of a varied set of pictures: usage: make_pictures.py FOLDER

FOLDER/files/ gets the pictures, in every mode that decode() knows, under names that lie about it; FOLDER/index.json
says of each what kind it is, its size, the SHA-256 of the pixels after convert("RGB"), and of the bytes [3, S, S] after
torchvision's Resize(S, bicubic) and CenterCrop(S). FOLDER/cut.json lists files that end too early, and whether Pillow
refuses them. With --golden FILE: a small JSON file of the same kinds, for the tests that run without Python.
"""

import base64
import hashlib
import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

# ---- content ----


def noise(rng, height, width):
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(rng, height, width):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin(x * rng.uniform(0.01, 0.3) + y * rng.uniform(0.01, 0.3) + rng.uniform(0, 6)) for _ in range(3)]
    return np.stack([127.5 + 127.5 * wave for wave in waves], axis=-1).astype(np.uint8)


def shapes(rng, height, width):
    picture = smooth(rng, height, width)
    for _ in range(12):
        y, x = rng.integers(0, height), rng.integers(0, width)
        picture[y : y + 1 + height // 3, x : x + 1 + width // 4] = rng.integers(0, 256, 3)
    return picture


# ---- files: each takes an array [height, width, 3] and gives bytes, or None where it cannot ----


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def jpeg(mode="RGB", **options):
    return lambda rng, a: saved(Image.fromarray(a).convert(mode), "JPEG", **options)


def adobe(transform):
    """A CMYK file whose Adobe marker says another colour transform: 2 is YCCK."""

    def make(rng, a):
        data = bytearray(jpeg("CMYK", quality=85)(rng, a))
        at = data.index(b"Adobe")
        data[at + 11] = transform
        return bytes(data)

    return make


def resampled(options, factors):
    """Other sampling factors than Pillow writes: the blocks of a square file are counted anew, and stay as many."""

    def make(rng, a):
        square = np.asarray(Image.fromarray(a).resize((64, 64)))
        data = bytearray(jpeg(quality=80, **options)(rng, square))
        at = data.index(b"\xff\xc0")
        data[at + 11] = factors
        return bytes(data)

    return make


def with_orientation(rng, a):
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(Image.fromarray(a), "JPEG", quality=90, exif=exif)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def filtered(rng, rows, step):
    """Rows of bytes, each under one of PNG's five filters."""
    out, above = bytearray(), np.zeros(rows.shape[1], np.int64)
    for row in rows.astype(np.int64):
        left = np.concatenate([np.zeros(step, np.int64), row[:-step]])[: len(row)]
        corner = np.concatenate([np.zeros(step, np.int64), above[:-step]])[: len(row)]
        filter_ = int(rng.integers(0, 5))
        p = left + above - corner
        d = [abs(p - left), abs(p - above), abs(p - corner)]
        paeth = np.where((d[0] <= d[1]) & (d[0] <= d[2]), left, np.where(d[1] <= d[2], above, corner))
        guess = [0, left, above, (left + above) // 2, paeth][filter_]
        out += bytes([filter_]) + ((row - guess) & 255).astype(np.uint8).tobytes()
        above = row
    return bytes(out)


def packed(values, depth):
    """[height, width, channels] of `depth` bits -> rows of bytes."""
    height = values.shape[0]
    flat = values.reshape(height, -1)
    if depth == 16:
        return np.frombuffer(flat.astype(">u2").tobytes(), np.uint8).reshape(height, -1)
    if depth == 8:
        return flat.astype(np.uint8)
    bits = (flat[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)


def png(colour, depth, interlaced=False, transparent=None, short_palette=False, gamma=False):
    """colour: PNG's colour type. Written here: Pillow writes neither 2-bit grey nor interlaced files."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]

    def make(rng, a):
        height, width = a.shape[:2]
        wide = (a.astype(np.int64) * 257 + rng.integers(-90, 90, a.shape)).clip(0, 65535)
        alpha = rng.integers(0, 65536, (height, width, 1))
        values = np.concatenate([wide, alpha], 2)[:, :, {1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]]
        if colour == 0 and depth == 16:
            values = values >> int(rng.integers(0, 12))  # most of them small, or Pillow clips all of it
        else:
            values = values >> (16 - depth)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
        if gamma:
            data += chunk(b"gAMA", struct.pack(">I", 100000))
        if colour == 3:
            entries = max(1, (1 << depth) * 2 // 3) if short_palette else 1 << depth
            data += chunk(b"PLTE", rng.integers(0, 256, 3 * entries, dtype=np.uint8).tobytes())
        if transparent is not None:
            data += chunk(b"tRNS", transparent)
        step = max(1, channels * depth // 8)
        if interlaced:
            passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
            parts = [values[y::dy, x::dx] for y, x, dy, dx in passes]
            raw = b"".join(filtered(rng, packed(part, depth), step) for part in parts if part.size)
        else:
            raw = filtered(rng, packed(values, depth), step)
        return data + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b"")

    return make


def quantised(a, colours=256):
    return Image.fromarray(a).quantize(colours, dither=Image.Dither.NONE)


def pillow_png(mode, **options):
    def make(rng, a):
        picture = quantised(a, options.get("colours", 256)) if mode == "P" else Image.fromarray(a).convert(mode)
        return saved(picture, "PNG", **{k: v for k, v in options.items() if k != "colours"})

    return make


def gif(colours=256, edit=None, grey=False, **options):
    def make(rng, a):
        picture = Image.fromarray(a).convert("L") if grey else quantised(a, colours)
        data = bytearray(saved(picture, "GIF", **options))
        return bytes(edit(rng, data) if edit else data)

    return make


def gif_descriptor(data):
    """Where the first picture's description begins: after the screen, its palette and the extensions."""
    at = 13 + (3 << ((data[10] & 7) + 1) if data[10] & 128 else 0)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    assert data[at] == 0x2C
    return at


def on_larger_screen(rng, data):
    width, height = struct.unpack_from("<HH", data, 6)
    struct.pack_into("<HH", data, 6, width + 5, height + 7)
    struct.pack_into("<HH", data, gif_descriptor(data) + 1, 3, 4)
    return data


def on_smaller_screen(rng, data):
    struct.pack_into("<HH", data, 6, 1, 1)
    return data


def with_local_palette(rng, data):
    bits = data[10] & 7
    size = 3 << (bits + 1)
    at = gif_descriptor(data)
    data[at + 9] |= 128 | bits
    palette = data[13 : 13 + size]
    data[10] &= 0x70
    return data[:13] + data[13 + size : at + 10] + palette + data[at + 10 :]


def animated(rng, a):
    other = Image.fromarray(255 - a)
    return saved(Image.fromarray(a), "GIF", save_all=True, append_images=[other], duration=50)


def bmp(mode):
    return lambda rng, a: saved(quantised(a) if mode == "P" else Image.fromarray(a).convert(mode), "BMP")


def bmp_header(width, height, bits, compression, palette, pixels, masks=b"", core=False):
    if core:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, len(palette) // 4, 0)
    offset = 14 + len(header) + len(masks) + len(palette)
    return struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset) + header + masks + palette + pixels


def padded(rows):
    rows = rows.reshape(rows.shape[0], -1)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).tobytes()


def bmp16(masks):
    def make(rng, a):
        rows = rng.integers(0, 65536, a.shape[:2]).astype("<u2").view(np.uint8)
        return bmp_header(a.shape[1], a.shape[0], 16, 3 if masks else 0, b"", padded(rows), masks)

    return make


def bmp_top_down(rng, a):
    return bmp_header(a.shape[1], -a.shape[0], 24, 0, b"", padded(a[:, :, ::-1]))


def bmp_os2(rng, a):
    return bmp_header(a.shape[1], a.shape[0], 24, 0, b"", padded(a[::-1, :, ::-1]), core=True)


def bmp4(rng, a):
    rows = packed((a[:, :, :1] >> 4).astype(np.int64), 4)
    return bmp_header(a.shape[1], a.shape[0], 4, 0, rng.integers(0, 256, 64, dtype=np.uint8).tobytes(), padded(rows))


def bmp_run_lengths(rng, a):
    data = bytearray()
    for row in (a[:, :, 0] >> 5)[::-1]:
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and run < 255 and row[x + run] == row[x]:
                run += 1
            if run == 1 and x + 4 <= len(row):  # as they are: an even number, so that the next code is aligned
                data += bytes([0, 4]) + row[x : x + 4].tobytes()
                run = 4
            else:
                data += bytes([run, row[x]])
            x += run
        data += b"\0\0"
    data += b"\0\1"
    palette = rng.integers(0, 256, 1024, dtype=np.uint8).tobytes()
    return bmp_header(a.shape[1], a.shape[0], 8, 1, palette, bytes(data))


def with_alpha(a, rng):
    alpha = rng.integers(0, 256, a.shape[:2] + (1,), dtype=np.uint8)
    return Image.fromarray(np.concatenate([a, alpha], 2), "RGBA")


def webp(alpha=False, **options):
    return lambda rng, a: saved(with_alpha(a, rng) if alpha else Image.fromarray(a), "WEBP", **options)


def tiff(mode, **options):
    return lambda rng, a: saved(quantised(a) if mode == "P" else Image.fromarray(a).convert(mode), "TIFF", **options)


KINDS = {
    "jpeg 4:4:4": jpeg(quality=90, subsampling=0),
    "jpeg 4:2:2": jpeg(quality=85, subsampling=1),
    "jpeg 4:2:0": jpeg(quality=75, subsampling=2),
    "jpeg 4:2:0 coarse": jpeg(quality=15, subsampling=2),
    "jpeg 4:2:0 optimised": jpeg(quality=95, subsampling=2, optimize=True),
    "jpeg progressive 4:2:0": jpeg(quality=80, progressive=True),
    "jpeg progressive 4:4:4": jpeg(quality=60, progressive=True, subsampling=0),
    "jpeg grey": jpeg("L", quality=85),
    "jpeg grey progressive": jpeg("L", quality=70, progressive=True),
    "jpeg restart markers": jpeg(quality=75, restart_marker_blocks=3),
    "jpeg restart rows": jpeg(quality=75, subsampling=0, restart_marker_rows=1),
    "jpeg stored as RGB": jpeg(quality=90, keep_rgb=True),
    "jpeg with orientation": with_orientation,
    "jpeg CMYK": jpeg("CMYK", quality=85),
    "jpeg YCCK": adobe(2),
    "jpeg 4:4:0": resampled({"subsampling": 1}, 0x12),
    "jpeg 4:1:1": resampled({"subsampling": 2}, 0x41),
    "png grey 1": png(0, 1),
    "png grey 2": png(0, 2),
    "png grey 4": png(0, 4),
    "png grey 8": png(0, 8),
    "png grey 8 transparent": png(0, 8, transparent=b"\0\x40"),
    "png grey 16": png(0, 16),
    "png grey+alpha 8": png(4, 8),
    "png grey+alpha 16": png(4, 16),
    "png palette 1": png(3, 1),
    "png palette 2": png(3, 2, short_palette=True),
    "png palette 4": png(3, 4, transparent=b"\0\x80"),
    "png palette 8": png(3, 8, transparent=bytes(range(200))),
    "png palette 8 short": png(3, 8, short_palette=True),
    "png RGB 8": png(2, 8, gamma=True),
    "png RGB 8 transparent": png(2, 8, transparent=b"\0\1\0\2\0\3"),
    "png RGB 16": png(2, 16),
    "png RGBA 8": png(6, 8),
    "png RGBA 16": png(6, 16),
    "png interlaced RGB 8": png(2, 8, interlaced=True),
    "png interlaced grey 1": png(0, 1, interlaced=True),
    "png interlaced palette 4": png(3, 4, interlaced=True),
    "png interlaced RGBA 16": png(6, 16, interlaced=True),
    "png by Pillow 1": pillow_png("1"),
    "png by Pillow P": pillow_png("P", transparency=3),
    "png by Pillow P2": pillow_png("P", colours=4, bits=2),
    "gif": gif(interlace=0),
    "gif interlaced": gif(interlace=1),
    "gif 16 colours": gif(16),
    "gif transparent": gif(64, transparency=5),
    "gif grey": gif(grey=True),
    "gif larger screen": gif(32, on_larger_screen, interlace=0),
    "gif larger screen transparent": gif(32, on_larger_screen, transparency=9),
    "gif smaller screen": gif(32, on_smaller_screen),
    "gif local palette": gif(128, with_local_palette),
    "gif animated": animated,
    "bmp 1": bmp("1"),
    "bmp grey": bmp("L"),
    "bmp palette": bmp("P"),
    "bmp 24": bmp("RGB"),
    "bmp 32": bmp("RGBA"),
    "bmp 16 555": bmp16(b""),
    "bmp 16 565": bmp16(struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "bmp top down": bmp_top_down,
    "bmp OS/2": bmp_os2,
    "bmp 4": bmp4,
    "bmp run lengths": bmp_run_lengths,
    "webp lossy": webp(quality=80),
    "webp lossy alpha": webp(True, quality=60),
    "webp lossless": webp(lossless=True),
    "webp lossless alpha": webp(True, lossless=True),
    "tiff RGB": tiff("RGB"),
    "tiff RGB lzw": tiff("RGB", compression="tiff_lzw"),
    "tiff turned": tiff("RGB", tiffinfo={0x0112: 6}),
    "tiff grey": tiff("L", compression="tiff_adobe_deflate"),
    "tiff palette": tiff("P", compression="tiff_lzw"),
    "tiff jpeg": tiff("RGB", compression="jpeg"),
    "tiff mirrored": tiff("RGB", compression="packbits", tiffinfo={0x0112: 7}),
}

SMALL = [(1, 1), (1, 7), (7, 1), (2, 3), (8, 8), (17, 31), (32, 32), (33, 31), (48, 64)]
MIDDLE = [(100, 75), (223, 225), (224, 224), (300, 224), (225, 500), (336, 336), (375, 500), (500, 333), (480, 640)]
EXTREME = [(3, 1000), (900, 3), (17, 1500), (1400, 23), (1, 120), (120, 1), (60, 2500)]
LARGE = [("jpeg 4:2:0", 3000, 4000), ("jpeg progressive 4:2:0", 4000, 3000), ("png RGB 8", 1200, 1600), ("jpeg grey", 1080, 1920)]
NAMES = ["jpg", "JPEG", "png", "gif", "txt", ""]


def sizes_of_crops(height, width):
    # Pillow computes the whole of what the crop then drops; of a long strip that is a lot.
    longer = max(height, width) / min(height, width)
    return [s for s in (32, 224, 336) if s * longer < 32000 and s * s * longer < 4e6]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def transformed(picture, size):
    out = Compose([Resize(size, interpolation=InterpolationMode.BICUBIC), CenterCrop(size)])(picture)
    return np.ascontiguousarray(np.asarray(out).transpose(2, 0, 1)).tobytes()


def opened(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def plan(rng):
    contents = [noise, smooth, shapes]
    for i, kind in enumerate(KINDS):
        for j in range(3):
            yield kind, *SMALL[(i + 3 * j) % len(SMALL)], contents[(i + j) % 3]
        for j in range(3):
            yield kind, *MIDDLE[(2 * i + 3 * j) % len(MIDDLE)], contents[(i + j + 1) % 3]
        for j in range(2):
            yield kind, *EXTREME[(i + j) % len(EXTREME)], contents[(i + j + 2) % 3]
    for kind, height, width in LARGE:
        yield kind, height, width, shapes


def write_all(folder):
    rng = np.random.default_rng(20260)
    (folder / "files").mkdir(parents=True)
    index, cut = [], []
    for kind, height, width, content in plan(rng):
        data = KINDS[kind](rng, content(rng, height, width))
        picture = opened(data)
        name = f"files/{len(index):03}.{NAMES[int(rng.integers(0, len(NAMES)))]}".rstrip(".")
        (folder / name).write_bytes(data)
        crops = {str(s): digest(transformed(picture, s)) for s in sizes_of_crops(picture.height, picture.width)}
        index.append({"file": name, "kind": kind, "height": picture.height, "width": picture.width,
                      "pixels": digest(picture.tobytes()), "crops": crops})
        if len(data) > 300 and len(index) % 3 == 0:
            part = data[: int(rng.integers(len(data) // 2, len(data) - 30))]
            try:
                pixels = digest(opened(part).tobytes())
            except Exception:  # Pillow raises half a dozen kinds
                pixels = None
            name = f"files/cut{len(cut):03}"
            (folder / name).write_bytes(part)
            cut.append({"file": name, "kind": kind, "pixels": pixels})
    (folder / "index.json").write_text(json.dumps(index, indent=0))
    (folder / "cut.json").write_text(json.dumps(cut, indent=0))


def write_golden(path):
    rng = np.random.default_rng(7)
    rows = []
    for kind, make in KINDS.items():
        data = make(rng, smooth(rng, 6, 5))
        picture = opened(data)
        rows.append({"kind": kind, "file": base64.b64encode(data).decode(), "height": picture.height, "width": picture.width,
                     "pixels": digest(picture.tobytes()),
                     "crop": digest(transformed(picture, 8))})
    Path(path).write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        write_golden(sys.argv[2])
    else:
        write_all(Path(sys.argv[1]))
