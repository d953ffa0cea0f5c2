import Glibc

/// What a program reads and writes without opening it.
package struct StandardStream: Sendable {
    let descriptor: CInt

    /// - Parameter descriptor: one that stays open as long as the process lives.
    package init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    package static let output = StandardStream(descriptor: STDOUT_FILENO)
    package static let errors = StandardStream(descriptor: STDERR_FILENO)

    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Which file it writes to; nil where the descriptor is closed.
    package var identity: FileStatus.Identity? { try? FileStatus(descriptor: descriptor).identity }

    /// Writes all of it, waiting as long as it takes, or says how far it came and why no further.
    package func write(_ bytes: [UInt8]) -> (count: Int, failure: FileError?) { descriptor.write(bytes) }

    /// What standard input gives until its end, or until more than `limit` bytes have come: one beyond it tells that it is too much.
    package static func readInput(limit: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            guard bytes.count <= limit else { return Array(bytes.prefix(limit + 1)) }
            let count = unsafe read(STDIN_FILENO, &chunk, chunk.count)
            switch count {
            case 0: return bytes
            case 1...: bytes += chunk[..<count]
            default: guard errno == EINTR else { throw .last }
            }
        }
    }

    /// To be called once, before a file is opened.
    ///
    /// A write to a pipe that nobody reads becomes an error (`EPIPE`) and no longer ends the process by a signal. A standard
    /// descriptor that was closed by whoever started the process is filled, so that no file or socket gets its number and
    /// with it what is meant for people; using it stays an error.
    package static func prepare() {
        _ = signal(SIGPIPE, SIG_IGN)
        for (descriptor, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
        where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number (open(2)), which is this one.
            _ = unsafe Glibc.open("/dev/null", flags)
        }
    }
}
