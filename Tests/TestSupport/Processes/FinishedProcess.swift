import Foundation
import Synchronization

/// A program that ran to its end while the caller's thread waited, for what a test needs before its first `await`.
package struct FinishedProcess: Sendable {
    private let name: String
    /// What the program returned; 128 + N where signal N ended it.
    package let code: Int32
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String

    /// Runs it from the root folder; past the deadline it is killed.
    ///
    /// - Parameters:
    ///   - executable: an absolute path.
    ///   - environment: all of it; nothing is inherited.
    ///   - input: standard input.
    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = "",
        within limit: Duration = .seconds(60)
    ) throws {
        let folder = TemporaryFolder("command")
        for file in ["output", "errors"] { try folder.write("", to: file) }
        guard let output = FileHandle(forWritingAtPath: folder.file("output")),
            let errors = FileHandle(forWritingAtPath: folder.file("errors")),
            let input = FileHandle(forReadingAtPath: try folder.write(input, to: "input"))
        else { throw EndToEndError("cannot write below \(folder.path)") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        let end = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in end.signal() }
        defer { for handle in [input, output, errors] { try? handle.close() } }
        try process.run()
        if end.wait(timeout: .now() + .seconds(Int(limit.components.seconds))) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            end.wait()
        }
        name = ([URL(fileURLWithPath: executable).lastPathComponent] + arguments).joined(separator: " ")
        code = process.terminationStatus + (process.terminationReason == .uncaughtSignal ? 128 : 0)
        self.output = try String(contentsOfFile: folder.file("output"), encoding: .utf8)
        self.errors = try String(contentsOfFile: folder.file("errors"), encoding: .utf8)
    }

    /// What it wrote; throws with what it had to say where it failed.
    @discardableResult
    package func succeeded() throws -> String {
        guard code == 0 else { throw EndToEndError("`\(name)` ended with \(code)\n\(errors)\(output)") }
        return output
    }
}
