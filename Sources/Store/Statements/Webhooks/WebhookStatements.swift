package import Spec
package import Values

/// The columns that `WebhookRecord.init(row:)` reads, in its order.
private enum Columns {
    static let byID: SQL = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks WHERE id = ?
        """
    static let all: SQL = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks ORDER BY id
        """
    static let page: SQL = """
        SELECT id, workspace, name, origin, file, line, spec, created_at, updated_at, updated_by,
            disabled_at, disabled_reason, failing_since, consecutive_failures, prevent_destroy
        FROM webhooks WHERE (? IS NULL OR workspace = ?) AND (? IS NULL OR id < ?) ORDER BY id DESC LIMIT ?
        """
}

extension Statements {
    package func webhook(_ id: WebhookID) throws -> WebhookRecord? {
        try db.row(Columns.byID, [id]) { row in try WebhookRecord(row: row) }
    }

    /// Newest first, of one workspace or of all; `after` is the id that the page before ended with.
    package func webhooks(workspace: String?, after: String?, limit: PageLimit) throws -> ListPage<WebhookRecord> {
        try db.page(Columns.page, [workspace, workspace, after, after, limit.rows], limit: limit) { row in try WebhookRecord(row: row) }
    }

    /// What the routing table is made of: every webhook, with a mark that moves when it or one of its secrets changes.
    ///
    /// - Parameter unchanged: whether the holder has the row with that mark already; its spec is not decoded then.
    package func webhooksForRouting(unchanged: (WebhookID, String) -> Bool) throws -> [(
        id: WebhookID, mark: String, record: WebhookRecord?
    )] {
        var secretTimes: [String: Int64] = [:]
        try db.forEach("SELECT resource_id, max(updated_at) FROM secrets GROUP BY resource_id", []) { row in
            secretTimes[try row[0]] = try row[1]
            return true
        }
        var found: [(id: WebhookID, mark: String, record: WebhookRecord?)] = []
        try db.forEach(Columns.all, []) { row in
            let (text, specText): (String, String) = try (row[0], row[6])
            guard let id = WebhookID(text) else { return true }
            let (updatedAt, disabledAt): (Int64, Int64?) = try (row[8], row[10])
            let mark = "\(updatedAt)/\(disabledAt ?? -1)/\(secretTimes[text] ?? -1)/\(specText)"
            found.append((id, mark, unchanged(id, mark) ? nil : try WebhookRecord(row: row)))
            return true
        }
        return found
    }

    /// The declared event types of every workspace.
    package func eventTypes() throws -> [(workspace: String, name: String, spec: EventTypeSpec)] {
        var types: [(workspace: String, name: String, spec: EventTypeSpec)] = []
        try db.forEach("SELECT workspace, name, spec FROM event_types", []) { row in
            let text: String = try row[2]
            if let json = try? JSON(parsing: text), let spec = EventTypeSpec(json: json) { types.append(try (row[0], row[1], spec)) }
            return true
        }
        return types
    }

    /// Whether the workspace declares that event type; built-in ones are declared nowhere.
    package func declaresEventType(_ name: String, workspace: String) throws -> Bool {
        try db.value("SELECT EXISTS (SELECT 1 FROM event_types WHERE workspace = ? AND name = ?)", [workspace, name]) ?? false
    }

    /// The names of the event types that the workspace declares, in order.
    package func declaredEventTypes(workspace: String) throws -> [String] {
        try db.values("SELECT name FROM event_types WHERE workspace = ? ORDER BY name", [workspace])
    }

    /// Deliveries of each webhook that are still owed, with one wait.
    package func pendingDeliveryCounts(of ids: Set<WebhookID>) throws -> [WebhookID: Int] {
        let ids = ids.sorted()
        var counts: [WebhookID: Int] = [:]
        try db.run("SELECT count(*) FROM deliveries WHERE webhook_id = ? AND status = 'PENDING'", each: ids.map { [$0] }) {
            counts[ids[$0]] = try $1[0]
        }
        return counts
    }
}

