"""The box: it looks at the cameras, keeps what it has confirmed until the centre has it, and says how it is."""

from importlib.metadata import PackageNotFoundError, version

try:
    SOFTWARE = f"kerbwatch-edge {version('kerbwatch')}"
except PackageNotFoundError:  # run from a source tree that was not installed
    SOFTWARE = "kerbwatch-edge"
