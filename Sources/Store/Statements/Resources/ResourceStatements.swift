import Spec
import Values

extension Statements {
    /// Every resource of a workspace, whoever made it, in no order.
    ///
    /// `appliedText` is set where a declared resource was changed over HTTP after the revision that wrote it: its time
    /// of change is then that of no revision, and the applied spec is the one that the newest revision recorded.
    package func resources(in workspace: String) throws -> [ResourceRecord] {
        var changed: [Int] = []
        var records: [ResourceRecord] = []
        try db.forEach(ResourceSQL.select, SQLArguments(Array(repeating: .text(workspace), count: 5))) { row in
            if try row[11] { changed.append(records.count) }
            records.append(try ResourceRecord(row: row, workspace: workspace))
            return true
        }
        guard !changed.isEmpty else { return records }
        let applied = try appliedSpecs(in: workspace)
        for index in changed {
            guard let text = applied[records[index].address], !text.isExactly(records[index].specText) else { continue }
            records[index].appliedText = text
        }
        return records
    }

    /// The specs that were applied last to the rows which somebody has changed since.
    private func appliedSpecs(in workspace: String) throws -> [Address: String] {
        var specs: [Address: String] = [:]
        try db.forEach(ResourceSQL.applied, SQLArguments(Array(repeating: .text(workspace), count: 6))) { row in
            let after: String? = try row[2]
            if let kind = ResourceKind(rawValue: try row[0]), let side = after.flatMap({ RevisionSide(text: $0) }) {
                specs[Address(workspace: workspace, kind: kind, name: try row[1])] = side.specText
            }
            return true
        }
        return specs
    }
}

// Rows of one kind are written in the order of their ids: two transactions that lock several never wait for each other in a ring. What
// goes wrong with one of many is told at the next statement that waits, at the latest by the commit.
extension Writing {
    /// Adds declared resources, with one wait at most.
    package func insertResources(_ records: [ResourceRecord]) throws {
        try queue(records, in: ResourceKind.allCases.sorted(), ResourceSQL.insert, \.inserted)
    }

    /// Overwrites the declared columns of the rows with the records' ids, their names included, with one wait at most; runtime facts stay.
    ///
    /// - Parameter records: no new name may be one that another row of the state still has.
    package func updateResources(_ records: [ResourceRecord]) throws {
        try queue(records, in: ResourceKind.allCases.sorted(), ResourceSQL.update, \.updated)
    }

    /// Notes where the rows are declared now, without counting as a change of them, with one wait at most.
    package func refreshResources(_ records: [ResourceRecord]) throws {
        try queue(records, in: ResourceKind.allCases.sorted(), ResourceSQL.refresh, \.refreshed)
    }

    /// Removes the rows with their secrets and, of webhooks, their deliveries, with two waits at most but for webhooks that have many; OAuth
    /// states and connections go with them by foreign key.
    ///
    /// Kinds go against the order of creation.
    package func deleteResources(_ records: [ResourceRecord]) throws {
        try deleteSecrets(ofResources: records.map(\.id))
        try deleteDeliveries(ofWebhooks: records.filter { $0.address.kind == .webhook }.map(\.id))
        try queue(records, in: ResourceKind.allCases.sorted().reversed(), ResourceSQL.delete) { [$0.id] }
    }

    private func queue(
        _ records: [ResourceRecord], in kinds: [ResourceKind], _ sql: (ResourceKind) -> SQL,
        _ arguments: (ResourceRecord) -> SQLArguments
    ) throws {
        guard !records.isEmpty else { return }
        let sorted = records.sorted { $0.id.precedes($1.id) }
        for kind in kinds {
            let ofKind = sorted.filter { $0.address.kind == kind }.map(arguments)
            if !ofKind.isEmpty { try db.queue(sql(kind), each: ofKind) }
        }
    }
}

extension ResourceRecord {
    /// A row of `ResourceSQL.select`.
    fileprivate init(row: Row, workspace: String) throws {
        guard let kind = ResourceKind(rawValue: try row[0]) else { preconditionFailure("a statement names a kind that is none") }
        let file: String? = try row[5]
        let line: Int? = try row[6]
        self.init(
            address: Address(workspace: workspace, kind: kind, name: try row[2]), id: try row[1], owner: try row[3],
            origin: Origin(rawValue: try row[4]) ?? .api, preventDestroy: try row[7], specText: try row[8],
            source: file.map { SourceLocation(file: $0, line: line ?? 1, column: 1) },
            changedBy: try row[10], changedAt: try row[9])
    }

    /// The parameters of `ResourceSQL.insert`.
    fileprivate var inserted: SQLArguments {
        [
            id, address.workspace, address.name, owner, source?.file, source?.line, preventDestroy, specText, changedAt,
            changedAt, changedBy,
        ]
    }

    /// The parameters of `ResourceSQL.update`.
    fileprivate var updated: SQLArguments {
        [address.name, owner, source?.file, source?.line, preventDestroy, specText, changedAt, changedBy, id]
    }

    /// The parameters of `ResourceSQL.refresh`.
    fileprivate var refreshed: SQLArguments { [owner, source?.file, source?.line, specText, id] }
}
