import Values
import YAML

extension DocumentDecoder {
    mutating func event(_ key: Node, _ value: Node) {
        guard expectFields(EventField.self, of: key, value) else { return }
        var spec = EventTypeSpec(description: "", schema: nil)
        var preventDestroy = false
        var found: Set<EventField> = []
        for member in value.members {
            guard let field = field(member, EventField.self) else { continue }
            found.insert(field)
            switch field {
            case .description: spec.description = text(member.value, "description", DisplayText.descriptionProblem) ?? ""
            case .schema_: spec.schema = eventSchema(member.value)
            case .lifecycle: preventDestroy = lifecycle(member.value)
            }
        }
        require(found, at: key)
        add(key, .event, .event(spec), preventDestroy: preventDestroy)
    }

    private mutating func eventSchema(_ node: Node) -> JSON? {
        guard let schema = json(node) else { return nil }
        if let problem = EventRules.schemaProblem(schema) {
            report(node, problem)
            return nil
        }
        for problem in EventSchema.problems(in: schema) {
            guard !findings.isFull else {
                findings.omit()
                continue
            }
            report(self.node(at: problem.path[...], in: node), problem.message, problem.remedy)
        }
        return schema
    }

    /// Any value as JSON; reports numbers that JSON or JavaScript would change.
    mutating func json(_ node: Node) -> JSON? {
        switch node.kind {
        case .sequence:
            var values: [JSON] = []
            for element in node.elements {
                guard let value = json(element) else { return nil }
                values.append(value)
            }
            return .array(values)
        case .mapping:
            var object = JSONObject()
            for (key, value) in node.members {
                guard key.kind == .scalar else {
                    report(key, "the name of a field must be text, not \(key.described)")
                    return nil
                }
                if isMergeKey(key) { return nil }
                guard let value = json(value) else { return nil }
                object[key.text] = value
            }
            return .object(object)
        case .scalar:
            switch node.scalar {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .string: return .string(node.text)
            case .integer(let value) where value.magnitude <= 1 << 53: return .integer(value)
            case .float(let value) where value.isFinite && !DecimalToken.isChangedInteger(node.utf8, readAs: value): return .number(value)
            case .integer, .float:
                report(node, "JSON and JavaScript cannot hold this number", "write it as text, in quotes")
            case nil: report(node, "the value has a tag that is not known here", "leave the tag out")
            }
            return nil
        }
    }

    /// The node that a path of keys and positions leads to, or as far as it leads.
    private func node(at path: ArraySlice<String>, in node: Node) -> Node {
        guard let step = path.first else { return node }
        switch node.kind {
        case .scalar: return node
        case .mapping:
            guard let member = node.members.first(where: { $0.key.utf8.elementsEqual(step.utf8) }) else { return node }
            // The last step points at the keyword where the value is a block of further lines.
            if path.count == 1, member.value.kind != .scalar, member.value.style != .flow { return member.key }
            return self.node(at: path.dropFirst(), in: member.value)
        case .sequence:
            guard let position = Int(step), let element = node.elements.enumerated().first(where: { $0.offset == position })?.element
            else { return node }
            return self.node(at: path.dropFirst(), in: element)
        }
    }
}
