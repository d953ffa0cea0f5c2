import Values

/// What a manifest can declare; the raw value is the first part of an address and Terraform's `type`.
package enum ResourceKind: String, Sendable, Hashable, CaseIterable, Comparable {
    case scope
    case event
    case keyPolicy = "key_policy"
    case integration
    case webhook

    /// Creation runs in this order and deletion against it, so that a reference never dangles:
    ///
    ///     scope ◄── key_policy        event ◄── webhook        integration
    package var order: Int {
        switch self {
        case .scope: 0
        case .event: 1
        case .keyPolicy: 2
        case .integration: 3
        case .webhook: 4
        }
    }

    package static func < (a: ResourceKind, b: ResourceKind) -> Bool { a.order < b.order }
}

/// Where a resource is found: workspace, kind and stable name, told apart by their bytes as the state does.
package struct Address: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var workspace: String
    package var kind: ResourceKind
    package var name: String

    package init(workspace: String, kind: ResourceKind, name: String) {
        self.workspace = workspace
        self.kind = kind
        self.name = name
    }

    /// `webhook.post-published`, the form within one workspace.
    package var local: String { "\(kind.rawValue).\(name)" }

    /// `acme-social/webhook.post-published`, the form where several workspaces meet.
    package var qualified: String { "\(workspace)/\(local)" }

    package var description: String { qualified }

    /// By workspace, then in creation order, then by name.
    package static func < (a: Address, b: Address) -> Bool {
        if !a.workspace.isExactly(b.workspace) { return a.workspace.precedes(b.workspace) }
        if a.kind != b.kind { return a.kind < b.kind }
        return a.name.precedes(b.name)
    }

    package static func == (a: Address, b: Address) -> Bool {
        a.kind == b.kind && a.name.isExactly(b.name) && a.workspace.isExactly(b.workspace)
    }

    package func hash(into hasher: inout Hasher) {
        workspace.hashBytes(into: &hasher)
        hasher.combine(kind)
        name.hashBytes(into: &hasher)
    }
}

/// A place in a manifest; line and column count from 1, columns in characters.
package struct SourceLocation: Sendable, Hashable {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}
