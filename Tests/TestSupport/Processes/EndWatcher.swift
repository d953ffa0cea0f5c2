import Foundation

/// Runs a shell command once this process is gone, `kill -9` included, or once the value is let go of.
///
/// The command waits behind a pipe whose writing end only this process has: the kernel closes it with the process. The shell is in a
/// session of its own, so that what ends the tests from a terminal does not end it.
package final class EndWatcher: Sendable {
    private let writingEnd: FileHandle

    /// - Parameters:
    ///   - command: for `sh`.
    ///   - arguments: what the command finds as `$1`, `$2` and so on.
    package init(_ command: String, _ arguments: [String] = []) throws {
        let pipe = Pipe()
        writingEnd = pipe.fileHandleForWriting
        // No program that is started meanwhile keeps the pipe open.
        guard fcntl(writingEnd.fileDescriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw EndToEndError("a pipe cannot be kept from children") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["sh", "-c", "trap '' HUP INT TERM; while read -r _; do :; done; \(command)", "sh"] + arguments
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try pipe.fileHandleForReading.close()
    }

    deinit {
        try? writingEnd.close()
    }
}
