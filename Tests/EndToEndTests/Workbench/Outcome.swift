import TestSupport
import Values

/// What a command that ended has left.
struct Outcome: Sendable {
    var code: Int32
    /// Standard output.
    var output: String
    /// Standard error.
    var errors: String
    /// Both, as bytes.
    var everything: [UInt8]

    /// Standard output as JSON.
    var json: JSON {
        get throws {
            do { return try JSON(parsing: output) } catch { throw EndToEndError("standard output is no JSON: \(error)\n\(output)") }
        }
    }

    var lastLine: String { output.split(separator: "\n").last.map(String.init) ?? "" }
    /// Both outputs, for the message of a failure.
    var said: String { "exit \(code)\n--- standard output\n\(output)\n--- standard error\n\(errors)" }
}
