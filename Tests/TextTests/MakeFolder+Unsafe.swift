import Glibc

/// Makes a folder. Safe because the path goes to the system for this call only.
func makeFolder(_ path: String) { _ = unsafe mkdir(path, 0o700) }
