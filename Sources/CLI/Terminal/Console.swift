import Files
import Synchronization

/// One end of the terminal, or a pipe or file in its place.
///
/// A write that fails is remembered and the later ones are left out, so that no result arrives with a hole in it;
/// `WorldCommand.perform` makes an exit status of it.
///
/// Concurrency: copies share what is remembered, behind a mutex.
package struct Console: Sendable {
    package var isTerminal: Bool
    private var sink: @Sendable (String) throws -> Void
    private let memory = Memory()

    private final class Memory: Sendable {
        let failure = Mutex<String?>(nil)
    }

    package init(isTerminal: Bool, sink: @escaping @Sendable (String) throws -> Void) {
        self.isTerminal = isTerminal
        self.sink = sink
    }

    /// Why the first write that failed did, such as `No space left on device`.
    package var failure: String? { memory.failure.withLock { $0 } }

    package func write(_ text: String) {
        guard failure == nil else { return }
        do {
            try sink(text)
        } catch {
            memory.failure.withLock { $0 = $0 ?? "\(error)" }
        }
    }

    package func line(_ text: String = "") { write(text + "\n") }

    /// Writes what only informs: nothing hangs on whether it arrives.
    package func remark(_ text: String) { try? sink(text + "\n") }

    /// The same console with something done around each write; what is remembered of a failure is shared.
    package func wrapped(_ around: @escaping @Sendable (_ text: String, _ write: () throws -> Void) throws -> Void) -> Console {
        var result = self
        result.sink = { [sink] text in try around(text) { try sink(text) } }
        return result
    }

    static let standardOutput = Console(.output)
    static let standardError = Console(.errors)

    private init(_ stream: StandardStream) {
        self.init(isTerminal: stream.isTerminal) { text in
            if let failure = stream.write(Array(text.utf8)).failure { throw failure }
        }
    }
}
