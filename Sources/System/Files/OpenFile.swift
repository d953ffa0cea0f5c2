import Glibc

/// A file that is open, and closed when the value ends; never inherited by a program that this one starts.
package struct OpenFile: ~Copyable, Sendable {
    private let descriptor: CInt

    private init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Makes a file for writing that has its mode from the first byte; one that is there, or a link, is `isExisting`.
    ///
    /// "If O_CREAT and O_EXCL are set, open() shall fail if the file exists … the check for the existence of the file and the
    /// creation of the file … shall be atomic" (https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html).
    package static func made(at path: String, permissions: UInt32 = 0o600) throws(FileError) -> OpenFile {
        try open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, permissions)
    }

    /// Opens a file for writing, where it is, as it is: nothing is cut off. Waits for a reader where it is a pipe.
    package static func forWriting(_ path: String) throws(FileError) -> OpenFile {
        try open(path, O_WRONLY | O_NOCTTY, 0)
    }

    /// Opens a file that processes lock against each other; made, empty and with mode 0600, by the first of them.
    package static func forLocking(_ path: String) throws(FileError) -> OpenFile {
        try open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
    }

    /// Another descriptor of what the stream writes to.
    package static func duplicate(of stream: StandardStream) throws(FileError) -> OpenFile {
        let descriptor = fcntl(stream.descriptor, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { throw .last }
        return OpenFile(descriptor)
    }

    private static func open(_ path: String, _ flags: CInt, _ permissions: mode_t) throws(FileError) -> OpenFile {
        while true {
            let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, permissions)
            if descriptor >= 0 { return OpenFile(descriptor) }
            guard errno == EINTR else { throw .last }
        }
    }

    /// Takes the file's exclusive lock (flock(2)) until it is closed; false where another process has it.
    package func lock() throws(FileError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno != EWOULDBLOCK else { return false }
            guard errno == EINTR else { throw .last }
        }
        return true
    }

    /// Writes all of it, waiting as long as it takes.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        if let failure = descriptor.write(bytes).failure { throw failure }
    }

    /// Returns when what was written would survive a power cut.
    package func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .last }
    }

    /// Gives the file at `old` the name `new`, in place of whatever has that name.
    package static func rename(_ old: String, to new: String) throws(FileError) {
        guard unsafe Glibc.rename(old, new) == 0 else { throw .last }
    }

    /// Takes the name away from a file; nothing happens where there is none.
    package static func remove(_ path: String) {
        _ = unsafe unlink(path)
    }
}

extension CInt {
    /// Writes to the descriptor until all is written or an error other than a signal or a full pipe ends it.
    ///
    /// - Returns: how many bytes were written, and what ended it early.
    func write(_ bytes: [UInt8]) -> (count: Int, failure: FileError?) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(self, $0.baseAddress?.advanced(by: written), $0.count - written) }
            if count >= 0 {
                written += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever gave us this descriptor has set it not to block (O_NONBLOCK is shared with them).
                var waiting = pollfd(fd: self, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
            default: return (written, .last)
            }
        }
        return (written, nil)
    }
}
