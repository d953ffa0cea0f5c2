import Values

/// How the values of one type of field are read, written and described, in every medium alike.
///
/// A reader and a writer know the medium, a format the type, a `Field` where in the struct the value stands.
protocol Format<Value>: Sendable {
    associatedtype Value: Sendable, Equatable

    /// JSON Schema of the value in a manifest.
    var schema: JSON { get }
    /// In the body of a request; the manifest's where the two are the same.
    var requestSchema: JSON { get }
    /// In an answer; the request's where the two are the same.
    var answerSchema: JSON { get }
    var secrecy: Secrecy { get }
    /// What reading begins with where there was no value before.
    var blank: Value { get }
    /// Whether null in a body takes the value away; else null counts as left out.
    var takesNull: Bool { get }
    /// Whether nothing is written of the value.
    func isAbsent(_ value: Value) -> Bool
    /// Reads what was found; false where it was wrong, which the reader has then reported.
    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Value, by reader: inout R) -> Bool
    /// Writes a value that is there; `inout` so that nothing is copied out of its struct.
    func write<W: FieldWriter>(_ value: inout Value, to writer: inout W)
}

/// Whether a field is a secret.
enum Secrecy: Sendable {
    case none
    /// Some of what is in it can be.
    case inside
    case whole
}

extension Format {
    var requestSchema: JSON { schema }
    var answerSchema: JSON { requestSchema }
    var secrecy: Secrecy { .none }
    var takesNull: Bool { false }
    func isAbsent(_ value: Value) -> Bool { false }
}

/// A value that may be left out, of any format.
struct OptionalFormat<Wrapped: Format>: Format {
    let wrapped: Wrapped

    var schema: JSON { wrapped.schema }
    var requestSchema: JSON { wrapped.requestSchema.orNull }
    var answerSchema: JSON { wrapped.answerSchema.orNull }
    var secrecy: Secrecy { wrapped.secrecy }
    var takesNull: Bool { true }
    var blank: Wrapped.Value? { nil }

    func isAbsent(_ value: Wrapped.Value?) -> Bool { value == nil }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Wrapped.Value?, by reader: inout R) -> Bool {
        if reader.isNull(source) {
            value = nil
            return true
        }
        var read = value ?? wrapped.blank
        guard wrapped.read(source, name, into: &read, by: &reader) else { return false }
        value = read
        return true
    }

    func write<W: FieldWriter>(_ value: inout Wrapped.Value?, to writer: inout W) {
        guard var present = value else { return writer.null() }
        wrapped.write(&present, to: &writer)
    }
}

extension JSON {
    /// The schema that also takes null.
    fileprivate var orNull: JSON {
        if let type = self["type"]?.string { return setting(["type"], to: [.string(type), "null"]) }
        return ["anyOf": [self, ["type": "null"]]]
    }
}
