"""Person detectors for small computers: catalogue, download and verification, conversion, sessions, evaluation."""

from edge_models.default import default_detector as default_detector
from edge_models.detector import Detector as Detector
from edge_models.detector import open_detector as open_detector
from edge_models.errors import ModelError as ModelError
