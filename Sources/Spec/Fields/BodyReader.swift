package import Values

/// Reads the body of a creation or an update, and gathers everything that is wrong with it.
///
/// A creation begins with the defaults, an update with the present value: what it leaves out stays, and objects within are patched likewise.
/// It knows no HTTP: who uses it makes an answer of `problems`.
package struct BodyReader: FieldReader {
    package struct Problem: Sendable, Equatable {
        /// The path of the field as in the body: `retryConfig.maxRetries`, `events.0`.
        package var field: String
        package var message: String
    }

    /// The first ones, as many as the limit says.
    package private(set) var problems: [Problem] = []
    /// Problems beyond those.
    package private(set) var moreProblems = 0
    /// Values of secrets that the body gives, by the path of the field: they go beside the spec, which says `stored`.
    package private(set) var secrets: [String: Secret] = [:]
    /// What a look into the state threw; the reading has then no meaning.
    package private(set) var failure: (any Error)?

    private let limit: Int
    private let isUpdate: Bool
    private let urlProblem: (String) -> String?
    private let referenceProblem: (ReferenceKind, String, Bool) throws -> String?
    /// The path of the object that is being read, with a full stop behind it.
    private var prefix = ""

    /// - Parameters:
    ///   - limit: how many problems are named.
    ///   - urlProblem: what is wrong with a URL beyond its form, such as an address that nothing may be sent to.
    ///   - referenceProblem: what is wrong with a name that the workspace must have, and which one was meant where that is asked for.
    package init(
        isUpdate: Bool, limit: Int, urlProblem: @escaping (String) -> String? = { _ in nil },
        referenceProblem: @escaping (_ kind: ReferenceKind, _ name: String, _ suggests: Bool) throws -> String?
    ) {
        self.isUpdate = isUpdate
        self.limit = limit
        self.urlProblem = urlProblem
        self.referenceProblem = referenceProblem
    }

    /// Reads the members that requests may have, and reports all others.
    ///
    /// - Returns: the fields that the body names rightly; null counts where it takes a value away.
    mutating func read<Root: Tabled>(_ object: JSONObject, into root: inout Root) -> FieldSet {
        let fields = Root.fields
        var named = FieldSet()
        for (position, field) in fields.all.enumerated() where field.audience.contains(.request) {
            guard let value = object[field.key.name], field.takesNull || !value.isNull else {
                if !isUpdate, field.presence != .optional { report(field.key.name, "is required") }
                continue
            }
            if field.readBody(value, &self, &root) { named.insert(FieldSet(position: position)) }
        }
        for check in fields.checks {
            if let problem = check.problem(root) { report(check.field, problem) }
        }
        reportUnknown(in: object, among: fields.all.filter { $0.audience.contains(.request) }.map(\.key.name))
        return named
    }

    private mutating func reportUnknown(in object: JSONObject, among known: [String]) {
        for member in object.members where !known.containsExactly(member.key) {
            // A body of unknown fields costs no more than the problems that are named.
            let nearest = problems.count < limit ? Nearest.match(for: member.key, among: known) : nil
            report(member.key, "is not a field of this request" + (nearest.map { ": did you mean `\($0)`?" } ?? ""))
        }
    }

    /// Records a problem, also one that only the caller can see.
    package mutating func report(_ name: String, _ message: String) {
        if problems.count < limit { problems.append(Problem(field: prefix + name, message: message)) } else { moreProblems += 1 }
    }

    /// PostgreSQL keeps no text with that character, so no state does.
    package static func nulProblem(_ text: String) -> String? {
        text.utf8.contains(0) ? "must not contain the character U+0000" : nil
    }

    private mutating func expect<Value>(_ value: Value?, _ name: String, _ expectation: @autoclosure () -> String) -> Value? {
        if value == nil { report(name, expectation()) }
        return value
    }

    // MARK: values of one type each

    func isNull(_ source: JSON) -> Bool { source.isNull }

    mutating func text(_ source: JSON, _ name: String, _ problem: (String) -> String?) -> String? {
        guard let text = expect(source.string, name, "must be a string") else { return nil }
        guard let problem = Self.nulProblem(text) ?? problem(text) else { return text }
        report(name, problem)
        return nil
    }

    mutating func url(_ source: JSON, _ name: String, _ rules: URLRules) -> String? {
        let urlProblem = urlProblem
        return text(source, name) { rules.problem($0)?.description ?? urlProblem($0) }
    }

    mutating func integer(_ source: JSON, _ name: String, in range: ClosedRange<Int>) -> Int? {
        expect(
            source.integer.flatMap { range.contains($0) ? $0 : nil }, name,
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    mutating func number(_ source: JSON, _ name: String, in range: ClosedRange<Double>) -> Double? {
        expect(
            source.number.flatMap { range.contains($0) ? $0 : nil }, name,
            "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// One beyond the range is reported and read all the same, so that what it is not together with others is said too.
    mutating func duration(_ source: JSON, _ name: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let duration = expect(source.duration, name, "must be a duration such as 30s, 15m, 12h or 90d") else { return nil }
        if !range.contains(duration) {
            report(name, "must be from \(range.lowerBound.manifestText) to \(range.upperBound.manifestText)")
        }
        return duration
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ source: JSON, _ name: String, _ type: Choice.Type) -> Choice? {
        expect(
            source.string.flatMap { Choice(rawValue: $0) }, name,
            "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    mutating func list(_ source: JSON, _ name: String, _ rule: ListRule) -> [String]? {
        guard let values = expect(source.strings, name, "must be a list of strings") else { return nil }
        guard values.count <= rule.most else {
            report(name, "has more than \(rule.most) entries")
            return nil
        }
        var unknown = 0
        for (position, text) in values.enumerated() where failure == nil {
            if let problem = Self.nulProblem(text) {
                report("\(name).\(position)", problem)
            } else if text != "*", let problem = problem(of: rule.kind, text, suggests: unknown < Nearest.perList) {
                unknown += 1
                report("\(name).\(position)", problem)
            }
        }
        if values.isEmpty { report(name, "must name at least one \(rule.noun.name), or \"*\" for all") }
        if Set(values.map { ExactText($0) }).count < values.count { report(name, "names \(rule.noun.article) \(rule.noun.name) twice") }
        if rule.isStarAlone, values.count > 1, values.containsExactly("*") { report(name, "must be [\"*\"] alone, for all") }
        return values
    }

    private mutating func problem(of kind: ReferenceKind, _ name: String, suggests: Bool) -> String? {
        do {
            return try referenceProblem(kind, name, suggests)
        } catch {
            failure = error
            return nil
        }
    }

    mutating func map(_ source: JSON, _ name: String, _ rule: MapRule, into value: inout [NamedText]) -> Bool {
        guard let object = expect(source.object, name, "must be an object of names and values") else { return false }
        guard object.count <= rule.most else {
            report(name, "has more than \(rule.most) entries")
            return false
        }
        var entries: [NamedText] = []
        for (key, member) in object.members {
            let field = "\(name).\(key)"
            if let problem = rule.nameProblem(key) { report(field, problem) }
            if entries.contains(where: { $0.name.isCaselesslyEqual(to: key) }) { report(field, "stands twice, in another case") }
            if let text = member.string {
                if let problem = rule.valueProblem(text) { report(field, problem) }
                if rule.isSensitive(key) { secrets[prefix + field] = Secret(text) }
                entries.append(NamedText(name: key, value: rule.isSensitive(key) ? .secret(.stored) : .text(text)))
            } else if let kept = value.first(where: { $0.name.isExactly(key) }), kept.value.json == member {
                // A secret as the API shows it: it stays as it is.
                entries.append(kept)
            } else {
                report(field, "must be a string")
            }
        }
        value = entries
        return true
    }

    mutating func secret(_ source: JSON, _ name: String, _ rule: SecretRule, into value: inout SecretSource?) -> Bool {
        guard let text = text(source, name, { rule.problem(Secret($0)) }) else { return false }
        secrets[prefix + name] = Secret(text)
        // What stands there now is no longer what a manifest's reference leads to, which is drift.
        if value != nil || !rule.isGenerated { value = .stored }
        return true
    }

    mutating func object<Object: Tabled>(_ source: JSON, _ name: String, into value: inout Object) -> Bool {
        guard let object = expect(source.object, name, "must be an object") else { return false }
        let outer = prefix
        prefix += name + "."
        _ = read(object, into: &value)
        prefix = outer
        return true
    }
}
