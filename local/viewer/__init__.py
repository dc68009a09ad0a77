"""A window on the deployed CloudWatch dashboard: the body as CloudWatch has it, the metrics, and
the custom widgets through the deployed functions. For the local cloud, on 127.0.0.1 only.
"""

from local.viewer.server import Viewer, serve, start

__all__ = ["Viewer", "serve", "start"]
