import Files

/// The right to be the one runtime of a state file, held while the process lives.
///
/// An advisory `flock` on `STATE.serve-lock`, beside the file that the path names once all links are followed: every name of
/// a state leads to one lock. The kernel lets go of it when the process ends, however it ends. The file itself stays: removing
/// it would let two processes hold a lock of that name.
package final class ServeLock: Sendable {
    private let file: OpenFile

    /// Why the right was not given.
    package enum Refusal: Error, Sendable, CustomStringConvertible {
        case held(path: String)
        case inaccessible(path: String, reason: String)

        package var description: String {
            switch self {
            case .held(let path):
                "another `reconcile serve` already runs on the state \(path); stop it first, or name another state with --state"
            case .inaccessible(let path, let reason):
                "the lock \(path).serve-lock cannot be opened (\(reason)); check that the folder exists and can be written"
            }
        }
    }

    package init(state path: String) throws(Refusal) {
        let isLocked: Bool
        do throws(FileError) {
            file = try OpenFile.forLocking(try FilePath.resolved(path) + ".serve-lock")
            isLocked = try file.lock()
        } catch {
            throw .inaccessible(path: path, reason: "\(error)")
        }
        guard isLocked else { throw .held(path: path) }
    }
}
