import Values
import YAML

/// Manifests, read by the tables of their kinds.
extension DocumentDecoder: FieldReader {
    /// Reads a resource that is a mapping of fields; nil where it is none.
    mutating func resource<Spec: Tabled>(_ kind: ResourceKind, _ key: Node, _ value: Node) -> Spec? {
        let fields = Spec.fields
        guard expectFields(of: fields.subject, key, value, isField: { $0.position(in: fields.names) != nil }) else { return nil }
        resourceKind = kind
        resourceKey = key
        preventDestroy = false
        var spec = fields.blank
        read(value, into: &spec, at: key)
        return spec
    }

    /// - Parameter key: where a missing field is reported.
    private mutating func read<Root: Tabled>(_ node: Node, into root: inout Root, at key: Node) {
        let fields = Root.fields
        var found = FieldSet()
        var next = 0
        for member in node.members {
            guard let position = member.key.position(in: fields.names, startingAt: next) else {
                reportUnknown(member, of: fields.subject, known: { fields.all.map(\.key.name) })
                continue
            }
            next = position + 1
            found.insert(FieldSet(position: position))
            _ = fields.all[position].readNode(member.value, &self, &root)
        }
        if !found.isSuperset(of: fields.required) {
            for (position, field) in fields.all.enumerated() where field.presence == .required {
                guard !found.contains(FieldSet(position: position)) else { continue }
                report(key, "\(fields.subject) needs the field `\(field.key.name)`", "add it")
            }
        }
        for check in fields.checks {
            if let problem = check.problem(root) { report(node, problem) }
        }
    }

    /// A manifest takes nothing away: what has no value is reported.
    func isNull(_ source: Node) -> Bool { false }

    mutating func list(_ node: Node, _ name: String, _ rule: ListRule) -> [String]? {
        if rule.isStarAlone, node.kind == .scalar, node.scalar == .string {
            if node.equals("*") { return ["*"] }
            report(node, "`\(name)` must be a list, not text", "write `\(name): [\(quoted(node.text).dropFirst().dropLast())]`")
            return nil
        }
        let values = list(node, name, atMost: rule.most) { decoder, element in decoder.reference(element, name, rule.kind) }
        if values.isEmpty, node.kind == .sequence, node.elements.first(where: { _ in true }) == nil {
            report(node, "`\(name)` is empty", rule.remedyIfEmpty)
        }
        if rule.isStarAlone, values.count > 1, values.contains("*"), let star = node.elements.first(where: { $0.equals("*") }) {
            report(star, "`*` covers the other \(rule.plural) too", "keep `*`, or the names")
        }
        return values
    }

    /// A name that the workspace must have, which is looked up once all documents are read.
    private mutating func reference(_ node: Node, _ field: String, _ kind: ReferenceKind) -> String? {
        if kind == .event, let builtIn = BuiltInEvent.names.name(node) { return builtIn }
        guard let name = text(node, field) else { return nil }
        guard name != "*", let workspace else { return name }
        references.append(Reference(kind: kind, workspace: workspace, name: name, file: fileIndex, span: Span(node)))
        return name
    }

    mutating func map(_ node: Node, _ field: String, _ rule: MapRule, into value: inout [NamedText]) -> Bool {
        value = []
        guard expect(node, .mapping, field) else { return false }
        guard node.members.reduce(0, { count, _ in count + 1 }) <= rule.most else {
            report(node, "`\(field)` has more than \(rule.most) entries")
            hide(node)
            return false
        }
        for (key, member) in node.members where !isMergeKey(key) {
            let name = key.text
            let isKnown = harmlessNames.contains(name)
            let isSensitive = !isKnown && rule.isSensitive(name)
            if !isKnown, let problem = rule.nameProblem(name) {
                if isSensitive { hide(member) }
                report(key, problem)
                continue
            }
            if !isKnown, !isSensitive, harmlessNames.count < 8 { harmlessNames.append(name) }
            // Names that differ in case alone are one (RFC 9110 § 5.1); exact repetitions are reported as duplicate keys.
            if value.contains(where: { $0.name.isCaselesslyEqual(to: name) && $0.name != name }) {
                if isSensitive { hide(member) }
                report(
                    key, "the \(rule.noun) \(quoted(name)) is here twice: letter case does not tell \(rule.noun)s apart",
                    "keep one of the two")
                continue
            }
            if isSensitive || member.kind == .mapping {
                guard let source = secretSource(member, name, path: "\(fieldPrefix)\(field).\(name)") else { continue }
                value.append(NamedText(name: name, value: .secret(source)))
            } else if let text = text(member, name, rule.valueProblem) {
                value.append(NamedText(name: name, value: .text(text)))
            }
        }
        return true
    }

    mutating func secret(_ node: Node, _ name: String, _ rule: SecretRule, into value: inout SecretSource?) -> Bool {
        value = secretSource(node, name, path: fieldPrefix.isEmpty ? name : fieldPrefix + name)
        return value != nil
    }

    mutating func object<Object: Tabled>(_ node: Node, _ name: String, into value: inout Object) -> Bool {
        value = Object.fields.blank
        guard expect(node, .mapping, name) else { return false }
        let outer = fieldPrefix
        if !Object.fields.secretFields.isEmpty { fieldPrefix += name + "." }
        read(node, into: &value, at: node)
        fieldPrefix = outer
        return true
    }
}
