import Values
import YAML

/// Turns the documents of one file into resources, collecting everything that is wrong on the way.
///
/// What needs other documents (is the scope declared? the event? is the address taken?) is left as a `Reference` for
/// `CrossCheck`. Each kind's fields are decoded in an extension of its own.
struct DocumentDecoder {
    let file: ManifestFile
    let fileIndex: Int
    var findings = Findings()
    /// Keys that repeat an earlier one of their mapping.
    private(set) var repeatedKeys: Set<Span> = []
    /// Values that no shown line may contain.
    var secrets: [Span] = []
    var resources: [Resource] = []
    /// Where each of `resources` has its name.
    var nameSpans: [Span] = []
    var references: [Reference] = []
    var moves: [DeclaredMove] = []
    var secretPlaces: [SecretPlace] = []
    var domains: Set<Manifest.Domain> = []
    /// The first few names of headers that passed every rule: manifests repeat the same ones thousands of times.
    var harmlessNames: [String] = []

    /// The document being read; nil where it names no valid workspace, which makes all checks across documents moot.
    var workspace: String?
    var owner = ""

    /// The kind and the name of the resource that is being read.
    var resourceKind = ResourceKind.scope
    var resourceKey: Node?
    /// The object within it that is being read and has secrets, with a full stop behind each step.
    var fieldPrefix = ""
    /// `lifecycle.preventDestroy` of that resource.
    var preventDestroy = false

    init(_ file: ManifestFile, index: Int) {
        self.file = file
        fileIndex = index
    }

    mutating func decode(_ tree: Tree) {
        for duplicate in tree.duplicateKeys {
            let first = duplicate.first.start
            repeatedKeys.insert(Span(duplicate.second))
            report(
                duplicate.second,
                "\(quoted(duplicate.second.text)) is here twice: first in line \(first.line + 1), column \(first.column + 1)",
                "keep one of the two")
        }
        for tab in tree.separatingTabs(in: file.text) {
            findings.append(
                Finding(
                    span: Span(start: tab, end: tab.advanced(by: 1)), summary: "there is a tab between two parts of the line",
                    detail: "write spaces: tabs are for texts in quotes alone"))
        }
        let documents = tree.documents
        if documents.isEmpty {
            findings.append(
                Finding(
                    span: Span(start: .start, end: .start), summary: "the file has nothing in it",
                    detail: "write at least `workspace: NAME`, or take the file away"))
        }
        for document in documents { decode(document) }
    }

    private mutating func decode(_ document: Document) {
        let root = document.root
        workspace = nil
        owner = ""
        guard root.kind == .mapping else {
            if root.scalar == .null {
                let span = document.hasMarker ? Span(start: document.start, end: document.start.advanced(by: 3)) : Span(root)
                findings.append(
                    Finding(
                        span: span, summary: "the document has nothing in it",
                        detail: "write at least `workspace: NAME`, or take the `---` away"))
            } else {
                report(root, "a manifest is a mapping of fields, not \(root.described)", "begin with `workspace: NAME`")
            }
            return
        }
        readHeader(root)
        var sections: [(DocumentField, Node)] = []
        for member in root.members {
            guard let field = field(member, DocumentField.self) else { continue }
            sections.append((field, member.value))
        }
        if let workspace { domains.insert(Manifest.Domain(workspace: workspace, owner: owner)) }
        for (field, value) in sections { section(field, value) }
    }

    /// The fields that everything below them depends on, wherever in the document they stand.
    private mutating func readHeader(_ root: Node) {
        var hasWorkspace = false
        for member in root.members {
            switch DocumentField.names.field(member.key) {
            case .workspace:
                hasWorkspace = true
                guard let name = text(member.value, "workspace") else { continue }
                if let problem = StableName.problem(name) { report(member.value, problem) } else { workspace = name }
            case .owner:
                guard let name = text(member.value, "owner") else { continue }
                if let problem = OwnerName.problem(name) { report(member.value, problem) } else { owner = name }
            case .version:
                guard member.value.scalar != .integer(1) else { continue }
                report(member.value, "this is no version of the manifest's language that is known here", "write `version: 1`")
            default: break
            }
        }
        guard !hasWorkspace else { return }
        let span = root.members.makeIterator().first.map { Span($0.key) } ?? Span(root)
        findings.append(
            Finding(span: span, summary: "the document names no workspace", detail: "add `workspace: NAME`, the tenant that it belongs to"))
    }