extension Writing {
    /// Adds a webhook that the API made.
    package func insertWebhook(_ record: WebhookRecord) throws {
        try db.run(
            """
            INSERT INTO webhooks (id, workspace, name, owner, origin, prevent_destroy, spec, created_at, updated_at, updated_by)
            VALUES (?, ?, ?, '', 'api', 0, ?, ?, ?, ?)
            """,
            [
                record.id, record.workspace, record.name, record.spec.canonicalText, record.createdAt,
                record.updatedAt, record.updatedBy,
            ])
        try advanceSerial()
    }

    /// Replaces the declared fields, whoever declared them; runtime facts stay but for what `clearsDisabled` says.
    package func updateWebhook(_ id: WebhookID, spec: WebhookSpec, clearsDisabled: Bool, at now: Timestamp, by actor: String) throws {
        try db.run(
            "UPDATE webhooks SET spec = ?, updated_at = ?, updated_by = ? WHERE id = ?",
            [spec.canonicalText, now, actor, id])
        if clearsDisabled { try enableWebhook(id) }
        try advanceSerial()
    }

    /// A fact of the runtime, not a change of what was declared: neither `updated_at` nor the serial moves.
    package func enableWebhook(_ id: WebhookID) throws {
        try enableWebhooks([id])
    }

    /// The same for many, with one wait at most.
    package func enableWebhooks(_ ids: [WebhookID]) throws {
        guard !ids.isEmpty else { return }
        try db.queue(
            """
            UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, consecutive_failures = 0
            WHERE id = ?
            """, each: ids.sorted().map { [$0] })
    }

    /// Lets nobody remove these webhooks before the end of the transaction, while they may be changed; in the order of their ids, as a
    /// removal of several takes them.
    func keepWebhooks(_ ids: some Sequence<WebhookID>) throws {
        guard db.dialect.locksRows else { return }
        try db.queue("SELECT id FROM webhooks WHERE id = ? {for key share of webhooks}", each: Set(ids).sorted().map { [$0] })
    }

    /// Removes the webhook with its secrets and its deliveries.
    package func deleteWebhook(_ id: WebhookID) throws {
        try deleteSecrets(of: id.text)
        try deleteDeliveries(ofWebhooks: [id.text])
        try db.run("DELETE FROM webhooks WHERE id = ?", [id])
        try advanceSerial()
    }

    /// Removes the deliveries of webhooks that go in the same transaction, so many at a time that no statement meets the time limit of
    /// the server, however many there are.
    ///
    /// The webhooks are locked before their deliveries, as whoever records an outcome keeps them: neither waits for the other in a ring.
    func deleteDeliveries(ofWebhooks ids: [String]) throws {
        let page: SQL = """
            DELETE FROM deliveries
            WHERE id IN (SELECT id FROM deliveries WHERE webhook_id = ? ORDER BY id LIMIT ? {for update})
            """
        let (few, many) = (50, 5_000)
        let sorted = ids.sorted { $0.precedes($1) }
        if db.dialect.locksRows { try db.queue("SELECT id FROM webhooks WHERE id = ? {for update}", each: sorted.map { [$0] }) }
        for (id, removed) in zip(sorted, try db.run(page, each: sorted.map { [$0, few] })) where removed == few {
            while try db.run(page, [id, many]) == many {}
        }
    }
}

extension WebhookRecord {
    init(row: Row) throws {
        let (text, origin, specText): (String, String, String) = try (row[0], row[3], row[6])
        guard let id = WebhookID(text), let json = try? JSON(parsing: specText), let spec = WebhookSpec(json: json) else {
            throw StoreError(
                code: .notAState, message: "the webhook \(text) cannot be read; was it written by a newer version?")
        }
        try self.init(
            id: id, workspace: row[1], name: row[2], isDeclared: origin == "manifest", preventDestroy: row[14], file: row[4],
            line: row[5], spec: spec,
            createdAt: row[7], updatedAt: row[8], updatedBy: row[9],
            disabledAt: row[10], disabledReason: row[11],
            failingSince: row[12], consecutiveFailures: row[13])
    }
}
