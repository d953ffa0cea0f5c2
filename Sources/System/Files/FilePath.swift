import Glibc

/// The names of files, as the kernel sees them.
package enum FilePath {
    /// As many links in a row as Linux itself follows (path_resolution(7)).
    private static let maximumLinks = 40

    /// The path without links of what `path` names, whether it exists already or is about to be made.
    ///
    /// The folder must exist. A link to a file that does not exist gives the path where that file would be.
    package static func resolved(_ path: String) throws(FileError) -> String {
        var path = path
        for _ in 0..<maximumLinks {
            do throws(FileError) {
                return try real(path)
            } catch {
                guard error.isMissing else { throw error }
            }
            guard let target = Self.target(ofLink: path) else {
                let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
                guard !name.isEmpty, name != ".", name != ".." else { throw FileError(number: ENOENT) }
                let folder = try real(Self.folder(of: path))
                return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            }
            path = target.hasPrefix("/") ? target : "\(folder(of: path))/\(target)"
        }
        throw FileError(number: ELOOP)
    }

    /// The folder that the name stands in, `.` for a bare name.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Throws why this process may not make and remove files in the folder: permissions, or a file system that is read-only (access(2)).
    package static func requireWritable(folder: String) throws(FileError) {
        guard unsafe access(folder, W_OK | X_OK) == 0 else { throw .last }
    }

    /// realpath(3).
    private static func real(_ path: String) throws(FileError) -> String {
        guard let text = unsafe realpath(path, nil) else { throw .last }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// What the link itself says; nil where the path is none.
    private static func target(ofLink path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
