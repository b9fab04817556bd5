"""Reads the one marker that all staff wear, and draws the sheet to print: an ArUco marker of 4 x 4 cells.

So few cells are read from furthest away, and there is one number to a chain, so that nobody is told from anybody.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sensors.staff import Reading, Window

DICTIONARY = cv2.aruco.DICT_4X4_50
READABLE_PIXELS = 16
"""A marker whose black square is as wide as this in the picture is read; tests draw it so."""
READ_HEIGHT = 240
"""Pixels: every crop is brought to this height, so that small cells are read and nobody costs more than others."""
MOST_ENLARGED = 3.0
SHORTEST_ROUND = 0.25
"""Of a marker's outline, in heights of a crop; what is smaller is cloth, and finding that out would take most time."""
CELL_PIXELS = 8
"""A cell is read in as many, each way."""


class Marker:
    """`find` answers nothing where there is no number."""

    def __init__(self, number: int | None) -> None:
        self._number = number
        self._detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(DICTIONARY), _parameters())

    def find(self, image: NDArray[np.uint8], window: Window) -> Reading | None:
        """See `staff.Find`; two markers in one window say nothing."""
        x1, y1, x2, y2 = (max(0, round(side)) for side in window)
        crop = image[y1:y2, x1:x2]
        if self._number is None or not crop.size:
            return None
        scale = min(MOST_ENLARGED, READ_HEIGHT / crop.shape[0])
        quads, numbers, _ = self._detector.detectMarkers(_resized(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), scale))
        if numbers is None or list(numbers.ravel()) != [self._number]:
            return None
        corners = np.asarray(quads[0], np.float64).reshape(4, 2) / scale + (x1, y1)
        sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
        x, y = corners.mean(axis=0).tolist()
        return Reading((x, y), float(sides.max()))


def cells(number: int) -> list[list[bool]]:
    """Rows of its six by six cells, the border included; True is white."""
    drawn = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(DICTIONARY), number, 6)
    return [[bool(cell) for cell in row] for row in drawn.tolist()]


def _resized(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def _parameters() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.minMarkerPerimeterRate = SHORTEST_ROUND
    parameters.perspectiveRemovePixelPerCell = CELL_PIXELS
    return parameters
