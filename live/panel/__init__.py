"""The panel: a page that the daemon serves, to play in, see and steer it by."""
