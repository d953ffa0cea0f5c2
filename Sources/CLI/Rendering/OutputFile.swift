import Files
import Foundation

/// A file that an option such as `--out` names: opened before anything is committed, then written once.
///
/// | what the path names | what happens |
/// | --- | --- |
/// | nothing | a file is made, with mode 0600; it goes again where nothing is written |
/// | a file | a new one of mode 0600 takes its place, whole, once it is written |
/// | a device or a pipe, `/dev/stdout` among them | the text is written into it |
/// | a link | it is followed, and stays |
///
/// What cannot be known before the commit is only whether there is room on the disk.
final class OutputFile {
    private let shownPath: String
    private let option: String
    private let file: OpenFile
    /// What was made for the text, and goes again unless it is written.
    private let madePath: String?
    /// The file whose place that takes.
    private let replacedPath: String?
    private var isWritten = false

    /// Says why the path cannot be written to, without opening it: early, since a pipe waits for its reader.
    ///
    /// - Parameter inputs: what the command reads or keeps, and must not be written over: the state, manifests, a saved plan.
    static func check(_ path: String, option: String, sparing inputs: [String]) throws(CommandError) {
        if let resolved = try? FilePath.resolved(path), inputs.contains(where: { (try? FilePath.resolved($0)) == resolved }) {
            // A pipe or terminal may be read and written at once.
            let isStream = (try? FileStatus(path).kind) == .stream
            if !isStream { throw CommandError(.usage, "\(option) names \(path), which this command works on: name another file") }
        }
        do throws(FileError) {
            switch try? FileStatus(path).kind {
            case .folder: throw FileError(number: EISDIR)
            case .stream: return
            case .regular, .link, nil:
                let resolved = try FilePath.resolved(path)
                try FilePath.requireWritable(folder: FilePath.folder(of: resolved))
            }
        } catch {
            throw failure(path, option, error)
        }
    }

    init(_ path: String, option: String, sparing inputs: [String]) throws(CommandError) {
        try Self.check(path, option: option, sparing: inputs)
        shownPath = path
        self.option = option
        do throws(FileError) {
            if let stream = Self.standardStream(at: path) {
                (madePath, replacedPath) = (nil, nil)
                file = try OpenFile.duplicate(of: stream)
                return
            }
            // Asked of the path itself: a pipe of a shell, `/dev/fd/63`, has no other name to resolve.
            switch try? FileStatus(path).kind {
            case nil:
                let resolved = try FilePath.resolved(path)
                file = try OpenFile.made(at: resolved)
                (madePath, replacedPath) = (resolved, nil)
            case .regular:
                let resolved = try FilePath.resolved(path)
                let temporary = "\(resolved).\(UUID().uuidString).tmp"
                file = try OpenFile.made(at: temporary)
                (madePath, replacedPath) = (temporary, resolved)
            case .stream, .folder, .link:
                file = try OpenFile.forWriting(path)
                (madePath, replacedPath) = (nil, nil)
            }
        } catch {
            throw Self.failure(path, option, error)
        }
        if let madePath { Interruption.removeAtExit(madePath) }
    }

    deinit {
        guard let madePath else { return }
        if !isWritten { OpenFile.remove(madePath) }
        Interruption.keepAtExit(madePath)
    }

    /// Whether it is kept under its name with mode 0600, and not a device or a pipe.
    var isPrivate: Bool { madePath != nil }

    func write(_ text: String) throws(CommandError) {
        do throws(FileError) {
            try file.write(Array(text.utf8))
            if let madePath {
                try file.synchronize()
                if let replacedPath { try OpenFile.rename(madePath, to: replacedPath) }
            }
            isWritten = true
        } catch {
            throw Self.failure(shownPath, option, error)
        }
    }

    /// Standard output or standard error, where the path is another name of what it writes to.
    private static func standardStream(at path: String) -> StandardStream? {
        guard let status = try? FileStatus(path) else { return nil }
        return [StandardStream.output, .errors].first { $0.identity == status.identity }
    }

    private static func failure(_ path: String, _ option: String, _ error: FileError) -> CommandError {
        CommandError(.failure, "the file \(path) of \(option) cannot be written: \(error)")
    }
}
