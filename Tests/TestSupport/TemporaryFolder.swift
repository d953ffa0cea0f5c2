import Foundation
import Synchronization

/// A folder that is gone when the test that made it lets go of it.
package final class TemporaryFolder: Sendable {
    package let path: String
    private let onlyState = Mutex<TestState?>(nil)

    package init(_ name: String = "reconcile") {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(name)-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of an entry, whether it exists or not.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The state of the test that has this folder, in it or in a database that goes with it: nothing is there before the first use.
    package var state: TestState {
        onlyState.withLock { state in
            if let state { return state }
            let made = TestState(in: self)
            state = made
            return made
        }
    }

    /// Writes a text file and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let url = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }
}

/// The root of this package, for fixtures, examples and the vectors beside it.
package let packageRoot: String = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
