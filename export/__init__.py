"""From weights to a live step: ONNX graphs, parity, manifest."""
