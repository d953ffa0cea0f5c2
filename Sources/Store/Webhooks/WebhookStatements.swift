import Foundation
import GRDB
package import Spec
package import Values

/// The columns that `WebhookRecord.init(row:)` reads, in its order.
private enum Columns {
    static let byID = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks WHERE id = ?
        """
    static let all = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks ORDER BY id
        """
    static let page = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
}

extension Statements {
    package func webhook(_ id: WebhookID) throws -> WebhookRecord? {
        try Row.fetchOne(db.cachedStatement(sql: Columns.byID), arguments: [id.text]).flatMap { try WebhookRecord(row: $0) }
    }

    /// Newest first, of one workspace or of all; `after` is the id that the page before ended with.
    package func webhooks(workspace: String?, after: String?, limit: PageLimit) throws -> ListPage<WebhookRecord> {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: Columns.page), arguments: [workspace, workspace, after, after, limit.rows])
        return try ListPage(rows, limit: limit) { try WebhookRecord(row: $0) }
    }

    /// What the routing table is made of: every webhook, with a mark that moves when it or one of its secrets changes.
    ///
    /// - Parameter unchanged: whether the holder has the row with that mark already; its spec is not decoded then.
    package func webhooksForRouting(unchanged: (WebhookID, String) -> Bool) throws -> [(
        id: WebhookID, mark: String, record: WebhookRecord?
    )] {
        var secretTimes: [String: Int64] = [:]
        for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT resource_id, max(updated_at) FROM secrets GROUP BY resource_id")) {
            secretTimes[row[0]] = row[1]
        }
        var found: [(id: WebhookID, mark: String, record: WebhookRecord?)] = []
        let rows = try Row.fetchCursor(db.cachedStatement(sql: Columns.all))
        while let row = try rows.next() {
            let text: String = row[0]
            guard let id = WebhookID(text) else { continue }
            let specText: String = row[6]
            let mark = "\(row[8] as Int64)/\(row[10] as Int64? ?? -1)/\(secretTimes[text] ?? -1)/\(specText)"
            found.append((id, mark, unchanged(id, mark) ? nil : try WebhookRecord(row: row)))
        }
        return found
    }

    /// The declared event types of every workspace.
    package func eventTypes() throws -> [(workspace: String, name: String, spec: EventTypeSpec)] {
        try Row.fetchAll(db.cachedStatement(sql: "SELECT workspace, name, spec FROM event_types")).compactMap { row in
            let text: String = row[2]
            guard let json = try? JSON(parsing: text), let spec = EventTypeSpec(json: json) else { return nil }
            return (row[0], row[1], spec)
        }
    }

    /// Whether the workspace declares that event type; built-in ones are declared nowhere.
    package func declaresEventType(_ name: String, workspace: String) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM event_types WHERE workspace = ? AND name = ?)"),
            arguments: [workspace, name]) ?? false
    }

    /// The names of the event types that the workspace declares, in order.
    package func declaredEventTypes(workspace: String) throws -> [String] {
        try String.fetchAll(
            db.cachedStatement(sql: "SELECT name FROM event_types WHERE workspace = ? ORDER BY name"), arguments: [workspace])
    }

    /// Deliveries of the webhook that are still owed.
    package func pendingDeliveryCount(of id: WebhookID) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM deliveries WHERE webhook_id = ? AND status = 'PENDING'", arguments: [id.text]) ?? 0
    }
}

extension Writing {
    /// Adds a webhook that the API made.
    package func insertWebhook(_ record: WebhookRecord) throws {
        try db.execute(
            sql: """
                INSERT INTO webhooks (id, workspace, name, owner, origin, prevent_destroy, spec, created_at, updated_at, updated_by)
                VALUES (?, ?, ?, '', 'api', 0, ?, ?, ?, ?)
                """,
            arguments: [
                record.id.text, record.workspace, record.name, record.spec.json.canonicalText, record.createdAt.milliseconds,
                record.updatedAt.milliseconds, record.updatedBy,
            ])
        try advanceSerial()
    }

    /// Replaces the declared fields, whoever declared them; runtime facts stay but for what `clearsDisabled` says.
    package func updateWebhook(_ id: WebhookID, spec: WebhookSpec, clearsDisabled: Bool, at now: Timestamp, by actor: String) throws {
        try db.execute(
            sql: "UPDATE webhooks SET spec = ?, updated_at = ?, updated_by = ? WHERE id = ?",
            arguments: [spec.json.canonicalText, now.milliseconds, actor, id.text])
        if clearsDisabled { try enableWebhook(id) }
        try advanceSerial()
    }

    /// A fact of the runtime, not a change of what was declared: neither `updated_at` nor the serial moves.
    package func enableWebhook(_ id: WebhookID) throws {
        try db.execute(
            sql: """
                UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, consecutive_failures = 0
                WHERE id = ?
                """,
            arguments: [id.text])
    }

    // What attempts say about a receiver holds for the address that they went to, and for no later one: hence `at url`.

    /// False where it was disabled already, has another address, or is gone.
    @discardableResult
    package func disableWebhook(_ id: WebhookID, at url: String, reason: String, at now: Timestamp) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE webhooks SET disabled_at = ?, disabled_reason = ?
                WHERE id = ? AND disabled_at IS NULL AND json_extract(spec, '$.url') = ?
                """,
            arguments: [now.milliseconds, reason, id.text, url])
        return db.changesCount > 0
    }

    /// Adds failures to the record of the receiver; false where it has another address, or is gone.
    @discardableResult
    package func countFailures(_ count: Int, of id: WebhookID, at url: String, since moment: Timestamp) throws -> Bool {
        try db.cachedStatement(
            sql: """
                UPDATE webhooks SET failing_since = coalesce(failing_since, ?), consecutive_failures = consecutive_failures + ?
                WHERE id = ? AND json_extract(spec, '$.url') = ?
                """
        ).execute(arguments: [moment.milliseconds, count, id.text, url])
        return db.changesCount > 0
    }

    /// A success ends the run of failures.
    package func forgetFailures(of id: WebhookID, at url: String) throws {
        try db.cachedStatement(
            sql: """
                UPDATE webhooks SET failing_since = NULL, consecutive_failures = 0
                WHERE id = ? AND failing_since IS NOT NULL AND json_extract(spec, '$.url') = ?
                """
        ).execute(arguments: [id.text, url])
    }

    /// Removes the webhook with its secrets; its deliveries go with it by foreign key.
    package func deleteWebhook(_ id: WebhookID) throws {
        try deleteSecrets(of: id.text)
        try db.execute(sql: "DELETE FROM webhooks WHERE id = ?", arguments: [id.text])
        try advanceSerial()
    }
}

extension WebhookRecord {
    init(row: Row) throws {
        let specText: String = row[6]
        guard let id = WebhookID(row[0] as String), let json = try? JSON(parsing: specText), let spec = WebhookSpec(json: json) else {
            throw StoreError(
                code: .notAState, message: "the webhook \(row[0] as String) cannot be read; was it written by a newer version?")
        }
        self.init(
            id: id, workspace: row[1], name: row[2], isDeclared: row[3] as String == "manifest", preventDestroy: row[14], file: row[4],
            line: row[5], spec: spec,
            createdAt: Timestamp(milliseconds: row[7]), updatedAt: Timestamp(milliseconds: row[8]), updatedBy: row[9],
            disabledAt: (row[10] as Int64?).map { Timestamp(milliseconds: $0) }, disabledReason: row[11],
            failingSince: (row[12] as Int64?).map { Timestamp(milliseconds: $0) }, consecutiveFailures: row[13])
    }
}
