import Values
import YAML

extension DocumentDecoder {
    mutating func moved(_ node: Node) {
        guard expect(node, .sequence, "moved") else { return }
        for entry in node.elements {
            guard expect(entry, .mapping, "moved") else { continue }
            var ends: [MoveField: (address: Address, node: Node)] = [:]
            var found: Set<MoveField> = []
            for member in entry.members {
                guard let field = field(member, MoveField.self) else { continue }
                found.insert(field)
                if let address = address(member.value, field.rawValue) { ends[field] = (address, member.value) }
            }
            require(found, at: entry)
            guard workspace != nil, let from = ends[.from], let to = ends[.to] else { continue }
            guard from.address.kind == to.address.kind else {
                report(
                    to.node, "a move cannot make \(quoted(from.address.local)) another kind of resource",
                    "keep `\(from.address.kind.rawValue).`")
                continue
            }
            guard from.address != to.address else {
                report(to.node, "`from` and `to` are the same", "take the move away")
                continue
            }
            let mark = from.node.start
            moves.append(
                DeclaredMove(
                    from: from.address, to: to.address, file: fileIndex, fromSpan: Span(from.node), toSpan: Span(to.node),
                    source: SourceLocation(file: file.name, line: Int(mark.line) + 1, column: Int(mark.column) + 1)))
        }
    }

    private mutating func address(_ node: Node, _ field: String) -> Address? {
        guard let text = text(node, field) else { return nil }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let kinds = ResourceKind.allCases.map(\.rawValue)
        guard parts.count == 2 else {
            report(node, "\(quoted(text)) is no address", "write the kind, a dot and the name, as in `webhook.post-published`")
            return nil
        }
        guard let kind = ResourceKind(rawValue: parts[0]) else {
            report(
                node, "there is no kind of resource \(quoted(parts[0]))",
                Nearest.remedy(for: parts[0], among: kinds, otherwise: "it is one of \(kinds.map { "`\($0)`" }.joined(separator: ", "))"))
            return nil
        }
        let problem =
            switch kind {
            case .scope: ScopeRules.problem(parts[1])
            case .event: EventRules.problem(parts[1])
            case .keyPolicy, .integration, .webhook: StableName.problem(parts[1])
            }
        if let problem {
            report(node, problem)
            return nil
        }
        return Address(workspace: workspace ?? "", kind: kind, name: parts[1])
    }
}
