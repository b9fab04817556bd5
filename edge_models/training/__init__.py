"""Trains the person model that floorpulse ships: rendered people only, from a seed, on the extra `train` alone.

    makehuman -> bodies -> scenes -> pictures (pool) -> samples -> net -> ONNX, int8 behind the accuracy gate

No real picture, no pretrained weight and no teacher takes part, so that the weights are ours to give away.
"""
