import Values
import YAML

/// Values of one type each: every function reports what is wrong and then gives nil.
extension DocumentDecoder {
    mutating func report(_ node: Node, _ summary: String, _ detail: String? = nil) {
        findings.append(Finding(span: Span(node), summary: summary, detail: detail))
    }

    mutating func hide(_ node: Node) { hide(Span(node), of: node) }

    /// A block collection is hidden down to its end, not only in its first line.
    private mutating func hide(_ span: Span, of node: Node) {
        secrets.append(node.kind == .scalar ? span : Span(start: node.start, end: node.end))
    }

    /// The field that a member's key names; reports any other key.
    mutating func field<Field: ManifestField>(_ member: (key: Node, value: Node), _ type: Field.Type) -> Field? {
        if let field = Field.names.field(member.key) { return field }
        let isDocument = Field.self == DocumentField.self
        reportUnknown(member, of: Field.subject, isDocument: isDocument, known: { Field.allCases.map(\.rawValue) })
        return nil
    }

    /// Reports a member whose key is none of the names that are known.
    mutating func reportUnknown(
        _ member: (key: Node, value: Node), of subject: String, isDocument: Bool = false, known: () -> [String]
    ) {
        guard !isMergeKey(member.key) else { return }
        let name = member.key.text
        if member.key.kind != .scalar {
            report(member.key, "the name of a field must be text, not \(member.key.described)")
            hide(member.value)
            return
        }
        if SecretRules.looksSecret(name) { hide(member.value) }
        guard !findings.isFull else {
            findings.omit()
            return
        }
        if isDocument, isFieldOfResource(member.key) {
            report(member.key, "`\(name)` is no field of a manifest, but of what one declares", "indent it as deep as the other fields")
            return
        }
        let known = known()
        report(
            member.key, "\(subject) has no field \(quoted(name))",
            Nearest.remedy(for: name, among: known, otherwise: "it has \(known.map { "`\($0)`" }.joined(separator: ", "))"))
    }

    private func isFieldOfResource(_ key: Node) -> Bool {
        key.position(in: WebhookSpec.fields.names) != nil || IntegrationField.names.field(key) != nil
            || KeyPolicyField.names.field(key) != nil
    }

    /// Reports YAML 1.1's `<<`, which YAML 1.2 no longer has.
    mutating func isMergeKey(_ key: Node) -> Bool {
        guard key.equals("<<"), key.style == .plain else { return false }
        report(key, "YAML 1.2 has no merge keys", "write the fields out, or repeat a whole value with an alias")
        return true
    }

    mutating func expect(_ node: Node, _ kind: Node.Kind, _ field: String) -> Bool {
        guard node.kind != kind else { return true }
        if node.kind == .scalar, node.scalar == .null {
            report(node, "`\(field)` has no value", "give it one, or leave the field out")
        } else {
            report(node, "`\(field)` must be \(kind == .mapping ? "a mapping" : "a list"), not \(node.described)")
        }
        return false
    }

    mutating func text(_ node: Node, _ field: String) -> String? {
        guard node.kind == .scalar else {
            report(node, "`\(field)` must be text, not \(node.described)")
            return nil
        }
        switch node.scalar {
        case .string: return node.text
        case .null: report(node, "`\(field)` has no value", "give it one, or leave the field out")
        case .bool, .integer, .float:
            report(node, "`\(field)` must be text, not \(node.described)", "put it in quotes: \"\(node.text)\"")
        case nil: report(node, "`\(field)` has a tag that is not known here", "leave the tag out")
        }
        return nil
    }

    /// Text that a rule allows.
    mutating func text(_ node: Node, _ field: String, _ problem: (String) -> String?) -> String? {
        guard let text = text(node, field) else { return nil }
        guard let problem = problem(text) else { return text }
        // A rule names the value itself, or says only what the value must be.
        report(node, problem.hasPrefix("must") ? "`\(field)` \(problem)" : problem)
        return nil
    }

