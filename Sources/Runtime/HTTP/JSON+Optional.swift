package import Values

/// What is absent is null in an answer, so that every answer has the same members.
extension JSON {
    package static func text(_ value: String?) -> JSON { value.map(JSON.string) ?? JSON.null }
    package static func whole(_ value: Int?) -> JSON { value.map { .integer($0) } ?? JSON.null }
    package static func time(_ value: Timestamp?) -> JSON { value.map { .string($0.description) } ?? JSON.null }
}
