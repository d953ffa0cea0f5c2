import Dispatch
import Files
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM before the commit: the process ends with 130, and the open transaction is gone with it.
///
/// Once the transaction is about to commit the signals are ignored: it is too late to say that nothing was applied, and
/// what is left to do is to say what was.
enum Interruption {
    private static let ignoresSignals = Mutex(false)
    /// Files that were made for a result that does not come.
    private static let unwritten = Mutex(Set<String>())

    /// Listens until the sources are cancelled; the caller keeps them.
    static func install() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                guard !ignoresSignals.withLock({ $0 }) else { return }
                for path in unwritten.withLock({ $0 }) { OpenFile.remove(path) }
                _ = StandardStream.errors.write(Array("\nerror: interrupted; nothing was applied\n".utf8))
                exit(ExitStatus.interrupted.rawValue)
            }
            source.resume()
            return source
        }
    }

    /// The file goes where a signal ends the process.
    static func removeAtExit(_ path: String) {
        unwritten.withLock { _ = $0.insert(path) }
    }

    static func keepAtExit(_ path: String) {
        unwritten.withLock { _ = $0.remove(path) }
    }

    /// From here on a signal changes nothing any more.
    static func ignoreSignals() {
        ignoresSignals.withLock { $0 = true }
    }
}
