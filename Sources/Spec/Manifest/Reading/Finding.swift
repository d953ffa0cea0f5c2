/// What is wrong, where; becomes a `Diagnostic` when the whole file has been read.
struct Finding {
    var span: Span
    var summary: String
    var detail: String?
    /// Whether the text around it was not understood.
    var isSyntactic = false
}
