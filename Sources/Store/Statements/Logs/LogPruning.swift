import Spec
package import Values

/// Entries that count together against `ActivityLog.kept`: an integration's in one workspace, or a webhook's.
package enum LogShare: Sendable, Hashable {
    case integration(String, workspace: ExactText)
    case webhook(String)

    /// Entries dropped of a share in one statement.
    package static let chunk = 100
}

extension Statements {
    /// The shares that the entries behind `id` belong to, from `limit` entries; `last` is the last of these, nil where there is none.
    package func logShares(after id: Int, limit: Int) throws -> (shares: Set<LogShare>, last: Int?) {
        var (shares, last): (Set<LogShare>, Int?) = ([], nil)
        try db.forEach("SELECT id, integration_id, workspace, webhook_id FROM logs WHERE id > ? ORDER BY id LIMIT ?", [id, limit]) { row in
            last = try row[0]
            if let integration: String = try row[1] {
                shares.insert(.integration(integration, workspace: ExactText(try row[2])))
            } else if let webhook: String = try row[3] {
                shares.insert(.webhook(webhook))
            }
            return true
        }
        return (shares, last)
    }
}

extension Writing {
    /// Drops the oldest entries of shares that hold more than `kept`, at most `LogShare.chunk` of each; returns the shares of which
    /// there may be more to drop.
    package func pruneLogs(of shares: [LogShare], keeping kept: Int = ActivityLog.kept) throws -> [LogShare] {
        var (integrations, webhooks): ([SQLArguments], [SQLArguments]) = ([], [])
        var (ofIntegrations, ofWebhooks): ([LogShare], [LogShare]) = ([], [])
        for share in shares {
            switch share {
            case .integration(let id, let workspace):
                integrations.append([id, workspace.text, id, workspace.text, kept, LogShare.chunk])
                ofIntegrations.append(share)
            case .webhook(let id):
                webhooks.append([id, id, kept, LogShare.chunk])
                ofWebhooks.append(share)
            }
        }
        var dropped: [Int] = []
        if !integrations.isEmpty {
            dropped += try db.run(
                """
                WITH pick AS MATERIALIZED (
                    SELECT id FROM logs
                    WHERE integration_id = ? AND workspace = ? AND id <= (
                        SELECT id FROM logs WHERE integration_id = ? AND workspace = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    ORDER BY id LIMIT ? {for update} {skip locked})
                DELETE FROM logs WHERE id IN (SELECT id FROM pick)
                """, each: integrations)
        }
        if !webhooks.isEmpty {
            dropped += try db.run(
                """
                WITH pick AS MATERIALIZED (
                    SELECT id FROM logs
                    WHERE webhook_id = ? AND id <= (SELECT id FROM logs WHERE webhook_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    ORDER BY id LIMIT ? {for update} {skip locked})
                DELETE FROM logs WHERE id IN (SELECT id FROM pick)
                """, each: webhooks)
        }
        return zip(ofIntegrations + ofWebhooks, dropped).filter { $0.1 == LogShare.chunk }.map(\.0)
    }

    /// Drops entries older than `moment`, at most `limit`; returns how many, fewer once none is left.
    package func pruneLogs(before moment: Timestamp, limit: Int) throws -> Int {
        try db.run(
            """
            WITH pick AS MATERIALIZED (SELECT id FROM logs WHERE at < ? ORDER BY at, id LIMIT ? {for update} {skip locked})
            DELETE FROM logs WHERE id IN (SELECT id FROM pick)
            """, [moment.milliseconds, limit])
    }
}

extension Store {
    /// Drops entries older than `moment`, and what exceeds the shares that have had entries since the last round; a bounded transaction
    /// at a time.
    ///
    /// - Parameter last: what the last round returned; 0 goes through all shares.
    /// - Returns: where the next round goes on.
    package func pruneLogs(before moment: Timestamp, after last: Int) async throws -> Int {
        let limit = 500
        while try await sharedWrite({ try $0.pruneLogs(before: moment, limit: limit) }) == limit {}
        // An entry whose transaction ends behind one with a higher id may be passed over: its share waits for the next entry of its own.
        var (last, seen): (Int, Set<LogShare>) = (last, [])
        while true {
            let (shares, end) = try await read { [last] in try $0.logShares(after: last, limit: 1000) }
            guard let end else { return last }
            var left = Array(shares.subtracting(seen))
            seen.formUnion(shares)
            while !left.isEmpty {
                let batch = Array(left.prefix(100))
                left.removeFirst(batch.count)
                left += try await sharedWrite { try $0.pruneLogs(of: batch) }
            }
            last = end
        }
    }
}
