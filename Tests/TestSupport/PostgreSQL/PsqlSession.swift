import Foundation

/// A `psql` that goes on from one question to the next, so that thousands of them start one program.
///
/// Concurrency: used by one thread at a time; a question blocks its thread.
struct PsqlSession: Sendable {
    private let input: FileHandle
    private let output: FileHandle
    /// The database that it is connected to between two questions: one that nobody copies or drops.
    private let home: String

    /// - Parameter command: `psql` with its options, which reads from standard input and ends at the first failure.
    init(_ command: [String], home: String) throws {
        let (questions, answers) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Each line is written as it comes; what went wrong stands where the answer would.
        process.arguments = ["-c", "exec stdbuf -oL \"$@\" 2>&1", "sh"] + command
        process.environment = ServerUser.environment
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        (process.standardInput, process.standardOutput) = (questions, answers)
        (input, output) = (questions.fileHandleForWriting, answers.fileHandleForReading)
        for handle in [input, output] where fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) != 0 {
            throw EndToEndError("a pipe cannot be kept from children")
        }
        try process.run()
        try questions.fileHandleForReading.close()
        try answers.fileHandleForWriting.close()
        self.home = home
    }

    /// The answer without its last line break, or what went wrong, after which the session is over.
    func ask(_ sql: String, database: String) throws -> String {
        let mark = "end-of-answer-\(UUID().uuidString)"
        let (there, back) = database == home ? ("", "") : ("\\connect \(database)\n", "\\connect \(home)\n")
        try input.write(contentsOf: Data("\(there)\(sql)\n;\n\(back)\\echo \(mark)\n".utf8))
        var answer = Data()
        let end = Data("\(mark)\n".utf8)
        while !answer.suffix(end.count).elementsEqual(end) {
            let more = output.availableData
            guard !more.isEmpty else { throw EndToEndError("psql: \(String(decoding: answer, as: UTF8.self))") }
            answer += more
        }
        return String(decoding: answer.dropLast(end.count), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Lets it end.
    func close() {
        try? input.close()
        try? output.close()
    }
}
