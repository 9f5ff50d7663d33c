"""The duty officer's console: NiceGUI pages over the service layer."""

from central.console.mount import mount

__all__ = ["mount"]
