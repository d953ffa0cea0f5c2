import Foundation
import Glibc

/// The right to be the one runtime of a state file, held while the process lives.
///
/// An advisory `flock` on `STATE.serve-lock`: the kernel lets go of it when the process ends, however it ends.
package final class ServeLock: Sendable {
    private let file: FileHandle

    /// Why the right was not given.
    package enum Refusal: Error, Sendable, CustomStringConvertible {
        case held(path: String)
        case inaccessible(path: String)

        package var description: String {
            switch self {
            case .held(let path):
                "another `reconcile serve` already runs on the state \(path); stop it first, or name another state with --state"
            case .inaccessible(let path): "the lock \(path).serve-lock cannot be opened; check that the folder exists and can be written"
            }
        }
    }

    package init(state path: String) throws(Refusal) {
        let lockPath = path + ".serve-lock"
        if !FileManager.default.fileExists(atPath: lockPath) {
            _ = FileManager.default.createFile(atPath: lockPath, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        guard let file = FileHandle(forUpdatingAtPath: lockPath) else { throw .inaccessible(path: path) }
        guard flock(file.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else { throw .held(path: path) }
        self.file = file
    }
}
