import OpenSSL
import Spec
import Store
package import Values

extension Plan {
    /// The plan under Terraform's names (JSON plan, format 1.2), so that its policy and review tools read it.
    ///
    /// - Parameter timestamp: when the plan was made; the one thing that two equal plans differ in.
    package func json(timestamp: Timestamp) -> JSON {
        var document = content(of: changes, for: .readers)
        document["timestamp"] = .string(timestamp.description)
        document["digest"] = .string(digest)
        return .object(document)
    }

    /// `sha256:` and the hash over everything that apply would do and everything that it relies on.
    ///
    /// Left out are the time, the serial, which others move too, and the impact, which is counted in traffic that moves by
    /// itself: a digest that was reviewed stays good while other owners apply and deliveries come and go. So are files and
    /// lines: the same content has the same digest, wherever it lies and however its path is written. Fingerprints of secrets
    /// are in it, their values are not.
    package var digest: String {
        if let reviewedDigest { return reviewedDigest }
        let relevant = changes.indices.filter { changes[$0].matters }.map { changes[$0] }
        // Unchanged resources are in it through what was read of them.
        var document = content(of: relevant, for: .digest)
        document["base"] = ["lineage": .string(base.lineage)]
        document["reads"] = .string(readsDigest)
        document["secrets"] = fingerprintsJSON
        return Self.digest(of: .object(document))
    }

    static func digest(of document: JSON) -> String {
        "sha256:" + Hex.encode(SHA256.hash(document.canonicalText.utf8))
    }

    private var readsDigest: String {
        var bytes: [UInt8] = []
        let records = reads.records
        for index in records.indices.sorted(by: { records[$0].address < records[$1].address }) { bytes += records[index].digest.utf8 }
        return Hex.encode(SHA256.hash(bytes))
    }

    var fingerprintsJSON: JSON {
        .object(
            JSONObject(
                fingerprints.sorted { $0.key < $1.key }.map { address, fields in
                    let members = fields.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) }
                    return (address.qualified, JSON.object(JSONObject(members)))
                }))
    }

    private func content(of changes: [Change], for use: Use) -> JSONObject {
        var document = JSONObject([
            ("format_version", "1.2"),
            ("applyable", .bool(!isEmpty && !isRefused)),
            ("complete", .bool(isComplete)),
            ("errored", .bool(isRefused)),
            ("resource_changes", .array(changes.map { json($0, for: use) })),
            ("resource_drift", .array(drift.map { json($0, for: use == .readers ? .drift : use) })),
        ])
        if !refusals.isEmpty { document["refusals"] = .array(refusals.map(\.json)) }
        let workspaces = reads.domains.workspaces
        if workspaces.count == 1, let workspace = workspaces.first { document["workspace"] = .string(workspace) }
        document["summary"] = [
            "add": .integer(count(.create)), "change": .integer(count(.update)), "destroy": .integer(count(.delete)),
            "move": .integer(moveCount),
        ]
        document["base"] = base.json
        return document
    }

    /// What a document is made for.
    private enum Use {
        case readers
        /// As for readers, but a change that has happened has no impact to come.
        case drift
        case digest
    }

    private func json(_ change: Change, for use: Use) -> JSON {
        var object = JSONObject([("address", .string(text(change.address)))])
        object["previous_address"] = change.previousAddress.map { .string(text($0)) }
        object["mode"] = "managed"
        object["type"] = .string(change.address.kind.rawValue)
        object["name"] = .string(change.address.name)
        object["change"] = change.json
        object["action_reason"] = change.reason.map { .string($0.rawValue) }
        object["workspace"] = .string(change.address.workspace)
        object["owner"] = .string(change.desired?.owner ?? change.observed?.owner ?? "")
        if use != .digest {
            object["source"] = change.source.map {
                ["file": .string($0.file), "line": .integer($0.line), "column": .integer($0.column)]
            }
        }
        if !change.changedSecrets.isEmpty { object["changed_secrets"] = .strings(change.changedSecrets) }
        if use == .readers { object["impact"] = .array(change.impact.map(\.json)) }
        return .object(object)
    }
}

extension Change {
    /// Whether apply does more for it than to note where the manifest has it.
    fileprivate var matters: Bool {
        isVisible || refreshesRecord && (before != nil || reason == .adopted || observed?.appliedText != nil)
    }

    /// Terraform's `change`: what stood there, what will, and which members of both are sensitive.
    fileprivate var json: JSON {
        // An unchanged resource is compared by its text alone; here it is spelt out on both sides.
        let before = before ?? (action == .noOp ? observed?.shownSpec : nil)
        let after = after ?? (action == .noOp ? observed?.shownSpec : nil)
        let fields =
            action == .noOp && secretFields.isEmpty ? desired?.spec.secrets.map(\.field) ?? [] : secretFields
        return [
            "actions": .strings([action.rawValue]),
            "before": before ?? .null,
            "after": after ?? .null,
            "after_unknown": after == nil ? false : [:],
            "before_sensitive": before.map { Self.marks(fields, in: $0) } ?? false,
            "after_sensitive": after.map { Self.marks(fields, in: $0) } ?? false,
        ]
    }

    private static func marks(_ fields: [String], in value: JSON) -> JSON {
        fields.filter { value.hasMember($0) }.reduce([:]) { $0.setting($1, to: true) }
    }
}

extension ResourceRecord {
    fileprivate var shownSpec: JSON {
        preventDestroy ? specJSON.setting("lifecycle.preventDestroy", to: true) : specJSON
    }
}

extension Refusal {
    fileprivate var json: JSON {
        switch self {
        case .preventDestroy(let address):
            ["guard": "prevent_destroy", "address": .string(address.local), "message": .string(message)]
        case .maxDeletes(let deletes, let existing, let percent):
            [
                "guard": "max_deletes", "deletes": .integer(deletes), "existing": .integer(existing),
                "percent": .integer(percent), "message": .string(message),
            ]
        case .ownership(let address, let owner, _):
            [
                "guard": "ownership", "address": .string(address.local), "owner": .string(owner), "message": .string(message),
            ]
        }
    }
}
