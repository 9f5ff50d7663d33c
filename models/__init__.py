"""The detector catalogue and its runtime: weights fetched and verified, ONNX Runtime sessions, decoded boxes."""
