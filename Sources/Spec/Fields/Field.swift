import Values
import YAML

/// One entry of a table: a field's name, prose, rule and place in the struct.
///
/// A class, for an array of structs with so many closures would copy them all at each look. The format's and the property's types end here:
/// each closure is made where both are known, and reads and writes in place, since a key path that is read copies by way of generic metadata.
final class Field<Root: Sendable>: Sendable {
    let key: FieldKey
    let presence: Presence
    let audience: Audience
    /// Prose, with `{default}` for the default: in a manifest, and in requests and answers.
    let summary: String
    let summaryOverHTTP: String
    /// The property; nil for a field that is not the spec's own.
    let path: (any PartialKeyPath<Root> & Sendable)?
    let takesNull: Bool
    let secrecy: Secrecy
    let schema: @Sendable (Audience) -> JSON

    let readNode: @Sendable (Node, inout DocumentDecoder, inout Root) -> Bool
    let readBody: @Sendable (JSON, inout BodyReader, inout Root) -> Bool
    let readStored: @Sendable (JSON, inout StoredReader, inout Root) -> Bool
    let writeCanonical: @Sendable (inout Root, inout CanonicalWriter) -> Void
    let writeJSON: @Sendable (inout Root, inout JSONFieldWriter) -> Void
    let writeSecrets: @Sendable (inout Root, inout SecretListWriter) -> Void
    /// The second value is the blank one, whose like a manifest need not say.
    let writeYAML: @Sendable (inout Root, inout Root, inout YAMLFieldWriter) -> Void

    /// - Parameters:
    ///   - summary: prose of a manifest, in which `{default}` stands for the default.
    ///   - overHTTP: prose of requests and answers where it differs.
    @inline(__always)
    init<F: Format>(
        _ name: String, _ path: any WritableKeyPath<Root, F.Value> & Sendable, _ format: F, _ summary: String, overHTTP: String? = nil,
        _ presence: Presence = .optional, for audience: Audience = .all
    ) {
        let key = FieldKey(name)
        self.key = key
        self.presence = presence
        self.audience = audience
        self.summary = summary
        self.path = path
        summaryOverHTTP = overHTTP ?? summary
        takesNull = format.takesNull
        secrecy = format.secrecy
        schema = { audience in
            audience == .manifest ? format.schema : audience == .request ? format.requestSchema : format.answerSchema
        }
        readNode = { source, reader, root in format.read(source, key.name, into: &root[keyPath: path], by: &reader) }
        readBody = { source, reader, root in format.read(source, key.name, into: &root[keyPath: path], by: &reader) }
        readStored = { source, reader, root in format.read(source, key.name, into: &root[keyPath: path], by: &reader) }
        writeCanonical = { root, writer in put(&root[keyPath: path], key, format, to: &writer) }
        writeJSON = { root, writer in put(&root[keyPath: path], key, format, to: &writer) }
        writeSecrets = { root, writer in put(&root[keyPath: path], key, format, to: &writer) }
        writeYAML = { root, blank, writer in
            putUnlessUsual(&root[keyPath: path], blank[keyPath: path], presence, key, format, to: &writer)
        }
    }

    /// The same of a property that may be nil.
    @inline(__always)
    convenience init<F: Format>(
        _ name: String, _ path: any WritableKeyPath<Root, F.Value?> & Sendable, _ format: F, _ summary: String, overHTTP: String? = nil,
        _ presence: Presence = .optional, for audience: Audience = .all
    ) {
        self.init(name, path, OptionalFormat(wrapped: format), summary, overHTTP: overHTTP, presence, for: audience)
    }

    /// A field of every kind that a manifest declares, whose value is kept beside the spec.
    private init(lifecycle key: FieldKey) {
        self.key = key
        presence = .optional
        audience = .manifest
        summary = "How changes to this are treated."
        summaryOverHTTP = summary
        path = nil
        takesNull = false
        secrecy = .none
        schema = { _ in LifecycleField.objectSchema }
        readNode = { node, decoder, _ in
            decoder.preventDestroy = decoder.lifecycle(node)
            return true
        }
        readBody = { _, _, _ in false }
        readStored = { _, _, _ in true }
        writeCanonical = { _, _ in }
        writeJSON = { _, _ in }
        writeSecrets = { _, _ in }
        writeYAML = { _, _, _ in }
    }

    static var lifecycle: Field { Field(lifecycle: FieldKey("lifecycle")) }
}

/// Whether a field must be there.
enum Presence: Sendable {
    case optional
    case required
    /// A manifest that leaves it out takes it from the resource's stable name.
    case requiredInRequests
}

/// Who meets a field.
struct Audience: OptionSet, Sendable {
    let rawValue: UInt8

    static let manifest = Audience(rawValue: 1)
    static let request = Audience(rawValue: 2)
    static let answer = Audience(rawValue: 4)
    static let all: Audience = [.manifest, .request, .answer]
}

@inline(__always)
private func put<F: Format, W: FieldWriter>(_ value: inout F.Value, _ key: FieldKey, _ format: F, to writer: inout W) {
    guard writer.writesAbsent || !format.isAbsent(value) else { return }
    writer.key(key)
    format.write(&value, to: &writer)
}

@inline(__always)
private func putUnlessUsual<F: Format>(
    _ value: inout F.Value, _ usual: F.Value, _ presence: Presence, _ key: FieldKey, _ format: F, to writer: inout YAMLFieldWriter
) {
    guard presence != .optional || value != usual else { return }
    put(&value, key, format, to: &writer)
}
