/// What people read: display names and descriptions.
package enum DisplayText {
    /// Characters (Unicode scalars, as JSON Schema counts) of a display name.
    package static let nameLimit = 200
    /// Characters of a description.
    package static let descriptionLimit = 1000

    /// What is wrong with a display name, with the remedy; nil for one that is fine.
    package static func nameProblem(_ text: String) -> String? {
        problem(text, limit: nameLimit, allowsLines: false)
    }

    /// What is wrong with a description, which may have several lines.
    package static func descriptionProblem(_ text: String) -> String? {
        problem(text, limit: descriptionLimit, allowsLines: true)
    }

    private static func problem(_ text: String, limit: Int, allowsLines: Bool) -> String? {
        var hasContent = false
        var isASCII = true
        let bytes = text.utf8.span
        for position in bytes.indices {
            switch bytes[position] {
            case UInt8(ascii: " "): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\t"): if !allowsLines { return "must be one line without tabs" }
            case 0x00..<0x20, 0x7F: return "must not have control characters"
            case 0x80...: (hasContent, isASCII) = (true, false)
            default: hasContent = true
            }
        }
        guard hasContent else { return "must not be empty" }
        if text.utf8.count > limit, isASCII || text.unicodeScalars.count > limit { return "must have at most \(limit) characters" }
        if !isASCII, text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }) {
            return "must not have control characters"
        }
        return nil
    }
}
