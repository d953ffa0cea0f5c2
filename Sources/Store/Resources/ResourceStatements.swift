import Foundation
import GRDB
package import Spec
package import Values

extension Statements {
    /// Every resource of a workspace, whoever made it, in no order.
    ///
    /// `appliedText` is set where a declared resource was changed over HTTP after the revision that wrote it: its time
    /// of change is then that of no revision, and the applied spec is the one that the newest revision recorded.
    package func resources(in workspace: String) throws -> [ResourceRecord] {
        var records: [ResourceRecord] = []
        let revisions = Set(try Int64.fetchAll(db, sql: "SELECT at FROM revisions"))
        for kind in ResourceKind.allCases {
            let rows = try Row.fetchCursor(db.cachedStatement(sql: ResourceSQL.select(kind)), arguments: [workspace])
            while let row = try rows.next() {
                var record = ResourceRecord(row: row, workspace: workspace, kind: kind)
                if record.origin == .manifest, !revisions.contains(record.changedAt.milliseconds),
                    let applied = try appliedSpec(at: record.address), !applied.isExactly(record.specText)
                {
                    record.appliedText = applied
                }
                records.append(record)
            }
        }
        return records
    }

    /// Opens the secrets of the given rows, by row id and field.
    package func secrets(ofResources ids: Set<String>) throws -> [String: [String: Secret]] {
        guard !ids.isEmpty else { return [:] }
        var secrets: [String: [String: Secret]] = [:]
        let rows = try Row.fetchCursor(db.cachedStatement(sql: "SELECT resource_id, field, sealed FROM secrets"))
        while let row = try rows.next() {
            let id: String = row[0]
            guard ids.contains(id) else { continue }
            let field: String = row[1]
            secrets[id, default: [:]][field] = try requireKeyring().open(
                Array(row[2] as Data), at: .secret(of: id, field: field))
        }
        return secrets
    }

    /// Which fields of a resource have a secret in the state; opens none.
    package func secretFields(ofResource id: String) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT field FROM secrets WHERE resource_id = ? ORDER BY field", arguments: [id])
    }

    private func appliedSpec(at address: Address) throws -> String? {
        let after = try String.fetchOne(
            db,
            sql: """
                SELECT after FROM revision_changes WHERE workspace = ? AND kind = ? AND name = ?
                ORDER BY revision DESC, position DESC LIMIT 1
                """,
            arguments: [address.workspace, address.kind.rawValue, address.name])
        return after.flatMap { RevisionSide(text: $0) }?.specText
    }
}

extension Writing {
    /// Adds a declared resource.
    package func insertResource(_ record: ResourceRecord) throws {
        try db.cachedStatement(sql: ResourceSQL.insert(record.address.kind)).execute(arguments: [
            record.id, record.address.workspace, record.address.name, record.owner, record.source?.file, record.source?.line,
            record.preventDestroy, record.specText, record.changedAt.milliseconds, record.changedAt.milliseconds, record.changedBy,
        ])
    }

    /// Overwrites the declared columns of the row with the record's id, its name included; runtime facts stay.
    package func updateResource(_ record: ResourceRecord) throws {
        try db.cachedStatement(sql: ResourceSQL.update(record.address.kind)).execute(arguments: [
            record.address.name, record.owner, record.source?.file, record.source?.line, record.preventDestroy,
            record.specText, record.changedAt.milliseconds, record.changedBy, record.id,
        ])
    }

    /// Notes where the row is declared now, without counting as a change of it.
    package func refreshResource(_ record: ResourceRecord) throws {
        try db.cachedStatement(sql: ResourceSQL.refresh(record.address.kind)).execute(arguments: [
            record.owner, record.source?.file, record.source?.line, record.specText, record.id,
        ])
    }

    /// Removes the row with its secrets; deliveries, OAuth states and connections go with it by foreign key.
    package func deleteResource(_ kind: ResourceKind, id: String) throws {
        try deleteSecrets(of: id)
        try db.cachedStatement(sql: ResourceSQL.delete(kind)).execute(arguments: [id])
    }
}

extension ResourceRecord {
    init(row: Row, workspace: String, kind: ResourceKind) {
        let file: String? = row[4]
        self.init(
            address: Address(workspace: workspace, kind: kind, name: row[1]), id: row[0], owner: row[2],
            origin: Origin(rawValue: row[3]) ?? .api, preventDestroy: row[6], specText: row[7],
            source: file.map { SourceLocation(file: $0, line: row[5] ?? 1, column: 1) },
            changedBy: row[9], changedAt: Timestamp(milliseconds: row[8]))
    }
}
