"""Every test runs from the checkout's own cache, and Kivy draws offscreen."""

import os

from tests import materials

os.environ.setdefault("FLOORPULSE_CACHE", str(materials.CACHE))
