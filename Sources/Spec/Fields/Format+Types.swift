import Values

/// Text that a rule allows.
struct TextFormat: Format {
    /// The problem with a text, or nil.
    let rule: @Sendable (String) -> String?
    let schema: JSON
    var blank: String { "" }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout String, by reader: inout R) -> Bool {
        guard let text = reader.text(source, name, rule) else { return false }
        value = text
        return true
    }

    func write<W: FieldWriter>(_ value: inout String, to writer: inout W) { writer.text(value) }
}

struct URLFormat: Format {
    let rules: URLRules
    var schema: JSON { FieldSchema.url }
    var blank: String { "" }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout String, by reader: inout R) -> Bool {
        guard let url = reader.url(source, name, rules) else { return false }
        value = url
        return true
    }

    func write<W: FieldWriter>(_ value: inout String, to writer: inout W) { writer.text(value) }
}

struct IntegerFormat: Format {
    let range: ClosedRange<Int>
    var schema: JSON { FieldSchema.integer(range) }
    var blank: Int { range.lowerBound }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Int, by reader: inout R) -> Bool {
        guard let integer = reader.integer(source, name, in: range) else { return false }
        value = integer
        return true
    }

    func write<W: FieldWriter>(_ value: inout Int, to writer: inout W) { writer.integer(value) }
}

struct NumberFormat: Format {
    let range: ClosedRange<Double>
    var schema: JSON { FieldSchema.number(range) }
    var blank: Double { range.lowerBound }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Double, by reader: inout R) -> Bool {
        guard let number = reader.number(source, name, in: range) else { return false }
        value = number
        return true
    }

    func write<W: FieldWriter>(_ value: inout Double, to writer: inout W) { writer.number(value) }
}

/// A span of time in the manifest's form, such as `30s`.
struct DurationFormat: Format {
    let range: ClosedRange<Duration>
    var schema: JSON { FieldSchema.duration }
    var blank: Duration { range.lowerBound }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Duration, by reader: inout R) -> Bool {
        guard let duration = reader.duration(source, name, in: range) else { return false }
        value = duration
        return true
    }

    func write<W: FieldWriter>(_ value: inout Duration, to writer: inout W) { writer.word(value.manifestText) }
}

/// One of a few words.
struct ChoiceFormat<Choice: RawRepresentable<String> & CaseIterable & Sendable & Equatable>: Format {
    let blank: Choice
    var schema: JSON { FieldSchema.choice(Choice.allCases.map(\.rawValue)) }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Choice, by reader: inout R) -> Bool {
        guard let choice = reader.choice(source, name, Choice.self) else { return false }
        value = choice
        return true
    }

    func write<W: FieldWriter>(_ value: inout Choice, to writer: inout W) { writer.word(value.rawValue) }
}

/// Texts that users choose, in their order and without repetitions.
struct ListFormat: Format {
    let rule: ListRule
    var schema: JSON { rule.isStarAlone ? ["anyOf": [["const": "*"], requestSchema]] : requestSchema }
    var requestSchema: JSON { FieldSchema.list(of: ["type": "string", "minLength": 1], atMost: rule.most, isEmptyAllowed: false) }
    var answerSchema: JSON { ["type": "array", "items": ["type": "string"]] }
    var blank: [String] { [] }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout [String], by reader: inout R) -> Bool {
        guard let list = reader.list(source, name, rule) else { return false }
        value = list
        return true
    }

    func write<W: FieldWriter>(_ value: inout [String], to writer: inout W) { writer.list(value) }
}

/// Values under names that users choose, some of them secrets.
struct MapFormat: Format {
    let rule: MapRule
    var schema: JSON { object(of: FieldSchema.textOrSecret) }
    var requestSchema: JSON { object(of: ["anyOf": [["type": "string", "minLength": 1], FieldSchema.shownSecret]]) }
    var answerSchema: JSON { object(of: ["anyOf": [["type": "string"], FieldSchema.shownSecret]]) }
    var secrecy: Secrecy { .inside }
    var blank: [NamedText] { [] }

    private func object(of values: JSON) -> JSON {
        ["type": "object", "maxProperties": .integer(rule.most), "additionalProperties": values]
    }

    func isAbsent(_ value: [NamedText]) -> Bool { value.isEmpty }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout [NamedText], by reader: inout R) -> Bool {
        reader.map(source, name, rule, into: &value)
    }

    func write<W: FieldWriter>(_ value: inout [NamedText], to writer: inout W) { writer.map(value) }
}

/// A secret: in a manifest a reference to it, over HTTP the value, which goes beside the spec.
struct SecretFormat: Format {
    let rule: SecretRule
    var schema: JSON { FieldSchema.secret }
    var requestSchema: JSON { rule.requestSchema }
    var secrecy: Secrecy { .whole }
    var blank: SecretSource? { nil }

    func isAbsent(_ value: SecretSource?) -> Bool { value == nil }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout SecretSource?, by reader: inout R) -> Bool {
        reader.secret(source, name, rule, into: &value)
    }

    func write<W: FieldWriter>(_ value: inout SecretSource?, to writer: inout W) {
        guard let source = value else { return writer.null() }
        writer.secret(source)
    }
}

/// An object with a table of its own.
struct ObjectFormat<Object: Tabled>: Format {
    var schema: JSON { Object.fields.manifestSchema }
    var requestSchema: JSON { Object.fields.requestSchema(of: .update) }
    var answerSchema: JSON { Object.fields.answerSchema }
    var secrecy: Secrecy { Object.fields.secretFields.isEmpty ? .none : .inside }
    var blank: Object { Object.fields.blank }

    func read<R: FieldReader>(_ source: R.Source, _ name: String, into value: inout Object, by reader: inout R) -> Bool {
        reader.object(source, name, into: &value)
    }

    func write<W: FieldWriter>(_ value: inout Object, to writer: inout W) { writer.object(&value) }
}

// MARK: as a table writes them

extension Format where Self == TextFormat {
    static var displayName: Self { TextFormat(rule: DisplayText.nameProblem, schema: FieldSchema.name) }
    static var description: Self { TextFormat(rule: DisplayText.descriptionProblem, schema: FieldSchema.description) }
}

extension Format where Self == URLFormat {
    static func url(_ rules: URLRules) -> Self { URLFormat(rules: rules) }
}

extension Format where Self == IntegerFormat {
    static func integer(_ range: ClosedRange<Int>) -> Self { IntegerFormat(range: range) }
}

extension Format where Self == NumberFormat {
    static func number(_ range: ClosedRange<Double>) -> Self { NumberFormat(range: range) }
}

extension Format where Self == DurationFormat {
    static func duration(_ range: ClosedRange<Duration>) -> Self { DurationFormat(range: range) }
}

extension Format where Self == ListFormat {
    static func list(_ rule: ListRule) -> Self { ListFormat(rule: rule) }
}

extension Format where Self == MapFormat {
    static func map(_ rule: MapRule) -> Self { MapFormat(rule: rule) }
}

extension Format where Self == SecretFormat {
    static func secret(_ rule: SecretRule) -> Self { SecretFormat(rule: rule) }
}

extension Format {
    static func choice<Choice>(_ blank: Choice) -> Self where Self == ChoiceFormat<Choice> { ChoiceFormat(blank: blank) }
    static func object<Object>() -> Self where Self == ObjectFormat<Object> { ObjectFormat() }
}