    private mutating func section(_ field: DocumentField, _ value: Node) {
        switch field {
        case .version, .workspace, .owner: break
        case .scopes: named(value, "scopes", ScopeRules.problem) { $0.scope($1, $2) }
        case .events: named(value, "events", EventRules.problem) { $0.event($1, $2) }
        case .keyPolicies: named(value, "keyPolicies", StableName.problem) { $0.keyPolicy($1, $2) }
        case .integrations: named(value, "integrations", StableName.problem) { $0.integration($1, $2) }
        case .webhooks: named(value, "webhooks", StableName.problem) { $0.webhook($1, $2) }
        case .moved: moved(value)
        }
    }

    /// A section whose keys are names.
    private mutating func named(
        _ section: Node, _ field: String, _ nameProblem: (String) -> String?, decode: (inout Self, Node, Node) -> Void
    ) {
        guard expect(section, .mapping, field) else { return }
        let count = section.members.reduce(0) { count, _ in count + 1 }
        resources.reserveCapacity(resources.count + count)
        nameSpans.reserveCapacity(nameSpans.count + count)
        for (key, value) in section.members {
            guard key.kind == .scalar else {
                report(key, "a name must be text, not \(key.described)")
                continue
            }
            if isMergeKey(key) { continue }
            if let problem = nameProblem(key.text) { report(key, problem) }
            decode(&self, key, value)
        }
    }

    /// Whether a resource is a mapping; where it is not and its name is a field's, the field was meant for the resource above.
    mutating func expectFields<Field: ManifestField>(_ type: Field.Type, of key: Node, _ value: Node) -> Bool {
        expectFields(of: Field.subject, key, value) { Field.names.field($0) != nil }
    }

    mutating func expectFields(of subject: String, _ key: Node, _ value: Node, isField: (Node) -> Bool) -> Bool {
        guard value.kind != .mapping else { return true }
        if SecretRules.looksSecret(key.text) { hide(value) }
        guard isField(key) else { return expect(value, .mapping, key.text) }
        report(
            key, "`\(key.text)` is a field of \(subject), and stands where the name of one belongs",
            "indent it as deep as the other fields")
        return false
    }

    /// Takes a decoded resource over.
    mutating func add(_ key: Node, _ kind: ResourceKind, _ spec: ResourceSpec, preventDestroy: Bool = false) {
        let mark = key.start
        resources.append(
            Resource(
                address: Address(workspace: workspace ?? "", kind: kind, name: key.text), owner: owner,
                source: SourceLocation(file: file.name, line: Int(mark.line) + 1, column: Int(mark.column) + 1),
                preventDestroy: preventDestroy, spec: spec))
        nameSpans.append(Span(key))
    }

    /// Of the resource that is being read.
    var resourceAddress: Address { Address(workspace: workspace ?? "", kind: resourceKind, name: resourceKey?.text ?? "") }
}

/// A name that must be declared somewhere in the run.
struct Reference {
    var kind: ReferenceKind
    var workspace: String
    var name: String
    var file: Int
    var span: Span
}

/// An entry of `moved` before the chains are followed.
struct DeclaredMove {
    var from: Address
    var to: Address
    var file: Int
    var fromSpan: Span
    var toSpan: Span
    var source: SourceLocation
}

extension IteratorProtocol {
    /// The next element of a copy.
    fileprivate var first: Element? {
        var copy = self
        return copy.next()
    }
}

extension Mark {
    func advanced(by columns: UInt32) -> Mark { Mark(line: line, column: column + columns, index: index + columns) }
}

extension Node {
    /// What this is, for "must be text, not …".
    var described: String {
        switch kind {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar:
            switch scalar {
            case .null: "nothing"
            case .bool: "true or false"
            case .integer, .float: "a number"
            case .string: "text"
            case nil: "a value with a tag"
            }
        }
    }
}
