"""Draws the kiosk's screens, each from a view alone: one module per family, a function per screen."""

from kiosk.pictures.stage import Stage

__all__ = ["Stage"]
