"""Handmade uploads: typical ones of phones, and invalid ones."""

import io
import struct
import zlib
from functools import cache

import numpy as np
import pypdfium2
import skimage.data
from PIL import Image

GPS_SECRET = b"here-was-the-customer"


@cache
def portrait() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


@cache
def photo(width: int = 1200, height: int = 900) -> Image.Image:
    """Return a photograph of any size, with sensor noise, so that its file has a phone's size."""
    scaled = portrait().crop((0, 0, 512, 384)).resize((width, height), Image.Resampling.BICUBIC)
    tile = np.random.default_rng(7).normal(0, 3, (256, 256, 1)).astype(np.int8)
    grain = np.tile(tile, (height // 256 + 1, width // 256 + 1, 1))[:height, :width]
    return Image.fromarray((np.asarray(scaled, np.int16) + grain).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or photo(), "JPEG", **{"quality": 90, **options})


def exif(orientation: int = 1, gps: bool = False) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010E] = GPS_SECRET.decode()
    if gps:
        tags.get_ifd(0x8825)[1] = "N"
        tags.get_ifd(0x8825)[2] = (37.0, 33.0, 59.0)
    return tags.tobytes()


def corners(width: int = 800, height: int = 600) -> Image.Image:
    """Return upright coloured corners: red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))


def bomb_png(width: int, height: int) -> bytes:
    """Return a black picture with a thousandth of its size on disk."""
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(1 + width // 8)) for _ in range(height)) + rows.flush()
    return png_header(width, height, bits=1, colour=0) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_with(*chunks: bytes) -> bytes:
    """Return a normal PNG with further chunks before its pixels."""
    plain = saved(photo(640, 480), "PNG")
    return plain[:33] + b"".join(chunks) + plain[33:]


def heavy_jpeg(size: int) -> bytes:
    """Return a normal JPEG padded to exactly `size` bytes by comment segments."""
    plain = jpeg()
    missing = size - len(plain)
    padding = b""
    while missing > len(padding):
        body = min(65_000, max(0, missing - len(padding) - 4))
        padding += b"\xff\xfe" + struct.pack(">H", body + 2) + bytes(body)
    return plain[:2] + padding[:missing] + plain[2:]


def apng(image: Image.Image | None = None) -> bytes:
    first = image or photo(640, 400)
    frames = [first, first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:])


@cache
def heic() -> bytes:
    return saved(photo(640, 400), "HEIF")


def mpo(image: Image.Image | None = None) -> bytes:
    return saved(image or photo(), "MPO", save_all=True, append_images=[Image.new("RGB", (300, 200), "gray")])


def pdf(width: float = 595, height: float = 842) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(width, height)
    file = io.BytesIO()
    document.save(file)
    document.close()
    return file.getvalue()


def locked_pdf() -> bytes:
    """Return a page behind an unknown password: the standard handler with invented keys."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"5a" * 32 + b"> /U <" + b"a5" * 32 + b"> >>",
    )
    ids = b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
    return _pdf_of(objects, b"/Encrypt 4 0 R " + ids)


def endless_pdf(million_fills: int = 1) -> bytes:
    """Return about 20 kB that take minutes: a page filled a million times."""
    packer, block = zlib.compressobj(9), b"0 0 600 800 re f\n" * 10_000
    stream = b"".join(packer.compress(block) for _ in range(million_fills * 100)) + packer.flush()
    return _pdf_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        )
    )


def _pdf_of(objects: tuple[bytes, ...], trailer: bytes = b"") -> bytes:
    """Build a PDF; the first object is the catalogue."""
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + text + b"\nendobj\n"
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + rows
    table += b"trailer\n<< /Size %d /Root 1 0 R " % size + trailer + b" >>\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def wide_gamut_profile() -> bytes:
    """Return a matrix profile with red and green swapped, so that ignoring it is visible."""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    text = b"text\0\0\0\0none\0\0\0\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"swap\0" + bytes(78 + 1)
    tags = {
        b"desc": name + bytes(-len(name) % 4),
        b"cprt": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"gXYZ": xyz(0.4361, 0.2225, 0.0139),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    place, rows, bodies = 128 + 4 + 12 * len(tags), b"", b""
    for tag, body in tags.items():
        rows += tag + struct.pack(">II", place + len(bodies), len(body))
        bodies += body
    table = struct.pack(">I", len(tags)) + rows + bodies
    head = struct.pack(">I4sI", 128 + len(table), b"\0\0\0\0", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + table
