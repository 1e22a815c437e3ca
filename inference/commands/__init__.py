"""The commands of `gongkai`, one module each, loaded when called."""
