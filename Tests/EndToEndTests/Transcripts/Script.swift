import Foundation
import TestSupport

/// What a case of `Tests/Fixtures/transcripts` does, as its file `script` says; the README beside the cases has the language.
struct Script {
    enum Step {
        /// Writes a file into the working folder.
        case file(name: String, content: String)
        /// Starts the runtime.
        case serve(arguments: [String])
        /// Ends the runtime and records how it ended.
        case stop
        /// Fixes what the peer answers at a path from here on.
        case answer(path: String, status: Int, body: String)
        /// Waits until the peer has had that many requests, and records those that were not recorded before.
        case received(count: Int)
        /// Runs a command to its end; in the background where there is a text to wait for.
        case command(Command)
        /// Interrupts the command in the background and records how it ended.
        case end
        case request(Request)
        /// Names a part of the last answer or output.
        case capture(name: String, source: String)
        /// Asks until the answer has the text; not recorded.
        case until(Request, text: String)
    }

    struct Command {
        /// As it is shown, without its input.
        var line: String
        var environment: [String: String]
        /// Without `reconcile`.
        var arguments: [String]
        var input: String?
        var readyText: String?
    }

    struct Request {
        /// As it is shown, with its headers and body.
        var lines: [String]
        var method: String
        /// With variables in it.
        var path: String
        var caller: String?
        var headers: [(name: String, value: String)]
        var body: String?
    }

    let steps: [Step]

    init(parsing text: String) throws {
        var steps: [Step] = []
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        while let line = lines.popFirst() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            var block: [String] = []
            while let next = lines.first, next.hasPrefix("    ") || (next.isEmpty && lines.dropFirst().first?.hasPrefix("    ") == true) {
                block.append(String(next.dropFirst(4)))
                lines.removeFirst()
            }
            steps.append(try Self.step(line, block))
        }
        self.steps = steps
    }

    private static func step(_ line: String, _ block: [String]) throws -> Step {
        let words = try words(line)
        func word(_ index: Int) throws -> String {
            guard words.indices.contains(index) else { throw EndToEndError("too short: `\(line)`") }
            return words[index]
        }
        switch try word(0) {
        case "file": return .file(name: try word(1), content: block.joined(separator: "\n") + "\n")
        case "serve": return .serve(arguments: Array(words.dropFirst()))
        case "stop": return .stop
        case "end": return .end
        case "answer":
            guard let status = Int(try word(2)) else { throw EndToEndError("no status: `\(line)`") }
            return .answer(path: try word(1), status: status, body: block.joined(separator: "\n"))
        case "received":
            guard let count = Int(try word(1)) else { throw EndToEndError("no number: `\(line)`") }
            return .received(count: count)
        case "$": return .command(try command(line, Array(words.dropFirst()), block))
        case ">": return .request(try request(line, Array(words.dropFirst()), block))
        case "=": return .capture(name: try word(1), source: words.dropFirst(2).joined(separator: " "))
        case "until":
            guard let has = words.firstIndex(of: "has") else { throw EndToEndError("until needs `has TEXT`: `\(line)`") }
            return .until(try request(line, Array(words[1..<has]), []), text: words[(has + 1)...].joined(separator: " "))
        default: throw EndToEndError("no step: `\(line)`")
        }
    }

    private static func command(_ line: String, _ words: [String], _ block: [String]) throws -> Command {
        var words = words[...]
        var environment: [String: String] = [:]
        while let first = words.first, let equals = first.firstIndex(of: "="), first != "reconcile" {
            environment[String(first[..<equals])] = String(first[first.index(after: equals)...])
            words.removeFirst()
        }
        guard words.popFirst() == "reconcile" else { throw EndToEndError("a command is `$ [NAME=VALUE…] reconcile …`: `\(line)`") }
        var ready: String?
        if let mark = words.firstIndex(of: "&") {
            ready = words[(mark + 1)...].joined(separator: " ")
            words = words[..<mark]
        }
        return Command(
            line: line, environment: environment, arguments: Array(words),
            input: block.isEmpty ? nil : block.joined(separator: "\n") + "\n",
            readyText: ready)
    }

    private static func request(_ line: String, _ words: [String], _ block: [String]) throws -> Request {
        guard words.count >= 2 else { throw EndToEndError("a request is `> METHOD PATH [as CALLER]`: `\(line)`") }
        let headerLines = block.prefix { $0.firstMatch(of: #/^[A-Za-z-]+: /#) != nil }
        let headers = headerLines.map { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
        }
        let body = block.dropFirst(headers.count)
        return Request(
            lines: [line] + block.map { "    \($0)" }, method: words[0], path: words[1],
            caller: words.count > 3 && words[2] == "as" ? words[3] : nil, headers: headers,
            body: body.isEmpty ? nil : body.joined(separator: "\n"))
    }

    /// Splits as a shell does: at spaces, but for those within single or double quotes.
    private static func words(_ line: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let whole = word { words.append(whole) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw EndToEndError("an open quote: `\(line)`") }
        if let whole = word { words.append(whole) }
        return words
    }
}
