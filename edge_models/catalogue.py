"""The models that floorpulse knows by name: where they come from, what they are, whose they are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One model."""

    name: str
    family: str
    url: str
    sha256: tuple[str, ...]
    """Of the file; several where equal exports exist."""


CATALOGUE = {
    entry.name: entry
    for entry in (
        Entry(
            name="yolox-nano",
            family="yolox",
            url="https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx",
            sha256=(
                "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",  # the release, 3,659,407 bytes
                "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",  # an equal export, 3,660,092 bytes
            ),
        ),
    )
}
