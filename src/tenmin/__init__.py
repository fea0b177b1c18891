"""tenmin: who cannot reach which service on foot in ten minutes, why, and what cures it.

The public names stand in `__init__.pyi`; the module of each is imported when it is first used.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("tenmin")
