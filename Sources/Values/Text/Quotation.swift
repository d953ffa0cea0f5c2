/// A text from a manifest as it may stand in a message: in backticks, short, and without what steers a terminal.
package func quoted(_ text: String) -> String {
    let limit = 80
    var shown = ""
    for scalar in text.unicodeScalars.prefix(limit) { shown.unicodeScalars.append(scalar.isPrintable ? scalar : "\u{FFFD}") }
    return "`\(shown)\(text.unicodeScalars.count > limit ? "…" : "")`"
}

extension Unicode.Scalar {
    /// Neither a control character nor one that reorders or hides what stands around it.
    package var isPrintable: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        switch properties.generalCategory {
        case .control, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: return false
        // Joiners belong to words and emoji; the other format characters change direction or are invisible.
        case .format: return value == 0x200C || value == 0x200D
        default: return true
        }
    }
}
