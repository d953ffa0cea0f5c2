import Values

/// A recorded transcript, read back: which requests and commands it shows, and how they ended.
struct Transcript {
    struct Exchange {
        /// `transcripts/NOUN/CASE`, for messages.
        var place: String
        var method: String
        /// With variables in it, without the query.
        var path: String
        var status: Int
        var headers: [String: String]
        /// Nil for an answer without a body, and for one that is not JSON or was cut.
        var body: JSON?
    }

    struct Run {
        /// Without `reconcile`.
        var words: [String]
        var exit: Int
    }

    private(set) var exchanges: [Exchange] = []
    private(set) var runs: [Run] = []

    init(parsing text: String, place: String) {
        var blocks: [[Substring]] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if ["> ", "$ ", "< "].contains(where: line.hasPrefix) { blocks.append([]) }
            if !blocks.isEmpty { blocks[blocks.count - 1].append(line) }
        }
        for block in blocks {
            let words = block[0].split(separator: " ").map(String.init)
            if words[0] == "$", let exit = block.first(where: { $0.hasPrefix("exit ") }).flatMap({ Int($0.dropFirst(5)) }) {
                runs.append(Run(words: Array(words.drop { $0 != "reconcile" }.dropFirst()), exit: exit))
            } else if words[0] == ">", let mark = block.firstIndex(where: { $0.hasPrefix("HTTP ") }),
                let status = Int(block[mark].dropFirst(5))
            {
                let rest = block[(mark + 1)...]
                let headers = rest.prefix { !$0.isEmpty }.map { line in
                    let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
                    return (parts[0], parts.count > 1 ? parts[1] : "")
                }
                exchanges.append(
                    Exchange(
                        place: place, method: words[1], path: String(words[2].prefix { $0 != "?" }), status: status,
                        headers: Dictionary(headers) { "\($0), \($1)" },
                        body: try? JSON(parsing: rest.dropFirst(headers.count).joined(separator: "\n"))))
            }
        }
    }
}
