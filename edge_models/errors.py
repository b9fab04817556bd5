"""What can go wrong with a model; the message is one sentence that may be shown as it is."""


class ModelError(Exception):
    """No detector can be made from this; the message says why."""


class ModelUnavailable(ModelError):
    """No source of the model can be reached from here; another model may do."""


class ModelMismatch(ModelError):
    """A file is not the model it should be, and was not used."""


class ModelUnusable(ModelError):
    """A file holds no graph that a decoder here understands."""
