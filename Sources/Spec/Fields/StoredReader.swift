package import Values

/// Reads back what `Tabled.json` wrote, and trusts it: text was held to its rules when it came in, and a number beyond a range that was
/// narrowed since is still what stands in the state.
struct StoredReader: FieldReader {
    func isNull(_ source: JSON) -> Bool {
        if case .null = source { true } else { false }
    }

    func text(_ source: JSON, _ name: String, _ problem: (String) -> String?) -> String? { source.string }
    func url(_ source: JSON, _ name: String, _ rules: URLRules) -> String? { source.string }
    func integer(_ source: JSON, _ name: String, in range: ClosedRange<Int>) -> Int? { source.integer }
    func number(_ source: JSON, _ name: String, in range: ClosedRange<Double>) -> Double? { source.number }
    func duration(_ source: JSON, _ name: String, in range: ClosedRange<Duration>) -> Duration? { source.duration }
    func list(_ source: JSON, _ name: String, _ rule: ListRule) -> [String]? { source.strings }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ source: JSON, _ name: String, _ type: Choice.Type) -> Choice? {
        source.string.flatMap { Choice(rawValue: $0) }
    }

    func map(_ source: JSON, _ name: String, _ rule: MapRule, into value: inout [NamedText]) -> Bool {
        guard case .object(let object) = source else { return false }
        for member in object.members {
            guard let text = TextOrSecret(json: member.value) else { return false }
            value.append(NamedText(name: member.key, value: text))
        }
        return true
    }

    func secret(_ source: JSON, _ name: String, _ rule: SecretRule, into value: inout SecretSource?) -> Bool {
        value = SecretSource(json: source)
        return value != nil
    }

    mutating func object<Object: Tabled>(_ source: JSON, _ name: String, into value: inout Object) -> Bool {
        guard case .object(let object) = source else { return false }
        return read(object, into: &value)
    }

    /// Canonical text has the members in the order of `sorted`, so each is mostly the next one.
    mutating func read<Root: Tabled>(_ object: JSONObject, into root: inout Root) -> Bool {
        var position = 0
        for field in Root.fields.sorted {
            guard let value = object.value(of: field.key.name, after: &position) else {
                // A field that is younger than the state has its default.
                guard field.presence == .optional else { return false }
                continue
            }
            guard field.readStored(value, &self, &root) else { return false }
        }
        return true
    }
}

extension Tabled {
    /// Reads back what `json` or `canonicalText` wrote; nil for a state that no version of this program wrote.
    package init?(json: JSON) {
        guard case .object(let object) = json else { return nil }
        var root = Self.fields.blank
        var reader = StoredReader()
        guard reader.read(object, into: &root) else { return nil }
        self = root
    }
}
