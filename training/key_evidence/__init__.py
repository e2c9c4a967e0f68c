"""From pieces whose key is known to what each strike says of the key (``models/key_evidence.npz``)."""
