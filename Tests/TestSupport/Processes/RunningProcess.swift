import Foundation
import Synchronization

/// A program that a test started and ends: what it writes goes to files, so that no pipe can fill up and stall it.
///
/// Concurrency: callable from anywhere. The exit is noted by Foundation's own thread, behind a mutex.
package final class RunningProcess: Sendable {
    /// How it ended.
    package struct Exit: Sendable, Equatable {
        /// What the program returned; 128 + N where signal N ended it, as shells say.
        package var code: Int32

        package init(code: Int32) { self.code = code }
    }

    private struct State {
        var exit: Exit?
        var waiters: [CheckedContinuation<Exit, Never>] = []
    }

    private let state = Mutex(State())
    private let folder = TemporaryFolder("process")
    private let name: String
    package let pid: Int32

    /// Starts at once.
    ///
    /// - Parameters:
    ///   - executable: an absolute path.
    ///   - environment: all of it; nothing is inherited.
    ///   - folder: the working folder; the test's own where nil.
    ///   - input: standard input; an empty one where nil, so never a terminal.
    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], folder workingFolder: String? = nil,
        input: String? = nil
    ) throws {
        name = ([URL(fileURLWithPath: executable).lastPathComponent] + arguments).joined(separator: " ")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = environment
        if let workingFolder { process.currentDirectoryURL = URL(fileURLWithPath: workingFolder) }
        try folder.write("", to: "output")
        try folder.write("", to: "errors")
        guard let output = FileHandle(forWritingAtPath: folder.file("output")),
            let errors = FileHandle(forWritingAtPath: folder.file("errors"))
        else { throw EndToEndError("cannot write below \(folder.path)") }
        process.standardOutput = output
        process.standardError = errors
        var file: FileHandle?
        if let input { file = FileHandle(forReadingAtPath: try folder.write(input, to: "input")) }
        process.standardInput = file ?? FileHandle.nullDevice
        // Foundation keeps them, and with them thousands of open files in a run of all tests; the program has its own.
        defer { for handle in [output, errors, file].compactMap({ $0 }) { try? handle.close() } }
        let ended = Mutex<(@Sendable (Exit) -> Void)?>(nil)
        let early = Mutex<Exit?>(nil)
        process.terminationHandler = { process in
            let code = process.terminationStatus
            let exit = Exit(code: process.terminationReason == .uncaughtSignal ? 128 + code : code)
            let note = ended.withLock { note in
                if note == nil { early.withLock { $0 = exit } }
                return note
            }
            note?(exit)
        }
        try process.run()
        pid = process.processIdentifier
        let missed = ended.withLock { note in
            note = { [weak self] exit in self?.note(exit) }
            return early.withLock { $0 }
        }
        if let missed { note(missed) }
    }

    deinit {
        if exit == nil { kill(pid, SIGKILL) }
    }

    /// All that it has written to standard output so far.
    package var output: String { read("output") }
    /// All that it has written to standard error so far.
    package var errors: String { read("errors") }
    /// Standard output and standard error as bytes.
    package var everything: [UInt8] {
        ["output", "errors"].flatMap { Array(FileManager.default.contents(atPath: folder.file($0)) ?? Data()) }
    }
    /// Nil while it runs.
    package var exit: Exit? { state.withLock { $0.exit } }

    /// Sends a signal, such as `SIGTERM`; nothing happens where it has ended.
    package func signal(_ number: Int32) {
        if exit == nil { kill(pid, number) }
    }

    /// Ends it as a power cut would, and returns once it is gone.
    package func killNow() async throws {
        signal(SIGKILL)
        _ = try await ended(within: .seconds(10))
    }

    /// Asks for an orderly end, and returns once it is gone.
    package func stop() async throws {
        signal(SIGTERM)
        _ = try await ended(within: .seconds(10))
    }

    /// Waits for the end; past the deadline it is killed and the wait fails with what it had to say.
    @discardableResult
    package func ended(within limit: Duration = .seconds(30)) async throws -> Exit {
        let watchdog = Task {
            try await Task.sleep(for: limit)
            self.signal(SIGKILL)
            return true
        }
        let exit = await withCheckedContinuation { continuation in
            let known = state.withLock { state in
                if state.exit == nil { state.waiters.append(continuation) }
                return state.exit
            }
            if let known { continuation.resume(returning: known) }
        }
        watchdog.cancel()
        if case .success(true) = await watchdog.result {
            throw EndToEndError("`\(name)` did not end within \(limit)\n\(said)")
        }
        return exit
    }

    /// The first line of either output that contains the text; fails at the deadline, or at once where the process ends without it.
    @discardableResult
    package func line(containing text: String, within limit: Duration = .seconds(10)) async throws -> String {
        try await eventually("a line with `\(text)` from `\(name)`", within: limit) {
            let hasEnded = self.exit != nil
            for line in (self.output + "\n" + self.errors).split(separator: "\n") where line.contains(text) { return String(line) }
            if hasEnded { throw EndToEndError("`\(self.name)` ended without a line with `\(text)`\n\(self.said)") }
            return nil
        }
    }

    /// Both outputs, for the message of a failure.
    package var said: String { "--- standard output\n\(output.suffix(4_000))\n--- standard error\n\(errors.suffix(4_000))" }

    private func note(_ exit: Exit) {
        let waiters = state.withLock { state in
            state.exit = exit
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: exit) }
    }

    private func read(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: folder.file(file)) ?? Data(), as: UTF8.self)
    }
}
