import Synchronization

/// What a terminal shows while a command takes long: its name and for how many seconds it has run, from the second one on.
///
/// The line is taken away before anything else is written, and does not come while a question stands open.
///
/// Concurrency: the ticking task and the command's consoles write under one mutex.
package final class ProgressLine: Sendable {
    /// How long a command may take without a word.
    package static let patience: Duration = .seconds(2)

    private let name: String
    private let terminal: Console
    private let state = Mutex(State())

    private struct State {
        /// Characters of the line that stands there.
        var shown = 0
        /// Whether something stands before the cursor that is not ours.
        var isMidLine = false
    }

    /// - Parameter terminal: standard error.
    package init(of name: String, on terminal: Console) {
        self.name = name
        self.terminal = terminal
    }

    /// Counts seconds until it is cancelled, and takes the line away then.
    ///
    /// - Parameter sleep: waits; throws where it is cancelled.
    package func run(sleep: (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) async {
        var seconds = Self.patience.components.seconds
        do {
            try await sleep(Self.patience)
            while true {
                show("\(name): \(seconds) s …")
                try await sleep(.seconds(1))
                seconds += 1
            }
        } catch {
            interrupt {}
        }
    }

    /// The same world with consoles that take the line away before they write.
    package func interrupted(by world: World) -> World {
        var result = world
        result.output = guarded(world.output)
        result.errors = guarded(world.errors)
        result.readLine = { [self] in
            defer { state.withLock { $0.isMidLine = false } }
            return world.readLine()
        }
        return result
    }

    private func guarded(_ console: Console) -> Console {
        console.wrapped { [self] text, write in
            try interrupt(write)
            // What goes to a file does not move the terminal's cursor.
            if console.isTerminal, let last = text.utf8.last { state.withLock { $0.isMidLine = last != UInt8(ascii: "\n") } }
        }
    }

    private func show(_ text: String) {
        state.withLock { state in
            guard !state.isMidLine else { return }
            terminal.write("\r\(text)")
            state.shown = text.count
        }
    }

    private func interrupt(_ write: () throws -> Void) rethrows {
        try state.withLock { state in
            if state.shown > 0 { terminal.write("\r\(String(repeating: " ", count: state.shown))\r") }
            state.shown = 0
            try write()
        }
    }
}