    mutating func integer(_ node: Node, _ field: String, in range: ClosedRange<Int>) -> Int? {
        guard case .integer(let value) = node.scalar else {
            if case .float = node.scalar {
                report(node, "`\(field)` must be a whole number, without a fraction or exponent")
            } else {
                let isNumberInQuotes = node.kind == .scalar && Int(node.text) != nil
                report(node, "`\(field)` must be a whole number, not \(node.described)", isNumberInQuotes ? "take the quotes away" : nil)
            }
            return nil
        }
        guard range.contains(value) else {
            report(node, "`\(field)` must be \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    mutating func number(_ node: Node, _ field: String, in range: ClosedRange<Double>) -> Double? {
        let value: Double
        switch node.scalar {
        case .integer(let whole): value = Double(whole)
        case .float(let number): value = number
        default:
            report(node, "`\(field)` must be a number, not \(node.described)")
            return nil
        }
        guard range.contains(value) else {
            report(node, "`\(field)` must be \(range.lowerBound.ecmaScriptText) to \(range.upperBound.ecmaScriptText)")
            return nil
        }
        return value
    }

    mutating func bool(_ node: Node, _ field: String) -> Bool? {
        if case .bool(let value) = node.scalar { return value }
        var remedy: String?
        if node.kind == .scalar {
            switch node.text.lowercased() {
            case "yes", "on", "y", "true", "1": remedy = "write `true`"
            case "no", "off", "n", "false", "0": remedy = "write `false`"
            default: break
            }
        }
        report(node, "`\(field)` must be true or false, not \(node.described)", remedy)
        return nil
    }

    mutating func duration(_ node: Node, _ field: String, in range: ClosedRange<Duration>) -> Duration? {
        if case .integer(let number) = node.scalar {
            report(node, "`\(field)` has no unit", "write `\(number)s`, or another unit of ms, s, m, h, d")
            return nil
        }
        guard let text = text(node, field) else { return nil }
        guard let duration = Duration(manifestText: text) else {
            report(node, "`\(field)` is no span of time", "write a whole number and ms, s, m, h or d, such as `30s` or `12h`")
            return nil
        }
        guard range.contains(duration) else {
            report(node, "`\(field)` must be \(range.lowerBound.manifestText) to \(range.upperBound.manifestText)")
            return nil
        }
        return duration
    }

    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ node: Node, _ field: String, _ type: Value.Type) -> Value? {
        guard let text = text(node, field) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let names = Value.allCases.map(\.rawValue)
        report(
            node, "`\(field)` cannot be \(quoted(text))",
            Nearest.remedy(for: text, among: names, otherwise: "it is one of \(names.map { "`\($0)`" }.joined(separator: ", "))"))
        return nil
    }

    mutating func url(_ node: Node, _ field: String, _ rules: URLRules) -> String? {
        guard let text = text(node, field) else { return nil }
        guard let problem = rules.problem(text) else { return text }
        if problem.revealsCredentials { hide(node) }
        report(node, problem.description)
        return nil
    }

    /// A list without repetitions of at most so many; each element is read by `element`.
    mutating func list(_ node: Node, _ field: String, atMost most: Int, element: (inout Self, Node) -> String?) -> [String] {
        guard expect(node, .sequence, field) else { return [] }
        guard node.elements.reduce(0, { count, _ in count + 1 }) <= most else {
            report(node, "`\(field)` has more than \(most) entries")
            return []
        }
        var values: [String] = []
        var seen: Set<ExactText>?
        for child in node.elements {
            guard let value = element(&self, child) else { continue }
            // Short lists, which almost all are, need no set.
            if values.count == 8 { seen = Set(values.map { ExactText($0) }) }
            guard !(seen?.contains(ExactText(value)) ?? values.containsExactly(value)) else {
                report(child, "\(quoted(value)) is in `\(field)` twice", "keep one of the two")
                continue
            }
            values.append(value)
            seen?.insert(ExactText(value))
        }
        return values
    }

    /// Reports what `required` names and a mapping lacks, at the name of the resource.
    mutating func require<Field: ManifestField>(_ found: Set<Field>, at key: Node) {
        for field in Field.required where !found.contains(field) {
            report(key, "\(Field.subject) needs the field `\(field.rawValue)`", "add it")
        }
    }

    mutating func lifecycle(_ node: Node) -> Bool {
        guard expect(node, .mapping, "lifecycle") else { return false }
        var preventDestroy = false
        for member in node.members {
            guard field(member, LifecycleField.self) != nil else { continue }
            preventDestroy = bool(member.value, "preventDestroy") ?? false
        }
        return preventDestroy
    }
}
