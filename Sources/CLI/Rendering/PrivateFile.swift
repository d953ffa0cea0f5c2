import Foundation

/// A file of mode 0600 that is never seen half written.
enum PrivateFile {
    static func write(_ text: String, to path: String) throws(CommandError) {
        let temporary = "\(path).\(UUID().uuidString).tmp"
        guard FileManager.default.createFile(atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CommandError(.failure, "the file \(path) cannot be written; check that its folder exists and can be written") }
        do {
            // Removed first, since a replaced file would keep its old mode.
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try FileManager.default.moveItem(atPath: temporary, toPath: path)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw CommandError(.failure, "the file \(path) cannot be replaced")
        }
    }
}
