import Values

/// The table of all fields of a kind of object, said once: how a manifest, a body and the state are read, what is written of it, what its
/// schemas say, and which of its fields are secrets, are functions of it.
///
/// A field is two things: a property of the struct with its default, and an entry here.
package final class Fields<Root: Tabled>: Sendable {
    /// What has these fields, as in "a webhook has no field `x`".
    let subject: String
    /// What reading begins with: every field at its default.
    package let blank: Root
    let all: [Field<Root>]
    let checks: [Check<Root>]
    /// The names, in the order of `all`.
    let names: NameTable
    /// The spec's own fields in code point order of their names, as canonical text has them.
    let sorted: [Field<Root>]
    /// Those that are secrets, then those that have some in them.
    let secretFields: [Field<Root>]
    /// Which a manifest must have.
    let required: FieldSet

    /// - Parameters:
    ///   - blank: every field at its default.
    ///   - fields: at most 64.
    ///   - checks: what several fields must be together.
    init(of subject: String, blank: Root, _ fields: [Field<Root>], checks: [Check<Root>] = []) {
        self.subject = subject
        self.blank = blank
        self.checks = checks
        all = fields
        names = NameTable(fields.map(\.key.name))
        sorted = fields.filter { $0.path != nil }.sorted { $0.key.name.precedes($1.key.name) }
        secretFields = fields.filter { $0.secrecy == .whole } + fields.filter { $0.secrecy == .inside }
        required = FieldSet(fields.indices.filter { fields[$0].presence == .required }.map { FieldSet(position: $0) })
    }

    /// The field of a property.
    package func set(of path: PartialKeyPath<Root>) -> FieldSet {
        FieldSet(all.indices.filter { (all[$0].path as PartialKeyPath<Root>?) == path }.map { FieldSet(position: $0) })
    }
}

/// What has a table of its fields.
package protocol Tabled: Sendable, Equatable {
    static var fields: Fields<Self> { get }
}

/// A rule about several fields.
struct Check<Root: Sendable>: Sendable {
    /// The field that a request is told of; a manifest is told at the whole object.
    let field: String
    let problem: @Sendable (Root) -> String?

    init(of field: String, _ problem: @escaping @Sendable (Root) -> String?) {
        self.field = field
        self.problem = problem
    }
}
