import Foundation
import Values

/// Finds and reads the files behind the paths that a user gives.
struct ManifestFiles: Sendable {
    let directory: String?

    struct Found {
        var files: [ManifestFile] = []
        var missing: [MissingManifest] = []
        var unreadable: [Diagnostic] = []
        var names: Set<String> = []
    }

    func find(_ paths: [String], standardInput: [UInt8]?, limit: Int) -> Found {
        var found = Found()
        for path in paths {
            if path == "-" {
                guard let standardInput, !standardInput.isEmpty else {
                    found.missing.append(MissingManifest(path: path, reason: .noStandardInput))
                    continue
                }
                if found.names.insert(path).inserted {
                    found.files.append(ManifestFile(name: ManifestFile.standardInputName, text: standardInput))
                }
                continue
            }
            let path = Self.tidied(path)
            let names = list(path, depth: 0)
            if let names {
                if names.isEmpty { found.missing.append(MissingManifest(path: path, reason: .emptyFolder)) }
                for name in names { read(name, limit, into: &found) }
            } else if FileManager.default.fileExists(atPath: location(path)) {
                read(path, limit, into: &found)
            } else {
                found.missing.append(MissingManifest(path: path, reason: .noSuchPath))
            }
        }
        return found
    }

    private func read(_ name: String, _ limit: Int, into found: inout Found) {
        guard found.names.insert(name).inserted else { return }
        guard let data = content(at: location(name), limit) else {
            found.unreadable.append(
                Diagnostic("the file \(quoted(name)) cannot be read", detail: "check its permissions, and that it is a file", at: nil))
            return
        }
        found.files.append(ManifestFile(name: name, text: Array(data)))
    }

    /// All of a file or a pipe, such as a shell's `<(…)`; nil where it cannot be read. One byte beyond the limit is enough to be
    /// told that it is too long.
    private func content(at path: String, _ limit: Int) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        var data = Data()
        do {
            while data.count <= limit, let part = try file.read(upToCount: limit + 1 - data.count), !part.isEmpty { data.append(part) }
        } catch {
            return nil
        }
        return data
    }

    /// The manifests below a folder, sorted; nil for what is no folder. Links to folders are not followed, so there are no circles.
    private func list(_ folder: String, depth: Int) -> [String]? {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: location(folder)) else { return nil }
        var names: [String] = []
        for entry in entries.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !entry.hasPrefix(".") {
            let name = folder == "." ? entry : folder.hasSuffix("/") ? folder + entry : "\(folder)/\(entry)"
            let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: location(name))) != nil
            if !isLink, depth < 32, let below = list(name, depth: depth + 1) {
                names += below
            } else if entry.hasSuffix(".yaml") || entry.hasSuffix(".yml") {
                names.append(name)
            }
        }
        return names
    }

    private func location(_ path: String) -> String {
        guard let directory, !path.hasPrefix("/") else { return path }
        return "\(directory)/\(path)"
    }

    /// Without `./` and repeated or final slashes, so that one file has one name.
    private static func tidied(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        if path.hasPrefix("/") { return "/" + parts.joined(separator: "/") }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}
