import Glibc

/// What a path names, or a descriptor has open.
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case regular
        case folder
        case link
        /// A device, a pipe or a socket: what is written goes somewhere and is not kept under the name.
        case stream
    }

    package let kind: Kind
    /// Two paths with the same device and number are one file.
    package let identity: Identity
    /// The lowest nine bits of the mode.
    package let permissions: UInt32

    package struct Identity: Sendable, Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// - Parameter followsLinks: whether a link stands for what it names.
    package init(_ path: String, followsLinks: Bool = true) throws(FileError) {
        var status = stat()
        let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { throw .last }
        self.init(status)
    }

    package init(descriptor: CInt) throws(FileError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        self.init(status)
    }

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .stream
            }
        identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        permissions = status.st_mode & 0o777
    }
}
