"""The detector catalogue and its runtime: weights fetched and verified, ONNX Runtime sessions, decoded boxes."""

import os

# A box in a city's network reports to the city alone; ONNX Runtime reads this when it is first imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
