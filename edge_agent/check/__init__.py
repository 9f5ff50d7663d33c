"""What `kerbwatch-edge check` tries of a configuration that is well-formed: model, classes, units, broker, cameras."""
