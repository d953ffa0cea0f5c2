import Glibc

/// Why the operating system refused to open, write or change a file.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The error number (errno(3)).
    package let number: CInt

    package init(number: CInt) {
        self.number = number
    }

    /// That of the call that has just failed on this thread.
    static var last: FileError { FileError(number: errno) }

    /// There is a file of that name already.
    package var isExisting: Bool { number == EEXIST }
    /// There is none.
    package var isMissing: Bool { number == ENOENT }

    /// The C library's words, such as `No space left on device`.
    package var description: String { unsafe String(cString: strerror(number)) }
}
