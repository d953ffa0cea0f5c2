import ArgumentParser

/// How a result is written; exit codes do not depend on it.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
    case markdown
}

/// For commands whose result has no Markdown.
package enum DataFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json

    var output: OutputFormat { self == .json ? .json : .text }
}
