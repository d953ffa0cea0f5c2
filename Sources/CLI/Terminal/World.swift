import Files
import Foundation
import IntegrationRuntime
package import Values

/// What a command can see and touch besides the state: given to `run(in:)`, so that tests can give another one.
package struct World: Sendable {
    package var environment: [String: String]
    /// Results.
    package var output: Console
    /// Diagnostics, progress and questions.
    package var errors: Console
    /// One line of standard input without its end; nil at the end of the input.
    package var readLine: @Sendable () -> String?
    /// The bytes of standard input, for the path `-`; where it holds more than so many, one more than that.
    package var readInput: @Sendable (_ limit: Int) throws(CommandError) -> [UInt8]
    package var isInputTerminal: Bool
    package var now: @Sendable () -> Timestamp

    package init(
        environment: [String: String], output: Console, errors: Console,
        readLine: @escaping @Sendable () -> String?, readInput: @escaping @Sendable (_ limit: Int) throws(CommandError) -> [UInt8],
        isInputTerminal: Bool,
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
            readInput: readStandardInput,
            isInputTerminal: isatty(STDIN_FILENO) == 1,
            now: { Timestamp.now })
    }

    private static func readStandardInput(limit: Int) throws(CommandError) -> [UInt8] {
        do throws(FileError) {
            return try StandardStream.readInput(limit: limit)
        } catch {
            throw CommandError(.failure, "standard input cannot be read: \(error)")
        }
    }

    /// A variable that is set and not empty.
    package func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension World {
    /// Throws where a part of the result could not be written: once it cannot be, the command must not go on as if it were.
    ///
    /// - Parameter outcome: what the command has done, or not done, all the same.
    package func requireWritten(_ outcome: String) throws(CommandError) {
        guard let failure = output.failure else { return }
        throw CommandError(.failure, "standard output cannot be written (\(failure)): \(outcome)")
    }

    /// Says that standard output could not be written, where that is so, and returns whether it is.
    func reportsOutputFailure() -> Bool {
        guard let failure = output.failure else { return false }
        errors.line("error: standard output cannot be written: \(failure)")
        return true
    }

    /// Whether to colour what goes to that console (https://no-color.org).
    package func colours(_ console: Console) -> Bool {
        console.isTerminal && variable("NO_COLOR") == nil && variable("TERM") != "dumb"
    }
}
