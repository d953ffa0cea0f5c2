import Foundation
import IntegrationRuntime
package import Spec

/// What a command can see and touch besides the state: given to `run(in:)`, so that tests can give another one.
package struct World: Sendable {
    package var environment: [String: String]
    /// Results.
    package var output: Console
    /// Diagnostics, progress and questions.
    package var errors: Console
    /// One line of standard input without its end; nil at the end of the input.
    package var readLine: @Sendable () -> String?
    /// All of standard input, for the path `-`.
    package var readInput: @Sendable () -> String
    package var isInputTerminal: Bool
    package var now: @Sendable () -> Timestamp

    package init(
        environment: [String: String], output: Console, errors: Console,
        readLine: @escaping @Sendable () -> String?, readInput: @escaping @Sendable () -> String, isInputTerminal: Bool,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.environment = environment
        self.output = output
        self.errors = errors
        self.readLine = readLine
        self.readInput = readInput
        self.isInputTerminal = isInputTerminal
        self.now = now
    }

    /// The process's own.
    package static var process: World {
        World(
            environment: ProcessInfo.processInfo.environment,
            output: .standardOutput, errors: .standardError,
            readLine: { Swift.readLine() },
            readInput: { String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) },
            isInputTerminal: isatty(STDIN_FILENO) == 1,
            now: { Timestamp.now })
    }

    /// A variable that is set and not empty.
    package func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// One end of the terminal, a pipe, or a test's ear.
package struct Console: Sendable {
    package var isTerminal: Bool
    private let sink: @Sendable (String) -> Void

    package init(isTerminal: Bool, sink: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.sink = sink
    }

    package func write(_ text: String) { sink(text) }
    package func line(_ text: String = "") { sink(text + "\n") }

    static let standardOutput = Console(isTerminal: isatty(STDOUT_FILENO) == 1) { FileHandle.standardOutput.write(Data($0.utf8)) }
    static let standardError = Console(isTerminal: isatty(STDERR_FILENO) == 1) { FileHandle.standardError.write(Data($0.utf8)) }
}

extension World {
    /// Whether to colour what goes to that console (https://no-color.org).
    package func colours(_ console: Console) -> Bool {
        console.isTerminal && variable("NO_COLOR") == nil && variable("TERM") != "dumb"
    }
}
